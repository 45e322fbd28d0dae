/* SPDX-License-Identifier: MIT */
/* Groups of a downstream; see group.h. */
#include "group.h"

#include <stdlib.h>

#include "interface.h"
#include "membership.h"

/* A record meeting a group: what the rows below work on. */
struct change {
	struct group *group;
	int64_t now;
	int64_t membership_deadline; /* now + GMI */
	int64_t query_deadline;	     /* now + LMQT */
	uint8_t query_count;	     /* LMQC; 0: we are not the querier, do not ask */
	bool changed;		     /* beyond timers */
	bool asked;
};

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

	if (g->filter_mode == EXCLUDE && g->group_timer < first)
		first = g->group_timer;
	for (n = 0; n < g->sources.count; n++)
		if (g->sources.source[n].expires && g->sources.source[n].expires < first)
			first = g->sources.source[n].expires;
	return first;
}

static struct group *create(struct proxy *p, struct interface *i, const struct addr *address)
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
	g->membership = m;
	g->next = m->groups;
	m->groups = g;
	i->group_count++;
	return g;
}

void group_delete(struct proxy *p, struct interface *i, struct group *g)
{
	struct group **link = &g->membership->groups;

	while (*link != g)
		link = &(*link)->next;
	*link = g->next;
	membership_touch(p, g->membership);
	timer_remove(&i->timers, &g->timer);
	if (!g->permanent)
		i->source_count -= g->sources.count;
	source_list_free(&g->sources);
	i->group_count--;
	free(g);
}

/* ---- actions of the tables ---- */

static bool is_running(const struct change *c, const struct source *s)
{
	return s->expires > c->now;
}

/* (S)=GMI */
static void refresh(struct change *c, struct source *s)
{
	c->changed |= s->fresh || !is_running(c, s);
	s->expires = c->membership_deadline;
}

static void drop(struct change *c, struct source *s)
{
	s->dead = true;
	c->changed = true;
}

/* One source of a Q(G,X): section 6.6.3.2. */
static void query_source(struct change *c, struct source *s)
{
	if (!c->query_count || s->expires <= c->query_deadline)
		return;
	s->expires = c->query_deadline;
	s->retransmit = c->query_count;
	c->asked = true;
}

/* Q(G): section 6.6.3.1. */
static void query_group(struct change *c)
{
	struct group *g = c->group;

	if (!c->query_count)
		return;
	if (g->group_timer > c->query_deadline)
		g->group_timer = c->query_deadline;
	g->query_count = c->query_count;
	c->asked = true;
}

static void become_exclude(struct change *c)
{
	c->changed |= c->group->filter_mode != EXCLUDE;
	c->group->filter_mode = EXCLUDE;
	c->group->group_timer = c->membership_deadline;
}

/* ---- RFC 3376 section 6.4.1 and 6.4.2, a row each; sources that are neither marked nor fresh are
 * of the state, not of the record ---- */

/* INCLUDE (A), IS_IN (B) and ALLOW (B) -> INCLUDE (A+B): (B)=GMI.
 * EXCLUDE (X,Y), IS_IN (A) and ALLOW (A) -> EXCLUDE (X+A,Y-A): (A)=GMI. */
static void row_allow(struct change *c, struct source *s)
{
	if (s->marked)
		refresh(c, s);
}

/* INCLUDE (A), BLOCK (B) -> INCLUDE (A): Q(G,A*B). */
static void row_include_block(struct change *c, struct source *s)
{
	if (s->marked)
		query_source(c, s);
}

/* INCLUDE (A), TO_IN (B) -> INCLUDE (A+B): (B)=GMI, Q(G,A-B).
 * EXCLUDE (X,Y), TO_IN (A) -> EXCLUDE (X+A,Y-A): (A)=GMI, Q(G,X-A), Q(G); the latter is act()'s. */
static void row_to_in(struct change *c, struct source *s)
{
	if (s->marked)
		refresh(c, s);
	else
		query_source(c, s);
}

/* INCLUDE (A), IS_EX (B) -> EXCLUDE (A*B,B-A): (B-A)=0, delete (A-B), GMI. */
static void row_include_is_ex(struct change *c, struct source *s)
{
	if (!s->marked)
		drop(c, s);
}

/* INCLUDE (A), TO_EX (B) -> EXCLUDE (A*B,B-A): (B-A)=0, delete (A-B), Q(G,A*B), GMI. */
static void row_include_to_ex(struct change *c, struct source *s)
{
	if (!s->marked)
		drop(c, s);
	else if (!s->fresh)
		query_source(c, s);
}

/* EXCLUDE (X,Y), IS_EX (A) -> EXCLUDE (A-Y,Y*A): (A-X-Y)=GMI, delete (X-A), delete (Y-A), GMI. */
static void row_exclude_is_ex(struct change *c, struct source *s)
{
	if (!s->marked)
		drop(c, s);
	else if (s->fresh)
		refresh(c, s);
}

/* EXCLUDE (X,Y), BLOCK (A) -> EXCLUDE (X+(A-Y),Y): (A-X-Y)=group timer, Q(G,A-Y). */
static void row_exclude_block(struct change *c, struct source *s)
{
	if (!s->marked)
		return;
	if (s->fresh)
		s->expires = c->group->group_timer;
	if (is_running(c, s))
		query_source(c, s);
}

/* EXCLUDE (X,Y), TO_EX (A) -> EXCLUDE (A-Y,Y*A): (A-X-Y)=group timer, delete (X-A), delete (Y-A),
 * Q(G,A-Y), GMI. */
static void row_exclude_to_ex(struct change *c, struct source *s)
{
	if (!s->marked)
		drop(c, s);
	else
		row_exclude_block(c, s);
}

typedef void row(struct change *, struct source *);

static row *const table[2][BLOCK + 1] = {
	[INCLUDE] = {[IS_IN] = row_allow,
		     [IS_EX] = row_include_is_ex,
		     [TO_IN] = row_to_in,
		     [TO_EX] = row_include_to_ex,
		     [ALLOW] = row_allow,
		     [BLOCK] = row_include_block},
	[EXCLUDE] = {[IS_IN] = row_allow,
		     [IS_EX] = row_exclude_is_ex,
		     [TO_IN] = row_to_in,
		     [TO_EX] = row_exclude_to_ex,
		     [ALLOW] = row_allow,
		     [BLOCK] = row_exclude_block},
};

/* How many sources the group may have, for its own limit and that of the interface. */
static uint32_t most_sources(const struct interface *i, const struct group *g)
{
	uint32_t own = i->config->max_sources ? i->config->max_sources : UINT32_MAX;
	uint32_t total = i->config->max_total_sources, others = i->source_count - g->sources.count;

	if (total)
		total = total > others ? total - others : 0;
	else
		total = UINT32_MAX;
	return own < total ? own : total;
}

static void sweep(struct interface *i, struct group *g)
{
	uint32_t before = g->sources.count;

	source_list_sweep(&g->sources);
	i->source_count -= before - g->sources.count;
}

/* The row for each source, then what concerns the group as a whole. */
static void act(struct interface *i, struct change *c, enum record_type type)
{
	struct group *g = c->group;
	row *each = table[g->filter_mode][type];
	uint32_t n;

	for (n = 0; n < g->sources.count; n++)
		each(c, &g->sources.source[n]);
	if (type == TO_IN && g->filter_mode == EXCLUDE)
		query_group(c);
	if (type == IS_EX || type == TO_EX)
		become_exclude(c);
	sweep(i, g);
	if (c->asked)
		g->next_query = c->now;
}

static void apply(struct proxy *p, struct interface *i, struct group *g, int64_t now,
		  const struct record *r)
{
	const struct values *v = &i->values;
	struct change c = {
		.group = g,
		.now = now,
		.membership_deadline = now + values_group_membership_interval(v),
		.query_deadline = now + values_last_member_query_time(v),
		.query_count = i->querier ? v->last_member_query_count : 0,
	};
	bool insert = g->filter_mode == EXCLUDE || r->type != BLOCK;
	uint32_t before = g->sources.count;
	int64_t refused = source_list_mark(&g->sources, r->source, r->source_count, insert,
					   most_sources(i, g));

	i->source_count += g->sources.count - before;
	if (refused < 0)
		i->counters.value[NO_MEMORY]++;
	else
		act(i, &c, r->type);
	if (refused > 0)
		i->counters.value[LIMIT_SOURCES] += (uint64_t)refused;
	if (g->filter_mode == INCLUDE && !g->sources.count) {
		group_delete(p, i, g);
		return;
	}
	timer_advance(&i->timers, &g->timer, deadline(g));
	if (c.changed || g->membership->incomplete)
		membership_touch(p, g->membership);
}

/* ---- records ---- */

/* Would the record leave anything behind where there is no group yet, INCLUDE ()? */
static bool creates(const struct record *r)
{
	return r->type == IS_EX || r->type == TO_EX || (r->type != BLOCK && r->source_count);
}

static struct group *find_or_create(struct proxy *p, struct interface *i, const struct record *r)
{
	struct membership *m = membership_find(p, &r->group);
	struct group *g = m ? membership_group(m, i->vif) : NULL;

	if (g || !creates(r))
		return g;
	if (i->config->max_groups && i->group_count >= i->config->max_groups) {
		i->counters.value[LIMIT_GROUPS]++;
		return NULL;
	}
	return create(p, i, &r->group);
}

/* What may not have state here: the link's own groups (RFC 3376 section 6, RFC 4541), and the SSM
 * addresses that name no source (RFC 4607 section 4.3). */
static bool has_no_state(struct proxy *p, struct interface *i, const struct addr *group)
{
	bool ssm_base = interface_is_ssm(p, group) &&
			(addr_is_ipv4(group) ? !(addr_to_ipv4(group) & 0xffffff)
					     : group->byte[12] == 0x40 && !group->byte[13] &&
						       !group->byte[14] && !group->byte[15]);

	if (addr_is_link_scope(group))
		i->counters.value[LINK_SCOPE]++;
	else if (ssm_base)
		i->counters.value[DROP_RECORD_GROUP]++;
	else
		return false;
	return true;
}

void group_record(struct proxy *p, struct interface *i, int64_t now, const struct record *record)
{
	struct record r = *record;
	struct group *g;
	uint8_t version;

	if (has_no_state(p, i, &r.group))
		return;
	if ((r.type == IS_EX || r.type == TO_EX) && interface_is_ssm(p, &r.group)) {
		i->counters.value[DROP_RECORD_SSM]++; /* RFC 4604 section 3.1 */
		return;
	}
	g = find_or_create(p, i, &r);
	if (!g)
		return;
	version = group_version(g, now);
	if (message_is_old(version) && r.type == BLOCK)
		return;
	if (version == 1 && r.type == TO_IN)
		return;
	if (message_is_old(version) && r.type == TO_EX)
		r.source_count = 0;
	apply(p, i, g, now, &r);
}

void group_old_report(struct proxy *p, struct interface *i, int64_t now, uint8_t version,
		      const struct addr *group)
{
	struct record r = {.type = IS_EX, .group = *group};
	int64_t until = now + values_older_host_present_interval(&i->values);
	struct group *g;

	if (has_no_state(p, i, group))
		return;
	if (interface_is_ssm(p, group)) {
		i->counters.value[DROP_RECORD_SSM]++; /* RFC 4604 section 3.5 */
		return;
	}
	g = find_or_create(p, i, &r);
	if (!g)
		return;
	*(version == 1 ? &g->v1_host_until : &g->v2_host_until) = until;
	apply(p, i, g, now, &r);
}

void group_leave(struct proxy *p, struct interface *i, int64_t now, const struct addr *group)
{
	struct record r = {.type = TO_IN, .group = *group};

	if (!addr_is_link_scope(group) && interface_is_ssm(p, group))
		i->counters.value[DROP_RECORD_SSM]++;
	else if (i->querier)
		group_record(p, i, now, &r);
}

void group_query_heard(struct proxy *p, struct interface *i, int64_t until, const struct record *r)
{
	struct membership *m = membership_find(p, &r->group);
	struct group *g = m ? membership_group(m, i->vif) : NULL;
	size_t n;

	if (!g)
		return;
	if (!r->source_count && g->filter_mode == EXCLUDE && g->group_timer > until)
		g->group_timer = until;
	for (n = 0; n < r->source_count; n++) {
		struct source *s = source_list_find(&g->sources, &r->source[n]);

		if (s && s->expires > until)
			s->expires = until;
	}
	timer_advance(&i->timers, &g->timer, deadline(g));
}

static struct group *find_permanent(const struct proxy *p, const struct interface *i,
				    const struct addr *address)
{
	struct membership *m = membership_find(p, address);
	struct group *g = m ? m->groups : NULL;

	while (g && (g->vif != i->vif || !g->permanent))
		g = g->next;
	return g;
}

void group_join_static(struct proxy *p, struct interface *i)
{
	size_t n;

	for (n = 0; n < i->config->static_join_count; n++) {
		const struct static_join *join = &i->config->static_join[n];
		struct group *g = find_permanent(p, i, &join->group);
		struct source *s;

		if (!g)
			g = create(p, i, &join->group);
		if (!g)
			continue;
		g->permanent = true;
		membership_touch(p, g->membership);
		if (addr_is_any(&join->source)) {
			source_list_free(&g->sources);
			g->filter_mode = EXCLUDE;
			g->group_timer = INT64_MAX;
		} else if (g->filter_mode == INCLUDE) {
			if (source_list_mark(&g->sources, &join->source, 1, true, UINT32_MAX) < 0)
				i->counters.value[NO_MEMORY]++;
			s = source_list_find(&g->sources, &join->source);
			if (s)
				s->expires = INT64_MAX;
		}
	}
}

/* ---- time ---- */

/* RFC 3376 sections 6.2.3, 6.3 and 6.5. */
static bool expire(struct interface *i, struct group *g, int64_t now)
{
	bool mode_ends = g->filter_mode == EXCLUDE && g->group_timer <= now, changed = mode_ends;
	uint32_t n;

	for (n = 0; n < g->sources.count; n++) {
		struct source *s = &g->sources.source[n];
		bool ended = s->expires && s->expires <= now;

		if (ended) {
			s->expires = 0;
			s->retransmit = 0;
			changed = true;
		}
		s->dead = !s->expires && (mode_ends || g->filter_mode == INCLUDE);
	}
	if (mode_ends) {
		g->filter_mode = INCLUDE;
		g->query_count = 0;
	}
	if (changed)
		sweep(i, g);
	return changed;
}

static void send_group_query(struct proxy *p, struct interface *i, struct group *g, int64_t now)
{
	const struct values *v = &i->values;
	struct query q = {.group = g->membership->group,
			  .version = message_version(p->protocol, v->version),
			  .suppress = g->group_timer > now + values_last_member_query_time(v),
			  .max_response_time = v->last_member_query_interval,
			  .values = v};
	uint8_t buffer[64];
	struct message_writer w;
	struct addr destination;

	g->query_count--;
	/* Without that flag a repeated query would lower the timers of the other routers: a report
	 * ends it (RFC 2236 section 3, RFC 2710 section 4). */
	if (q.suppress && message_is_old(q.version))
		return;
	interface_start(p, i, &w, buffer, sizeof(buffer));
	destination = message_write_query(&w, &q);
	interface_send(p, i, &w, &destination, TX_QUERY);
}

/* One of the two messages of section 6.6.3.2: the sources whose timers are above LMQT (SUPPRESS),
 * or not. */
static void send_source_query(struct proxy *p, struct interface *i, struct group *g, int64_t now,
			      bool suppress, bool quiet)
{
	const struct values *v = &i->values;
	int64_t until = now + values_last_member_query_time(v);
	struct query q = {.group = g->membership->group,
			  .version = 3,
			  .suppress = suppress,
			  .max_response_time = v->last_member_query_interval,
			  .values = v};
	struct message_writer w = {0};
	struct addr destination = q.group;
	uint8_t buffer[1500];
	uint32_t n;

	for (n = 0; n < g->sources.count; n++) {
		struct source *s = &g->sources.source[n];

		if (!s->retransmit || (s->expires > until) != suppress)
			continue;
		s->retransmit--;
		if (quiet)
			continue;
		if (w.wire.length && message_add_source(&w, &s->address))
			continue;
		if (w.wire.length)
			interface_send(p, i, &w, &destination, TX_QUERY);
		interface_start(p, i, &w, buffer, sizeof(buffer));
		destination = message_write_query(&w, &q);
		message_add_source(&w, &s->address);
	}
	if (w.wire.length)
		interface_send(p, i, &w, &destination, TX_QUERY);
}

static void send_queries(struct proxy *p, struct interface *i, struct group *g, int64_t now)
{
	bool group_query = g->query_count;
	uint32_t n;

	if (group_query)
		send_group_query(p, i, g, now);
	send_source_query(p, i, g, now, true, group_query);
	send_source_query(p, i, g, now, false, false);
	g->next_query = INT64_MAX;
	for (n = 0; n < g->sources.count; n++)
		if (g->sources.source[n].retransmit)
			g->next_query = now + i->values.last_member_query_interval;
	if (g->query_count)
		g->next_query = now + i->values.last_member_query_interval;
}

void group_run(struct proxy *p, struct interface *i, struct group *g, int64_t now)
{
	if (g->next_query <= now)
		send_queries(p, i, g, now);
	if (expire(i, g, now))
		membership_touch(p, g->membership);
	if (g->filter_mode == INCLUDE && !g->sources.count && !g->permanent)
		group_delete(p, i, g);
	else
		timer_set(&i->timers, &g->timer, deadline(g));
}
