/* SPDX-License-Identifier: MIT */
/* Tracked hosts; see tracking.h. */
#include "proto/router/tracking.h"

#include <stdlib.h>

#include "proto/router/reporter.h"
#include "proto/router/row.h"
#include "proto/state/interface.h"

static void delete_reporter(struct interface *i, struct reporter *r)
{
	i->router.source_count -= r->state.sources.count + LIMITS_HOST_SOURCES;
	source_list_free(&r->state.sources);
	free(r);
}

void tracking_start(struct interface *i, struct group *g)
{
	g->tracking = calloc(1, sizeof(*g->tracking));
	if (!g->tracking)
		i->counters.value[NO_MEMORY]++;
}

void tracking_stop(struct interface *i, struct group *g)
{
	struct tracking *t = g->tracking;

	if (!t)
		return;
	while (t->count)
		delete_reporter(i, t->reporter[--t->count]);
	free(t->reporter);
	free(t);
	g->tracking = NULL;
}

void tracking_invalidate(struct interface *i, struct group *g, int64_t now)
{
	int64_t from = now + interface_membership_interval(i);

	if (g->tracking && from > g->tracking->valid_from)
		g->tracking->valid_from = from;
}

/* ---- the set of hosts, sorted by address ---- */

/* Where ADDRESS is, or where it belongs. */
static uint32_t index_of(const struct tracking *t, const struct addr *address)
{
	uint32_t low = 0, high = t->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (addr_compare(&t->reporter[middle]->address, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void remove_reporter(struct interface *i, struct tracking *t, uint32_t at)
{
	delete_reporter(i, t->reporter[at]);
	t->count--;
	memmove(&t->reporter[at], &t->reporter[at + 1],
		(t->count - at) * sizeof(struct reporter *));
}

/* Those whose time is over stay until the room is needed. */
static bool has_room_for_host(struct interface *i, struct tracking *t, const struct hearing *h)
{
	uint32_t most = i->config->max_hosts, n;

	for (n = t->count; most && t->count >= most && n-- > 0;)
		if (!reporter_wants_anything(t->reporter[n], h->now))
			remove_reporter(i, t, n);
	if ((!most || t->count < most) && limits_admit_host(i, h))
		return true;
	i->counters.value[LIMIT_HOSTS]++;
	return false;
}

static bool grow_table(struct tracking *t)
{
	uint32_t capacity = t->capacity ? 2 * t->capacity : 4;
	struct reporter **reporter;

	if (t->count < t->capacity)
		return true;
	reporter = realloc(t->reporter, capacity * sizeof(struct reporter *));
	if (!reporter)
		return false;
	t->reporter = reporter;
	t->capacity = capacity;
	return true;
}

static struct reporter *add_reporter(struct interface *i, struct tracking *t,
				     const struct hearing *h)
{
	struct reporter *r;
	uint32_t at;

	if (!has_room_for_host(i, t, h))
		return NULL;
	r = grow_table(t) ? calloc(1, sizeof(*r)) : NULL;
	if (!r) {
		i->counters.value[NO_MEMORY]++;
		return NULL;
	}
	r->address = h->reporter;
	at = index_of(t, &h->reporter);
	memmove(&t->reporter[at + 1], &t->reporter[at],
		(t->count - at) * sizeof(struct reporter *));
	t->reporter[at] = r;
	t->count++;
	i->router.source_count += LIMITS_HOST_SOURCES;
	return r;
}

/* Nobody else's wishes are in this state: what the host excludes, it excludes. Returns as
 * row_apply(). */
static int64_t change_reporter(struct interface *i, struct filter_state *f, const struct hearing *h,
			       const struct record *record)
{
	struct change c = {.state = f,
			   .now = h->now,
			   .membership_deadline = h->now + interface_membership_interval(i),
			   .most_sources = limits_sources(i, h, f),
			   .query_count = 1,
			   .quick = true};
	struct record whole = *record;
	uint32_t before = f->sources.count;
	int64_t refused;

	if (whole.type == IS_EX)
		whole.type = TO_EX;
	row_expire(f, h->now);
	refused = row_apply(&c, &whole);
	limits_count_sources(i, f, before);
	i->counters.value[NO_MEMORY] += refused < 0;
	return refused;
}

void tracking_record(struct interface *i, struct group *g, const struct hearing *h,
		     const struct record *record)
{
	struct tracking *t = g->tracking;
	struct reporter *r = NULL;
	uint32_t at = index_of(t, &h->reporter);
	int64_t refused = -1;

	if (at < t->count && addr_equal(&t->reporter[at]->address, &h->reporter))
		r = t->reporter[at];
	else if (!row_creates(record))
		return;
	else if (!addr_is_any(&h->reporter))
		r = add_reporter(i, t, h);
	if (r)
		refused = change_reporter(i, &r->state, h, record);
	if (refused > 0)
		i->counters.value[LIMIT_HOSTS]++;
	if (refused)
		tracking_invalidate(i, g, h->now);
	if (r && !reporter_wants_anything(r, h->now))
		remove_reporter(i, t, index_of(t, &h->reporter));
}
