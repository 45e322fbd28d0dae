/* SPDX-License-Identifier: MIT */
/* The tables of the router part; see row.h. */
#include "proto/router/row.h"

#include "proto/router/reporter.h"

/* ---- actions of the tables ---- */

static bool is_running(const struct change *c, const struct source *s)
{
	return s->expires > c->now;
}

/* (S)=GMI */
static void refresh_source(struct change *c, struct source *s)
{
	c->changed |= s->fresh || !is_running(c, s);
	s->expires = c->membership_deadline;
}

static void drop_source(struct change *c, struct source *s)
{
	s->dead = true;
	c->changed = true;
}

/* What nobody wants ends in the same turn. */
static bool is_source_wanted(const struct change *c, const struct addr *source)
{
	return ENABLE_HOST_TRACKING && c->tracking &&
	       reporter_any_wants(c->tracking, c->now, source);
}

/* LEFT queries of COUNT are still to come about what TIMER is of. These ask again: else whoever
 * joins and leaves all the time would have one sent each time; and time runs from the first of
 * them. */
static void ask(struct change *c, int64_t *timer, uint8_t *left, uint8_t count)
{
	int64_t until = c->last_member_query_time +
			(*left && c->next_query > c->now ? c->next_query : c->now);

	if (!count || *timer <= until)
		return;
	*timer = until;
	c->asked |= !*left;
	*left = count;
}

/* One source of a Q(G,X): section 6.6.3.2. */
static void query_source(struct change *c, struct source *s)
{
	if (ENABLE_QUICK_LEAVE && c->quick) {
		c->settled |= is_running(c, s);
		if (is_running(c, s) && !is_source_wanted(c, &s->address)) {
			s->expires = c->now;
			s->retransmit = 0;
		}
		return;
	}
	ask(c, &s->expires, &s->retransmit, c->source_query_count);
}

/* What a Q(G) has to find out, the hosts that are known tell. Only what hosts in INCLUDE mode want
 * may have gone when another one switched to EXCLUDE: then they are asked. */
static bool end_group(struct change *c)
{
	struct filter_state *f = c->state;

	if (ENABLE_HOST_TRACKING && c->tracking && reporter_any_excludes(c->tracking, c->now))
		return true;
	if (ENABLE_HOST_TRACKING && c->tracking &&
	    !reporter_all_covered(c->tracking, c->now, &f->sources))
		return false;
	f->group_timer = c->now;
	f->query_count = 0;
	return true;
}

/* Q(G): section 6.6.3.1. While the members are being asked, another leave asks nothing more (RFC
 * 2236 section 7), as with sources. */
static void query_group(struct change *c)
{
	struct filter_state *f = c->state;

	if (ENABLE_QUICK_LEAVE && c->quick && end_group(c)) {
		c->settled = true;
		return;
	}
	ask(c, &f->group_timer, &f->query_count, c->query_count);
}

static void become_exclude(struct change *c)
{
	c->changed |= c->state->filter_mode != EXCLUDE;
	c->state->filter_mode = EXCLUDE;
	c->state->group_timer = c->membership_deadline;
}

/* ---- RFC 3376 section 6.4.1 and 6.4.2, a row each; sources that are neither marked nor fresh are
 * of the state, not of the record ---- */

/* INCLUDE (A), IS_IN (B) and ALLOW (B) -> INCLUDE (A+B): (B)=GMI.
 * EXCLUDE (X,Y), IS_IN (A) and ALLOW (A) -> EXCLUDE (X+A,Y-A): (A)=GMI. */
static void row_allow(struct change *c, struct source *s)
{
	if (s->marked)
		refresh_source(c, s);
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
		refresh_source(c, s);
	else
		query_source(c, s);
}

/* INCLUDE (A), IS_EX (B) -> EXCLUDE (A*B,B-A): (B-A)=0, delete (A-B), GMI. */
static void row_include_is_ex(struct change *c, struct source *s)
{
	if (!s->marked)
		drop_source(c, s);
}

/* INCLUDE (A), TO_EX (B) -> EXCLUDE (A*B,B-A): (B-A)=0, delete (A-B), Q(G,A*B), GMI. */
static void row_include_to_ex(struct change *c, struct source *s)
{
	if (!s->marked)
		drop_source(c, s);
	else if (!s->fresh)
		query_source(c, s);
}

/* EXCLUDE (X,Y), IS_EX (A) -> EXCLUDE (A-Y,Y*A): (A-X-Y)=GMI, delete (X-A), delete (Y-A), GMI. */
static void row_exclude_is_ex(struct change *c, struct source *s)
{
	if (!s->marked)
		drop_source(c, s);
	else if (s->fresh)
		refresh_source(c, s);
}

/* EXCLUDE (X,Y), BLOCK (A) -> EXCLUDE (X+(A-Y),Y): (A-X-Y)=group timer, Q(G,A-Y). */
static void row_exclude_block(struct change *c, struct source *s)
{
	if (!s->marked)
		return;
	if (s->fresh)
		s->expires = c->state->group_timer;
	if (is_running(c, s))
		query_source(c, s);
}

/* EXCLUDE (X,Y), TO_EX (A) -> EXCLUDE (A-Y,Y*A): (A-X-Y)=group timer, delete (X-A), delete (Y-A),
 * Q(G,A-Y), GMI. */
static void row_exclude_to_ex(struct change *c, struct source *s)
{
	if (!s->marked)
		drop_source(c, s);
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

/* The row for each source, then what concerns the group as a whole. */
static void act(struct change *c, enum record_type type)
{
	struct filter_state *f = c->state;
	row *each = table[f->filter_mode][type];
	uint32_t n;

	for (n = 0; n < f->sources.count; n++)
		each(c, &f->sources.source[n]);
	if (type == TO_IN && f->filter_mode == EXCLUDE)
		query_group(c);
	if (type == IS_EX || type == TO_EX)
		become_exclude(c);
	source_list_sweep(&f->sources);
}

bool row_creates(const struct record *r)
{
	return r->type == IS_EX || r->type == TO_EX || (r->type != BLOCK && r->source_count);
}

int64_t row_apply(struct change *c, const struct record *r)
{
	bool insert = c->state->filter_mode == EXCLUDE || r->type != BLOCK;
	int64_t refused = source_list_mark(&c->state->sources, r->source, r->source_count, insert,
					   c->most_sources);

	if (refused >= 0)
		act(c, r->type);
	return refused;
}

bool row_expire(struct filter_state *f, int64_t now)
{
	bool mode_ends = f->filter_mode == EXCLUDE && f->group_timer <= now, changed = mode_ends;
	uint32_t n;

	for (n = 0; n < f->sources.count; n++) {
		struct source *s = &f->sources.source[n];
		bool ended = s->expires && s->expires <= now;

		if (ended) {
			s->expires = 0;
			s->retransmit = 0;
			changed = true;
		}
		s->dead = !s->expires && (mode_ends || f->filter_mode == INCLUDE);
	}
	if (mode_ends) {
		f->filter_mode = INCLUDE;
		f->query_count = 0;
	}
	if (changed)
		source_list_sweep(&f->sources);
	return changed;
}
