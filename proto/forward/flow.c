/* SPDX-License-Identifier: MIT */
/* See flow.h. */
#include "proto/forward/flow.h"

#include <stdlib.h>

#include "proto/policy/policy.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"
#include "proto/state/route.h"

/* Every so many milliseconds the counters are read; who has had no packet for the third time goes.
 */
enum { SWEEP_INTERVAL = 60000, IDLE_SWEEPS = 3 };
/* A source that has been silent for so long may come in elsewhere. */
enum { PAUSE = 1000 };
/* When there is no room for more, the idle go sooner. */
enum { HURRY_INTERVAL = 1000 };
/* One of so many routes is for groups that somebody has joined. */
enum { KEPT = 4 };
/* Memberships and routes that one turn looks through, about, and the most routes whose counters are
 * read a millisecond for `mutex`. */
enum { SWEEP_BUDGET = 1024, POLL_RATE = 8 };
/* Of a group with more sources than this, no further ones are unsubscribed one by one. */
enum { MOST_CONTESTED = 1024 };

/* ---- `mutex`: which upstream has the source ---- */

/* The membership has a contested route. False: no memory. */
static bool list_contest(struct proxy *p, struct membership *m)
{
	uint32_t count = p->flows.contest_count, room = count ? 2 * count : 1;
	struct membership **list = p->flows.contest;

	if (!(count & (count - 1)))
		list = realloc(list, room * sizeof(struct membership *));
	if (!list)
		return false;
	p->flows.contest = list;
	list[p->flows.contest_count++] = m;
	m->contested = true;
	return true;
}

/* Its data come by one of several upstreams: the others leave it, and its counter is read. */
static void begin_contest(struct proxy *p, struct membership *m, struct source_route *s,
			  int64_t now)
{
	if (!m->contested && !list_contest(p, m)) {
		p->host[s->origin]->counters.value[NO_MEMORY]++;
		membership_starved(p, m);
		return;
	}
	if (p->flows.poll_at == INT64_MAX)
		p->flows.poll_at = now + p->config->mutex;
	s->contested = true;
	p->flows.contested_routes++;
}

static void end_contest(struct proxy *p, struct source_route *s)
{
	p->flows.contested_routes -= s->contested;
	s->contested = false;
}

void flow_forget(struct proxy *p, struct membership *m)
{
	uint32_t n = 0;

	if (!m->contested)
		return;
	while (p->flows.contest[n] != m)
		n++;
	p->flows.contest[n] = p->flows.contest[--p->flows.contest_count];
	m->contested = false;
}

/* ---- where data come from ---- */

/* The upstream where the source is subscribed; PROXY_VIFS: nowhere. */
static unsigned subscribed_at(const struct proxy *p, const struct membership *m,
			      const struct addr *source)
{
	unsigned n;

	for (n = 0; n < p->config->interface_count; n++) {
		const struct interface *i = p->interface[n];

		if (i->config->upstream && policy_accepts_up(p, m, i->vif, source))
			return i->vif;
	}
	return PROXY_VIFS;
}

static bool has_mutex(const struct proxy *p)
{
	return ENABLE_MULTI_UPSTREAM && p->config->mutex;
}

/* They are not accepted any more where they came from. */
static void replace_origin(struct proxy *p, const struct membership *m, struct source_route *s,
			   bool was_contested)
{
	unsigned link = interface_on_link(p, &s->source);
	unsigned at = link < PROXY_VIFS ? link : subscribed_at(p, m, &s->source);
	bool mutex = has_mutex(p);

	/* With `mutex` the next packet decides; where none has come, none is expected. */
	if (mutex && link == PROXY_VIFS && (was_contested || (!s->fresh && at < PROXY_VIFS)))
		s->origin = PROXY_VIFS;
	else if (at < PROXY_VIFS && (link < PROXY_VIFS || !mutex))
		s->origin = (uint8_t)at;
	if (s->origin < PROXY_VIFS && !p->router[s->origin] && !p->host[s->origin])
		s->origin = PROXY_VIFS;
}

static void find_origin(struct proxy *p, struct membership *m, struct source_route *s, int64_t now)
{
	bool up = s->origin < PROXY_VIFS && policy_accepts_up(p, m, s->origin, &s->source);
	bool mutex = has_mutex(p), was_contested = s->contested;

	if (up && mutex && !was_contested && m->route_count <= MOST_CONTESTED)
		begin_contest(p, m, s, now);
	else if (!up || !mutex)
		end_contest(p, s);
	/* It is subscribed elsewhere. */
	if (s->contested != was_contested)
		membership_touch(p, m);
	if (!up && s->origin < PROXY_VIFS && !policy_accepts_down(p, m, s->origin, &s->source))
		replace_origin(p, m, s, was_contested);
}

static void set_flow(struct proxy *p, struct membership *m, struct source_route *s)
{
	route_set(p, m, s, s->origin, policy_outputs(p, m, s->origin, &s->source));
}

void flow_settle(struct proxy *p, int64_t now)
{
	while (p->flows.moved_count) {
		struct flow *flow = &p->flows.moved[--p->flows.moved_count];
		struct membership *m = flow->membership;
		struct source_route *s = route_find(m, &flow->source);

		if (!m->dirty && s)
			find_origin(p, m, s, now);
		if (s && s->origin == PROXY_VIFS)
			membership_touch(p, m);
		if (!m->dirty && s)
			set_flow(p, m, s);
	}
}

void flow_find_origins(struct proxy *p, struct membership *m, int64_t now)
{
	uint32_t n;

	for (n = 0; n < m->route_count; n++)
		find_origin(p, m, &m->route[n], now);
}

void flow_init(struct proxy *p)
{
	p->flows.sweep_at = p->flows.poll_at = INT64_MAX;
}

void flow_free(struct proxy *p)
{
	free(p->flows.contest);
}

void flow_switch(struct proxy *p)
{
	struct membership *m;
	uint32_t n;

	for (m = p->database.first; m; m = m->next) {
		membership_touch(p, m);
		flow_forget(p, m);
		for (n = 0; n < m->route_count; n++) {
			end_contest(p, &m->route[n]);
			m->route[n].origin = m->route[n].input;
		}
	}
	membership_walk_stop(p, &p->flows.sweep);
	p->flows.sweeping = false;
	p->flows.moved_count = 0; /* all memberships are seen to */
	p->flows.poll_at = INT64_MAX;
	/* At the first reading it is known what there is. */
	p->flows.sweep_at = p->forwarding.mode ? INT64_MIN : INT64_MAX;
}

void flow_update(struct proxy *p, struct membership *m)
{
	uint32_t n;

	for (n = 0; n < m->route_count; n++) {
		struct source_route *s = &m->route[n];

		if (s->origin == PROXY_VIFS)
			route_end(p, m, s);
		else
			set_flow(p, m, s);
	}
	route_sweep(m);
	m->reinstall = false;
}

/* ---- upcalls ---- */

/* The membership has nothing to do with it, so far. */
static void touch_flow(struct proxy *p, struct membership *m, const struct addr *source)
{
	if (!route_is_per_source(p) ||
	    p->flows.moved_count == sizeof(p->flows.moved) / sizeof(*p->flows.moved))
		membership_touch(p, m);
	else
		p->flows.moved[p->flows.moved_count++] = (struct flow){m, *source};
}

/* There is no room: what is idle goes before its time. */
static void hurry(struct proxy *p)
{
	int64_t at = p->flows.swept_at + HURRY_INTERVAL;

	p->flows.crowded = true;
	if (p->flows.sweep_at > at)
		p->flows.sweep_at = at;
}

/* Whoever sends to groups that nobody has joined finds but a part of the routes. */
static bool has_room_for_flow(const struct proxy *p, const struct membership *m)
{
	uint32_t kept = m && m->groups ? 0 : p->config->max_routes / KEPT;

	return route_room(p, kept + 1) == kept + 1;
}

/* False: there is no room. */
static bool add_flow(struct proxy *p, struct membership *m, int64_t now,
		     const struct upcall *upcall)
{
	struct interface *i = p->host[upcall->vif] ? p->host[upcall->vif] : p->router[upcall->vif];
	unsigned link = interface_on_link(p, &upcall->source);

	if (!has_room_for_flow(p, m)) {
		i->counters.value[LIMIT_ROUTES]++;
		hurry(p);
		return false;
	}
	m = membership_get(p, &upcall->group);
	if (!m || !route_insert(p, m, &upcall->source, 1)) {
		i->counters.value[NO_MEMORY]++;
		return false;
	}
	route_find(m, &upcall->source)->origin = (uint8_t)(link < PROXY_VIFS ? link : upcall->vif);
	if (p->flows.sweep_at == INT64_MAX && route_is_per_source(p))
		p->flows.sweep_at = now + SWEEP_INTERVAL;
	touch_flow(p, m, &upcall->source);
	return true;
}

static void move_flow(struct proxy *p, struct membership *m, struct source_route *s, int64_t now,
		      unsigned vif)
{
	unsigned link = interface_on_link(p, &s->source);
	bool up = policy_accepts_up(p, m, vif, &s->source);

	/* As long as data come where `mutex` wants them, it alone reads how many. */
	if (s->contested || s->origin == vif || s->origin == PROXY_VIFS ||
	    (link < PROXY_VIFS && link != vif && !p->host[vif]))
		return;
	if (!up && !policy_accepts_down(p, m, vif, &s->source))
		return;
	/* Two upstreams: that is for `mutex` to decide, where it can. */
	if (up && !has_mutex(p) && policy_accepts_up(p, m, s->origin, &s->source))
		return;
	if (policy_outputs(p, m, s->origin, &s->source) &&
	    (route_is_used(p, m, s) || (!has_mutex(p) && now < p->flows.swept_at + PAUSE)))
		return;
	s->origin = (uint8_t)vif;
	touch_flow(p, m, &s->source);
}

bool flow_upcall(struct proxy *p, int64_t now, const struct upcall *upcall)
{
	bool begins = upcall->type == UPCALL_NOCACHE;
	struct membership *m = membership_find(p, &upcall->group);
	struct source_route *s = m ? route_find(m, &upcall->source) : NULL;

	if (!p->router[upcall->vif] && !p->host[upcall->vif])
		return true;
	if (!addr_is_multicast(&upcall->group) || addr_is_link_scope(&upcall->group) ||
	    !addr_is_unicast(&upcall->source))
		return true;
	if (s && !begins) {
		move_flow(p, m, s, now, upcall->vif);
	} else if (s) {
		s->fresh = true; /* the kernel has lost it */
		touch_flow(p, m, &s->source);
	} else if (begins) {
		return add_flow(p, m, now, upcall);
	}
	return true;
}

/* ---- time ---- */

int64_t flow_deadline(const struct proxy *p)
{
	if (p->flows.moved_count)
		return INT64_MIN;
	return p->flows.poll_at < p->flows.sweep_at ? p->flows.poll_at : p->flows.sweep_at;
}

static bool poll_membership(struct proxy *p, struct membership *m)
{
	bool contested = false;
	uint32_t n;

	for (n = 0; n < m->route_count; n++) {
		struct source_route *s = &m->route[n];

		if (!s->contested)
			continue;
		if (route_is_used(p, m, s)) {
			contested = true;
			continue;
		}
		end_contest(p, s);
		s->origin = PROXY_VIFS;
		membership_touch(p, m);
	}
	return contested;
}

static void poll_contested(struct proxy *p, int64_t now)
{
	uint32_t n = 0;
	int64_t interval;

	while (n < p->flows.contest_count)
		if (poll_membership(p, p->flows.contest[n]))
			n++;
		else
			flow_forget(p, p->flows.contest[n]);
	interval = p->flows.contested_routes / POLL_RATE;
	if (interval < p->config->mutex)
		interval = p->config->mutex;
	p->flows.poll_at = p->flows.contest_count ? now + interval : INT64_MAX;
}

static void sweep_membership(struct proxy *p, struct membership *m)
{
	uint32_t n;

	for (n = 0; n < m->route_count; n++) {
		struct source_route *s = &m->route[n];

		if (s->contested || s->fresh)
			continue;
		if (!route_is_used(p, m, s) && (p->flows.crowded || ++s->idle == IDLE_SWEEPS)) {
			s->origin = PROXY_VIFS;
			membership_touch(p, m);
		}
	}
}

static void sweep_idle(struct proxy *p, int64_t now)
{
	unsigned budget = SWEEP_BUDGET;

	if (!p->flows.sweeping)
		membership_walk_start(p, &p->flows.sweep);
	p->flows.sweeping = true;
	while (p->flows.sweep.next && budget) {
		struct membership *m = p->flows.sweep.next;

		p->flows.sweep.next = m->next;
		budget -= m->route_count < budget ? m->route_count + 1 : budget;
		sweep_membership(p, m);
	}
	if (p->flows.sweep.next)
		return;
	membership_walk_stop(p, &p->flows.sweep);
	p->flows.sweeping = p->flows.crowded = false;
	p->flows.swept_at = now;
	p->flows.sweep_at = p->forwarding.route_count ? now + SWEEP_INTERVAL : INT64_MAX;
}

void flow_tick(struct proxy *p, int64_t now)
{
	if (p->flows.poll_at <= now)
		poll_contested(p, now);
	if (p->flows.sweep_at <= now)
		sweep_idle(p, now);
}
