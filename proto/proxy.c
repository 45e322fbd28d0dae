/* SPDX-License-Identifier: MIT */
/* One proxy instance: events in, a turn at a time out; see proxy.h. Leaves out: its configuration
 * and its interfaces, which are setup.c's. */
#include "proto/proxy.h"

#include "proto/adopt.h"
#include "proto/forward/flow.h"
#include "proto/forward/forward.h"
#include "proto/host/host.h"
#include "proto/host/report.h"
#include "proto/packet/codec.h"
#include "proto/policy/merge.h"
#include "proto/router/forwarder.h"
#include "proto/router/group.h"
#include "proto/router/hold.h"
#include "proto/router/querier.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"
#include "proto/state/route.h"

/* Timers that one turn runs before packets get their chance again. */
enum { TURN_BUDGET = 4096 };
/* When memory was short, in milliseconds. */
enum { RETRY_INTERVAL = 10000 };
/* When there is room for routes again. */
enum { ROOM_INTERVAL = 100 };

/* ---- events ---- */

void proxy_drop(struct proxy *p, unsigned vif, enum counter counter)
{
	struct interface *i = p->router[vif] ? p->router[vif] : p->host[vif];

	if (i)
		i->counters.value[counter]++;
}

/* Why this side of the interface may not hear it. */
static enum counter drop_reason(const struct proxy *p, const struct interface *i,
				const struct packet *packet, const struct message *m)
{
	uint8_t version = message_native(p->protocol, m->version);

	if (i->config->router_alert_strict && !packet->router_alert && m->version > 1)
		return DROP_ROUTER_ALERT;
	if (!i->active)
		return DROP_DOWN;
	/* The router's own sockets are members like any host. */
	if ((m->type == MESSAGE_QUERY || m->type > MESSAGE_LEAVE || p->host[i->vif]) &&
	    interface_is_own(i, &packet->source))
		return DROP_OWN;
	if (i->config->upstream && m->type != MESSAGE_QUERY)
		return DROP_ROLE;
	if (version < i->config->oldest_version && m->version < i->configured.version)
		return DROP_VERSION;
	return NOT_DROPPED;
}

/* The version of a General Query that holds for a while; else 0. */
static unsigned hear(struct proxy *p, struct interface *i, int64_t now, const struct packet *packet,
		     struct message *m)
{
	enum counter dropped = drop_reason(p, i, packet, m);
	bool upstream = i->config->upstream;

	if (dropped != NOT_DROPPED) {
		if (!upstream || !p->router[i->vif]) /* drops are counted once */
			i->counters.value[dropped]++;
		return 0;
	}
	if (!upstream)
		querier_message(p, i, now, packet, m);
	else if (!host_query(p, i, now, packet, m))
		return 0;
	if (!ENABLE_PRIVSEP || !m->general)
		return 0;
	return upstream || addr_equal(&i->router.other_querier, &packet->source) ? m->version : 0;
}

unsigned proxy_packet(struct proxy *p, int64_t now, const struct packet *packet)
{
	struct interface *router = p->router[packet->vif], *host = p->host[packet->vif];
	struct message m, again;
	enum counter dropped = codec_read(p->protocol, packet, &m);
	unsigned version = 0;

	if (dropped != NOT_DROPPED) {
		proxy_drop(p, packet->vif, dropped);
		return 0;
	}
	again = m; /* who hears it takes its records */
	if (router)
		version = hear(p, router, now, packet, &m);
	if (host)
		version |= hear(p, host, now, packet, &again);
	return version;
}

/* What came in by a downstream, and is expected at an upstream, another one has forwarded. */
static void see_data(struct proxy *p, int64_t now, const struct upcall *upcall)
{
	const struct membership *m = membership_find(p, &upcall->group);
	const struct source_route *s = m ? route_find(m, &upcall->source) : NULL;

	if (ENABLE_DISCOVERY && upcall->type == UPCALL_WRONGVIF && p->router[upcall->vif] && s &&
	    s->input != upcall->vif && p->host[s->input])
		forwarder_data(p, p->router[upcall->vif], now);
}

bool proxy_upcall(struct proxy *p, int64_t now, const struct upcall *upcall)
{
	if (upcall->vif >= PROXY_VIFS)
		return true;
	see_data(p, now, upcall);
	if (p->forwarding.tree_changed)
		forward_renew(p);
	if (ENABLE_PER_SOURCE && (route_is_per_source(p) || upcall->type == UPCALL_NOCACHE))
		return flow_upcall(p, now, upcall);
	if (upcall->type == UPCALL_WRONGVIF)
		forward_wrong_vif(p, upcall);
	return true;
}

void proxy_wanted_route(const struct proxy *p, struct route *r)
{
	forward_wanted(p, r);
}

void proxy_reinstall(struct proxy *p)
{
	forward_reinstall(p);
}

/* ---- time ---- */

int64_t proxy_deadline(const struct proxy *p)
{
	int64_t first = p->retry_at;
	unsigned n;

	if (p->database.dirty || p->forwarding.tree_changed)
		return INT64_MIN;
	if (ENABLE_PER_SOURCE)
		first = timer_sooner(first, flow_deadline(p));
	for (n = 0; n < p->config->interface_count; n++) {
		const struct interface *i = p->interface[n];

		first = timer_sooner(first,
				     i->config->upstream ? host_deadline(i) : querier_deadline(i));
	}
	return first;
}

/* Reports leave before routes are made: the way back takes longer. */
static void update_upstream(struct proxy *p, struct interface *i, int64_t now)
{
	struct membership *m;
	struct merged merged;

	for (m = p->database.dirty; m; m = m->dirty_next) {
		if (merge_membership(p, m, i, &merged)) {
			host_update(p, i, m, now, &merged);
			continue;
		}
		i->counters.value[NO_MEMORY]++;
		membership_starved(p, m);
	}
	report_flush(p, i);
}

static void update_routes(struct proxy *p)
{
	while (p->database.dirty) {
		struct membership *m = p->database.dirty;

		forward_update(p, m);
		membership_untouch_first(p);
		if (m->groups || m->subscriptions || m->local || m->route)
			continue;
		if (ENABLE_PER_SOURCE)
			flow_forget(p, m);
		membership_free(p, m);
	}
}

/* What was left undone for want of memory. */
static void retry_starved(struct proxy *p)
{
	struct membership *m;
	unsigned n;

	p->retry_at = INT64_MAX;
	for (m = p->database.first; m; m = m->next)
		if (m->incomplete)
			membership_touch(p, m);
	for (n = 0; n < p->config->interface_count; n++)
		if (p->interface[n]->active && p->interface[n]->router.static_missing)
			group_join_static(p, p->interface[n]);
}

/* A downstream has not come back in time. Its subnets are nobody's any more. */
static void end_hold(struct proxy *p, struct interface *i)
{
	const struct interface_state away = {.exists = i->exists, .up = i->up, .mtu = i->mtu};

	querier_stop(p, i);
	if (addr_is_any(&i->address) && interface_set_state(i, &away) > 0)
		forward_relocate(p);
}

void proxy_tick(struct proxy *p, int64_t now)
{
	struct membership *m;
	unsigned n;

	if (p->retry_at <= now)
		retry_starved(p);
	for (n = 0; n < p->config->interface_count; n++) {
		struct interface *i = p->interface[n];

		if (i->config->upstream)
			host_tick(p, i, now, TURN_BUDGET);
		else if (hold_is_on(i) && i->router.held_until <= now)
			end_hold(p, i);
		else
			querier_tick(p, i, now, TURN_BUDGET);
	}
	if (ENABLE_PER_SOURCE)
		flow_tick(p, now);
	if (p->forwarding.tree_changed)
		forward_tree(p);
	if (ENABLE_PER_SOURCE)
		flow_settle(p, now);
	for (m = p->database.dirty; m; m = m->dirty_next) {
		m->incomplete = false;
		if (ENABLE_PER_SOURCE && route_is_per_source(p))
			flow_find_origins(p, m, now);
	}
	for (n = 0; n < p->config->interface_count; n++)
		if (p->interface[n]->config->upstream)
			update_upstream(p, p->interface[n], now);
	update_routes(p);
	if (ENABLE_PRIVSEP)
		adopt_end(p);
	if (membership_was_starved(p) && p->retry_at == INT64_MAX)
		p->retry_at = now + RETRY_INTERVAL;
	if (forward_has_room_again(p))
		p->retry_at = timer_sooner(p->retry_at, now + ROOM_INTERVAL);
}

bool proxy_adopt(struct proxy *p, int64_t now, const struct route *r)
{
	return ENABLE_PRIVSEP && adopt_route(p, now, r);
}
