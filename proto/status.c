/* SPDX-License-Identifier: MIT */
/* What a proxy tells of itself; see status.h. Changes nothing. */
#include "proto/status.h"

#include "proto/forward/forward.h"
#include "proto/host/subscription.h"
#include "proto/router/forwarder.h"
#include "proto/router/group.h"
#include "proto/router/hold.h"
#include "proto/router/reporter.h"
#include "proto/state/membership.h"

void proxy_interface_status(const struct proxy *p, unsigned entry,
			    struct proxy_interface_status *status)
{
	const struct interface *i = p->interface[entry];
	uint8_t version = i->config->upstream ? i->host.version : i->configured.version;

	*status = (struct proxy_interface_status){
		.vif = i->vif,
		.upstream = i->config->upstream,
		.up = i->active,
		.held = hold_is_on(i),
		.querier = i->router.querier,
		.address = i->address,
		.other_querier = i->config->upstream ? i->host.querier : i->router.other_querier,
		.forwarder = forwarder_state(i),
		.other_forwarder = *forwarder_other(i),
		.guessed = forwarder_is_guessed(i),
		.version = message_native(p->protocol, version),
		.values = i->values,
		.groups = i->timers.count,
		.next_query = i->router.querier ? i->router.next_general_query
						: i->router.other_querier_until,
		.counters = &i->counters,
	};
	status->values.version = status->version;
}

static void group_source(const struct group_status *status, unsigned n, struct source_status *out)
{
	const struct group *g = status->record;

	out->address = g->state.sources.source[n].address;
	out->expires = g->state.sources.source[n].expires;
}

/* Source N of those that are listed; some may be there only for a last report of theirs. */
static void subscription_source(const struct group_status *status, unsigned n,
				struct source_status *out)
{
	const struct subscription *s = status->record;
	uint32_t at = n;

	if (status->source_count < s->sources.count)
		for (at = 0; !s->sources.source[at].listed || n; at++)
			n -= s->sources.source[at].listed;
	out->address = s->sources.source[at].address;
	out->expires = INT64_MAX;
}

static bool visit_groups(const struct proxy *p, const struct membership *m, int64_t now,
			 const struct proxy_visitor *visitor, void *ctx)
{
	const struct group *g;

	for (g = m->groups; g; g = g->next) {
		struct group_status status = {
			.vif = g->vif,
			.permanent = g->permanent,
			.group = m->group,
			.filter_mode = (enum filter_mode)g->state.filter_mode,
			.version = message_native(p->protocol, group_version(g, now)),
			.expires = g->state.filter_mode == EXCLUDE ? g->state.group_timer : 0,
			.source_count = g->state.sources.count,
			.source = group_source,
			.record = g,
			.tracked = g->tracking,
		};

		if (ENABLE_HOST_TRACKING && g->tracking)
			status.host_count = reporter_count(g->tracking, now);
		if (!visitor->group(ctx, &status))
			return false;
	}
	return true;
}

static bool visit_subscription(const struct proxy *p, const struct subscription *s,
			       const struct proxy_visitor *visitor, void *ctx)
{
	struct group_status status = {
		.vif = s->vif,
		.upstream = true,
		.group = s->membership->group,
		.filter_mode = (enum filter_mode)s->filter_mode,
		.version = message_native(p->protocol, p->host[s->vif]->host.version),
		.expires = INT64_MAX,
		.source = subscription_source,
		.record = s,
	};
	uint32_t n;

	for (n = 0; n < s->sources.count; n++)
		status.source_count += s->sources.source[n].listed;
	return visitor->group(ctx, &status);
}

static bool visit_subscriptions(const struct proxy *p, const struct membership *m,
				const struct proxy_visitor *visitor, void *ctx)
{
	const struct subscription *s;

	for (s = m->subscriptions; s; s = s->next)
		if (subscription_is_member(s) && !visit_subscription(p, s, visitor, ctx))
			return false;
	return true;
}

static bool visit_routes(const struct membership *m, const struct route *wildcard,
			 const struct proxy_visitor *visitor, void *ctx)
{
	struct route r = {.source = wildcard->source, .group = m->group};
	uint32_t n;

	r.input = m->root;
	r.outputs = m->outputs;
	if (m->installed && !visitor->route(ctx, &r))
		return false;
	for (n = 0; n < m->route_count; n++) {
		r.source = m->route[n].source;
		r.input = m->route[n].input;
		r.outputs = m->route[n].outputs;
		if (!visitor->route(ctx, &r))
			return false;
	}
	return true;
}

void proxy_walk_start(struct proxy *p, struct proxy_walk *walk)
{
	membership_walk_start(p, walk);
	walk->wildcard = true;
}

void proxy_walk_stop(struct proxy *p, struct proxy_walk *walk)
{
	membership_walk_stop(p, walk);
}

bool proxy_walk(struct proxy *p, struct proxy_walk *walk, int64_t now, unsigned count,
		const struct proxy_visitor *visitor, void *ctx)
{
	struct route wildcard;
	bool installed = forward_wildcard(p, &wildcard);

	if (walk->wildcard && installed && visitor->route && !visitor->route(ctx, &wildcard))
		return true;
	walk->wildcard = false;
	while (walk->next && count--) {
		const struct membership *m = walk->next;

		if (visitor->group && !visit_groups(p, m, now, visitor, ctx))
			return true;
		if (visitor->group && !visit_subscriptions(p, m, visitor, ctx))
			return true;
		if (visitor->route && !visit_routes(m, &wildcard, visitor, ctx))
			return true;
		walk->next = m->next;
	}
	return walk->next;
}

enum proxy_forwarding proxy_forwarding(const struct proxy *p)
{
	return p->forwarding.mode;
}

bool proxy_has_group(const struct proxy *p, const struct addr *group, unsigned vif)
{
	const struct membership *m = membership_find(p, group);
	const struct group *g = m ? m->groups : NULL;

	while (g && vif < PROXY_VIFS && g->vif != vif)
		g = g->next;
	return g;
}

bool proxy_is_subscribed(const struct proxy *p, const struct addr *group)
{
	const struct membership *m = membership_find(p, group);
	const struct subscription *s = m ? m->subscriptions : NULL;

	while (s && !subscription_is_member(s))
		s = s->next;
	return s;
}

void proxy_totals(const struct proxy *p, struct proxy_totals *totals)
{
	unsigned n;

	*totals = (struct proxy_totals){.memberships = p->database.held,
					.source_routes = p->forwarding.route_count,
					.group_routes = p->forwarding.group_route_count};
	for (n = 0; n < p->config->interface_count; n++)
		if (!p->interface[n]->config->upstream)
			totals->groups += p->interface[n]->timers.count;
}
