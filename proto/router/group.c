/* SPDX-License-Identifier: MIT */
/* Groups of a downstream; see group.h. */
#include "proto/router/group.h"

#include <stdlib.h>

#include "proto/packet/codec.h"
#include "proto/router/forwarder.h"
#include "proto/router/limits.h"
#include "proto/router/parting.h"
#include "proto/router/reporter.h"
#include "proto/router/row.h"
#include "proto/router/tracking.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"

uint8_t group_version(const struct group *g, int64_t now)
{
	if (ENABLE_IGMP_V1 && now < g->v1_host_until)
		return 1;
	return message_is_old(2) && now < g->v2_host_until ? 2 : 3;
}

/* When group_run() has something to do. */
static int64_t deadline(const struct group *g)
{
	int64_t first = g->next_query;
	uint32_t n;

	if (g->state.filter_mode == EXCLUDE && g->state.group_timer < first)
		first = g->state.group_timer;
	for (n = 0; n < g->state.sources.count; n++)
		if (g->state.sources.source[n].expires &&
		    g->state.sources.source[n].expires < first)
			first = g->state.sources.source[n].expires;
	return first;
}

static struct group *find_group(const struct proxy *p, const struct interface *i,
				const struct addr *address, bool permanent)
{
	const struct membership *m = membership_find(p, address);

	return m ? membership_group(m, i->vif, permanent) : NULL;
}

static struct group *create_group(struct proxy *p, struct interface *i, const struct addr *address)
{
	struct membership *m = membership_get(p, address);
	struct group *g = m ? calloc(1, sizeof(*g)) : NULL;

	if (!g || !timer_add(&i->timers, &g->timer, INT64_MAX)) {
		free(g);
		i->counters.value[NO_MEMORY]++;
		return NULL;
	}
	g->vif = i->vif;
	g->next_query = INT64_MAX;
	membership_add_group(p, m, g);
	return g;
}

void group_delete(struct proxy *p, struct interface *i, struct group *g)
{
	membership_remove_group(p, g);
	timer_remove(&i->timers, &g->timer);
	if (!g->permanent)
		limits_return_group(i, &g->state);
	if (ENABLE_HOST_TRACKING)
		tracking_stop(i, g);
	source_list_free(&g->state.sources);
	free(g);
}

/* ---- records ---- */

/* May what a query would ask about end at once, as there is but one host, or all are known? A
 * switch that asks sends reports to us, too, but who knows which. */
static bool is_quick(const struct interface *i, const struct group *g, int64_t now)
{
	enum quick_leave mode = i->config->quick_leave;

	if (!ENABLE_QUICK_LEAVE || !interface_forwards(i))
		return false;
	return mode == QUICK_LEAVE_ON ||
	       (ENABLE_HOST_TRACKING && mode == QUICK_LEAVE_TRACKED && i->router.querier &&
		now >= i->router.tracking_from && reporter_all_known(g->tracking, now));
}

/* What R asks for lasts until the deadline. False: no memory. */
static bool apply_record(struct proxy *p, struct interface *i, struct group *g,
			 const struct hearing *h, int64_t membership_deadline,
			 const struct record *r)
{
	const struct values *v = &i->values;
	uint32_t before = g->state.sources.count;
	struct change c = {
		.state = &g->state,
		.now = h->now,
		.membership_deadline = membership_deadline,
		.most_sources = limits_sources(i, h, &g->state),
		.last_member_query_time = values_last_member_query_time(v),
		.next_query = g->next_query,
		.query_count = i->router.querier ? v->last_member_query_count : 0,
		.source_query_count = i->router.querier && interface_names_sources(i)
					      ? v->last_member_query_count
					      : 0,
		.quick = is_quick(i, g, h->now),
		.tracking = g->tracking,
	};
	int64_t refused = row_apply(&c, r);

	limits_count_sources(i, &g->state, before);
	i->counters.value[NO_MEMORY] += refused < 0;
	if (refused > 0)
		i->counters.value[LIMIT_SOURCES] += (uint64_t)refused;
	if (c.asked)
		g->next_query = h->now;
	else if (ENABLE_HOST_TRACKING && c.settled && g->tracking && !g->state.query_count)
		parting_begin(i, h->now, &g->membership->group);
	if (g->state.filter_mode == INCLUDE && !g->state.sources.count) {
		group_delete(p, i, g);
		return refused >= 0;
	}
	timer_advance(&i->timers, &g->timer, deadline(g));
	if (c.changed || g->membership->incomplete)
		membership_touch(p, g->membership);
	return refused >= 0;
}

static struct group *find_or_create(struct proxy *p, struct interface *i, const struct hearing *h,
				    const struct record *r)
{
	struct group *g = find_group(p, i, &r->group, false);
	uint32_t drawer;

	if (ENABLE_DISCOVERY && h->own && row_creates(r))
		forwarder_own(p, i, h->now);
	if (g || !row_creates(r) || !limits_admit_group(i, h, r, &drawer))
		return g;
	g = create_group(p, i, &r->group);
	if (!g)
		return NULL;
	limits_take_group(i, &g->state, drawer);
	if (ENABLE_HOST_TRACKING && !drawer && i->config->quick_leave == QUICK_LEAVE_TRACKED)
		tracking_start(i, g);
	return g;
}

/* What may not have state here: the link's own groups (RFC 3376 section 6, RFC 4541), that of a
 * site's routers, which are its members unasked (RFC 4291 section 2.8), and the SSM addresses that
 * name no source (RFC 4607 section 4.3). */
static bool has_no_state(struct proxy *p, struct interface *i, const struct addr *group)
{
	static const struct addr site_routers = {{0xff, 0x05, [15] = 2}};
	bool ssm_base = interface_is_ssm(p, group) &&
			(addr_is_ipv4(group) ? !(addr_to_ipv4(group) & 0xffffff)
					     : group->byte[12] == 0x40 && !group->byte[13] &&
						       !group->byte[14] && !group->byte[15]);

	if (addr_is_link_scope(group) || addr_equal(group, &site_routers))
		i->counters.value[LINK_SCOPE]++;
	else if (ssm_base)
		i->counters.value[DROP_RECORD_GROUP]++;
	else
		return false;
	return true;
}

void group_report(struct proxy *p, struct interface *i, const struct hearing *h, struct record *r,
		  uint8_t old)
{
	int64_t until = h->now + values_older_host_present_interval(&i->values);
	struct group *g;
	uint8_t version;

	if (has_no_state(p, i, &r->group))
		return;
	if ((r->type == IS_EX || r->type == TO_EX) && interface_is_ssm(p, &r->group)) {
		i->counters.value[DROP_RECORD_SSM]++; /* RFC 4604 sections 3.1 and 3.5 */
		return;
	}
	g = find_or_create(p, i, h, r);
	if (!g)
		return;
	if (old == 1 || old == 2)
		*(old == 1 ? &g->v1_host_until : &g->v2_host_until) = until;
	if (ENABLE_HOST_TRACKING && g->tracking && old)
		tracking_invalidate(i, g, h->now);
	else if (ENABLE_HOST_TRACKING && g->tracking)
		tracking_record(i, g, h, r);
	version = group_version(g, h->now);
	if (message_is_old(version) && r->type == BLOCK)
		return;
	if (version == 1 && r->type == TO_IN)
		return;
	if (message_is_old(version) && r->type == TO_EX)
		r->source_count = 0;
	apply_record(p, i, g, h, h->now + interface_membership_interval(i), r);
}

bool group_adopt(struct proxy *p, struct interface *i, int64_t now, int64_t until,
		 const struct record *r)
{
	struct hearing nobody = {.now = now};
	bool full = limits_are_full(i, &nobody);
	struct group *g;

	if (has_no_state(p, i, &r->group) || (r->type == IS_EX && interface_is_ssm(p, &r->group)))
		return true;
	g = find_or_create(p, i, &nobody, r);
	if (!g)
		return full;
	if (ENABLE_HOST_TRACKING && g->tracking && g->tracking->valid_from < until)
		g->tracking->valid_from = until;
	return apply_record(p, i, g, &nobody, until, r);
}

void group_leave(struct proxy *p, struct interface *i, const struct hearing *h, struct record *r)
{
	if (!addr_is_link_scope(&r->group) && interface_is_ssm(p, &r->group))
		i->counters.value[DROP_RECORD_SSM]++;
	else
		group_report(p, i, h, r, 0);
}

void group_record(struct proxy *p, struct interface *i, const struct hearing *h, struct record *r)
{
	bool named = interface_names_sources(i), joins = row_creates(r);

	if (!named)
		r->source_count = 0;
	if (!named && joins)
		r->type = IS_EX;
	if (named || joins)
		group_report(p, i, h, r, named ? 0 : 3);
	else if (r->type == TO_IN && i->values.version > 1)
		group_leave(p, i, h, r);
}

void group_query_heard(struct proxy *p, struct interface *i, int64_t until, const struct record *r)
{
	struct group *g = find_group(p, i, &r->group, false);
	size_t n;

	if (!g)
		return;
	if (!r->source_count && g->state.filter_mode == EXCLUDE && g->state.group_timer > until)
		g->state.group_timer = until;
	for (n = 0; n < r->source_count; n++) {
		struct source *s = source_list_find(&g->state.sources, &r->source[n]);

		if (s && s->expires > until)
			s->expires = until;
	}
	timer_advance(&i->timers, &g->timer, deadline(g));
}

/* False: no memory. */
static bool join_static(struct proxy *p, struct interface *i, const struct static_join *join)
{
	struct group *g = find_group(p, i, &join->group, true);
	struct source *s;

	if (!g)
		g = create_group(p, i, &join->group);
	if (!g)
		return false;
	g->permanent = true;
	membership_touch(p, g->membership);
	if (addr_is_any(&join->source)) {
		source_list_free(&g->state.sources);
		g->state.filter_mode = EXCLUDE;
		g->state.group_timer = INT64_MAX;
	}
	if (g->state.filter_mode == EXCLUDE)
		return true;
	if (source_list_mark(&g->state.sources, &join->source, 1, true, UINT32_MAX) < 0)
		i->counters.value[NO_MEMORY]++;
	s = source_list_find(&g->state.sources, &join->source);
	if (s)
		s->expires = INT64_MAX;
	if (!g->state.sources.count)
		group_delete(p, i, g);
	return s;
}

void group_join_static(struct proxy *p, struct interface *i)
{
	size_t n;

	i->router.static_missing = false;
	for (n = 0; n < i->config->static_join_count; n++)
		i->router.static_missing |= !join_static(p, i, &i->config->static_join[n]);
	if (i->router.static_missing)
		membership_starved(p, NULL);
}

void group_renew_static(struct proxy *p, struct interface *i)
{
	uint32_t n = i->timers.count;

	while (n--) {
		struct group *g = interface_group(i, n);

		if (!g->permanent)
			continue;
		group_delete(p, i, g);
		n += n < i->timers.count; /* another one has taken its place */
	}
	group_join_static(p, i);
}

/* ---- time ---- */

static void send_group_query(struct proxy *p, struct interface *i, struct group *g, int64_t now)
{
	const struct values *v = &i->values;
	bool suppress = g->state.group_timer > now + values_last_member_query_time(v);

	g->state.query_count--;
	/* Without that flag a repeated query would lower the timers of the other routers: a report
	 * ends it (RFC 2236 section 3, RFC 2710 section 4). */
	if (suppress && !interface_names_sources(i))
		g->state.query_count = 0;
	else
		interface_query(p, i, &g->membership->group, suppress,
				v->last_member_query_interval);
}

/* One of the two messages of section 6.6.3.2: the sources whose timers are above LMQT (SUPPRESS),
 * or not. */
static void send_source_query(struct proxy *p, struct interface *i, struct group *g, int64_t now,
			      bool suppress, bool quiet)
{
	const struct values *v = &i->values;
	int64_t until = now + values_last_member_query_time(v);
	struct message_writer *w = NULL;
	uint32_t n;

	for (n = 0; n < g->state.sources.count; n++) {
		struct source *s = &g->state.sources.source[n];

		if (!s->retransmit || (s->expires > until) != suppress)
			continue;
		s->retransmit--;
		if (quiet || !interface_names_sources(i))
			continue;
		if (w && message_add_source(w, &s->address))
			continue;
		interface_send(p, i, TX_QUERY);
		w = interface_start(p, i);
		codec_write_query(w, &g->membership->group, suppress, v->last_member_query_interval,
				  v);
		message_add_source(w, &s->address);
	}
	interface_send(p, i, TX_QUERY);
}

static void send_queries(struct proxy *p, struct interface *i, struct group *g, int64_t now)
{
	bool group_query = g->state.query_count;
	uint32_t n;

	if (group_query)
		send_group_query(p, i, g, now);
	send_source_query(p, i, g, now, true, group_query);
	send_source_query(p, i, g, now, false, false);
	g->next_query = INT64_MAX;
	for (n = 0; n < g->state.sources.count; n++)
		if (g->state.sources.source[n].retransmit)
			g->next_query = now + i->values.last_member_query_interval;
	if (g->state.query_count)
		g->next_query = now + i->values.last_member_query_interval;
}

void group_run(struct proxy *p, struct interface *i, struct group *g, int64_t now)
{
	uint32_t before = g->state.sources.count;

	if (g->next_query <= now)
		send_queries(p, i, g, now);
	if (row_expire(&g->state, now))
		membership_touch(p, g->membership);
	limits_count_sources(i, &g->state, before);
	if (g->state.filter_mode == INCLUDE && !g->state.sources.count && !g->permanent)
		group_delete(p, i, g);
	else
		timer_set(&i->timers, &g->timer, deadline(g));
}
