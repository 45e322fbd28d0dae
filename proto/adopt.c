/* SPDX-License-Identifier: MIT */
/* See adopt.h. Which routes are made of which memberships is forward.c's and policy.c's matter. */
#include "proto/adopt.h"

#include <stdlib.h>

#include "proto/forward/forward.h"
#include "proto/host/host.h"
#include "proto/policy/policy.h"
#include "proto/router/forwarder.h"
#include "proto/router/group.h"
#include "proto/router/hold.h"
#include "proto/router/querier.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"
#include "proto/state/route.h"

/* How long the last answers may be on their way, in milliseconds. */
enum { DELIVERY_MARGIN = 1000 };

/* ---- routes that this proxy would not make ---- */

static bool add_stray(struct proxy *p, const struct route *r)
{
	struct route *stray = p->strays.route;

	if (p->strays.count == p->strays.capacity) {
		uint32_t capacity = p->strays.capacity ? 2 * p->strays.capacity : 16;

		stray = realloc(stray, capacity * sizeof(*stray));
		if (!stray)
			return false;
		p->strays.route = stray;
		p->strays.capacity = capacity;
	}
	stray[p->strays.count++] = *r;
	return true;
}

void adopt_free(struct proxy *p)
{
	free(p->strays.route);
	p->strays = (struct strays){0};
}

void adopt_end(struct proxy *p)
{
	while (p->strays.count) {
		struct route r = p->strays.route[--p->strays.count], wanted = r;

		forward_wanted(p, &wanted);
		r.remove = true;
		if (wanted.remove)
			p->out->route(p->ctx, &r);
	}
	adopt_free(p);
}

/* ---- who wanted what ---- */

/* When a member has answered, if there is one. */
static int64_t answers_deadline(const struct interface *i, int64_t now)
{
	const struct values *v = &i->values;

	if (!i->router.querier)
		return now + interface_membership_interval(i);
	return now + values_startup_time(v) + DELIVERY_MARGIN;
}

/* Is it a static join that wants the source of the route (any: all)? */
static bool is_statically_wanted(const struct membership *m, unsigned vif, const struct route *r)
{
	const struct group *g;

	for (g = m->groups; g; g = g->next)
		if (g->vif == vif && g->permanent && policy_wants(g, &r->source))
			return true;
	return false;
}

static bool adopt_record(struct proxy *p, struct interface *i, int64_t now, enum record_type type,
			 const struct route *r)
{
	struct record record = {.type = type,
				.group = r->group,
				.source = &r->source,
				.source_count = type == ALLOW};

	return group_adopt(p, i, now, answers_deadline(i, now), &record);
}

/* As if a host had asked for what goes out there. Per source nothing else tells of who wants all of
 * the group: older hosts do (but it may go there as to an upstream), and whoever has more sources
 * than may be listed. */
static bool adopt_wanted(struct proxy *p, struct interface *i, int64_t now,
			 const struct membership *m, const struct route *r)
{
	const struct group *g;

	if (addr_is_any(&r->source) || (route_is_per_source(p) && !interface_names_sources(i) &&
					!p->host[i->vif] && !interface_is_ssm(p, &r->group)))
		return adopt_record(p, i, now, IS_EX, r);
	if (!adopt_record(p, i, now, ALLOW, r))
		return false;
	g = membership_group(m, i->vif, false);
	return !route_is_per_source(p) || !g || source_list_find(&g->state.sources, &r->source) ||
	       adopt_record(p, i, now, IS_EX, r);
}

/* The group wants all but the source of the route. */
static bool adopt_unwanted(struct proxy *p, struct interface *i, int64_t now, const struct route *r,
			   struct group *g)
{
	struct source *s;

	if (!adopt_record(p, i, now, ALLOW, r))
		return false;
	s = source_list_find(&g->state.sources, &r->source);
	if (s)
		s->expires = 0;
	return true;
}

/* Where S comes in it does not go out, whether it is wanted there or not: it is, unless it had no
 * route of its own then. */
static bool is_wanted(const struct proxy *p, const struct interface *i, const struct membership *m,
		      const struct route *r)
{
	uint32_t all = 0, wanting = route_bit(i->vif);
	const struct group *g;
	unsigned vif;

	if (i->vif != r->input || addr_is_any(&r->source) || route_is_per_source(p))
		return r->outputs & wanting;
	for (g = m->groups; g; g = g->next)
		if (g->state.filter_mode == EXCLUDE)
			all |= route_bit(g->vif);
	if (!(all & wanting))
		return interface_names_sources(i);
	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (p->router[vif])
			wanting |= r->outputs & route_bit(vif);
	return wanting != all;
}

/* What the route tells of the downstream. */
static bool adopt_member(struct proxy *p, struct interface *i, int64_t now,
			 const struct membership *m, const struct route *r)
{
	struct group *g = membership_group(m, i->vif, false);
	bool whole = addr_is_any(&r->source), excluding = g && g->state.filter_mode == EXCLUDE;

	if (is_wanted(p, i, m, r))
		return is_statically_wanted(m, i->vif, r) || (excluding && !whole) ||
		       adopt_wanted(p, i, now, m, r);
	if (whole || !excluding || route_is_per_source(p))
		return true;
	return adopt_unwanted(p, i, now, r, g);
}

/* Where it leads the proxy before has forwarded: what has gone down since is held. */
static void hold_members(struct proxy *p, int64_t now, const struct route *r)
{
	unsigned vif;

	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (p->router[vif] && r->outputs & route_bit(vif) && !p->router[vif]->active &&
		    !hold_is_on(p->router[vif]))
			querier_adopt(p, p->router[vif], now);
}

static bool adopt_members(struct proxy *p, int64_t now, const struct membership *m,
			  const struct route *r)
{
	bool complete = true;
	unsigned vif;

	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (p->router[vif] && (p->router[vif]->active || hold_is_on(p->router[vif])))
			complete &= adopt_member(p, p->router[vif], now, m, r);
	return complete;
}

/* It led to what is gone. The upstream shall not go on sending until it asks. */
static void adopt_subscription(struct proxy *p, struct membership *m, const struct route *r)
{
	struct interface *i = p->host[r->input];

	if (i && !m->groups && !m->local && !route_is_per_source(p))
		host_adopt(i, m);
}

/* ---- (S,G) ---- */

/* There is no room for it: with wildcard routes that is counted when it is made anew. */
static bool refuse_source(struct proxy *p, const struct route *r)
{
	struct interface *i = p->host[r->input] ? p->host[r->input] : p->router[r->input];

	if (route_is_per_source(p) && i)
		i->counters.value[LIMIT_ROUTES]++;
	return add_stray(p, r);
}

static bool adopt_source(struct proxy *p, struct membership *m, const struct route *r)
{
	struct source_route *s = route_find(m, &r->source);
	unsigned link = interface_on_link(p, &r->source);

	if (!s && !route_room(p, 1))
		return refuse_source(p, r);
	if (!s && !route_insert(p, m, &r->source, 1))
		return false;
	if (!s)
		s = route_find(m, &r->source);
	s->fresh = false;
	s->input = s->origin = (uint8_t)r->input;
	s->outputs = r->outputs;
	m->relocate |=
		!forward_has_input(p, r->input) || (link != r->input && forward_has_input(p, link));
	return true;
}

bool adopt_route(struct proxy *p, int64_t now, const struct route *r)
{
	bool whole = addr_is_any(&r->source);
	struct membership *m;

	if (r->input < PROXY_VIFS)
		hold_members(p, now, r);
	if (ENABLE_DISCOVERY && r->input < PROXY_VIFS && whole)
		forwarder_adopt(p, now, r);
	forward_adopt(p);
	if (r->input >= PROXY_VIFS)
		return add_stray(p, r);
	if (whole && addr_is_any(&r->group))
		return forward_adopt_tree(p, r) || add_stray(p, r);
	if (!addr_is_multicast(&r->group) || addr_is_link_scope(&r->group) ||
	    !(whole || addr_is_routable(&r->source)))
		return add_stray(p, r);
	m = membership_get(p, &r->group);
	if (!m || !adopt_members(p, now, m, r))
		return false;
	adopt_subscription(p, m, r);
	membership_touch(p, m);
	if (whole)
		return forward_adopt_group(p, m, r) || add_stray(p, r);
	return adopt_source(p, m, r);
}
