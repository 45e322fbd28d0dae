/* SPDX-License-Identifier: MIT */
/* Reporters of a downstream, in a hash table that grows once; see regular.h. */
#include "proto/router/regular.h"

#include <stdlib.h>

#include "proto/state/interface.h"

/* An address stands in one of three buckets of so many slots, the first of which is among the first
 * of the table. As long as there is room in these, there is no more of it. */
enum { BUCKET = 4, FIRST_BUCKETS = 16, FIRST = FIRST_BUCKETS * BUCKET };
/* Milliseconds in which a host may send all at once what it may send in that time: as long as
 * answers to a general query may be put off (RFC 3376 section 8.3). */
enum { BURST = 10000 };

/* Has it been heard again when a query could have been answered meanwhile, and after OVER? */
static bool is_regular(const struct interface *i, const struct regular *r, int64_t over)
{
	return r->heard - r->since >= i->values.query_response_interval && r->heard > over;
}

static bool has_first(const struct interface *i)
{
	return i->router.regular_capacity == FIRST && i->config->max_reporters > FIRST;
}

/* What is in the table keeps its slot. False: no memory. */
static bool make_table(struct interface *i, uint32_t capacity)
{
	struct regular *table = calloc(capacity, sizeof(*table));

	if (!table) {
		i->counters.value[NO_MEMORY]++;
		return false;
	}
	if (i->router.regular)
		memcpy(table, i->router.regular, FIRST * sizeof(*table));
	free(i->router.regular);
	i->router.regular = table;
	i->router.regular_capacity = capacity;
	return true;
}

/* False: no memory. */
static bool has_table(struct interface *i)
{
	uint32_t capacity = i->config->max_reporters;

	if (i->router.regular_capacity == capacity || has_first(i))
		return true;
	limits_forget_drawers(i);
	free(i->router.regular);
	i->router.regular = NULL;
	i->router.regular_capacity = 0;
	return make_table(i, capacity < FIRST ? capacity : FIRST);
}

/* The slot of ADDRESS, or that of the stranger whose last report is the oldest. NULL: there are
 * regulars only. Taking the emptier one of several buckets keeps them from filling up. */
static struct regular *slot_of(const struct proxy *p, const struct interface *i, int64_t over,
			       const struct addr *address)
{
	uint32_t hash[3] = {addr_hash(address, p->hash_seed)}, n;
	uint64_t buckets = (i->router.regular_capacity + BUCKET - 1) / BUCKET;
	uint64_t first = buckets < FIRST_BUCKETS ? buckets : FIRST_BUCKETS;
	uint32_t choices = has_first(i) ? 1 : 3;
	struct regular *oldest = NULL;

	hash[1] = hash[0] * 0x9e3779b1u;
	hash[2] = hash[1] * 0x9e3779b1u;
	for (n = 0; n < choices * BUCKET; n++) {
		uint32_t choice = n % choices;
		uint64_t range = choice ? buckets : first;
		uint32_t at = (uint32_t)(hash[choice] * range >> 32) * BUCKET + n / choices;
		struct regular *r = &i->router.regular[at];

		if (at >= i->router.regular_capacity)
			continue;
		if (addr_equal(&r->address, address))
			return r;
		if (!is_regular(i, r, over) && (!oldest || r->heard < oldest->heard))
			oldest = r;
	}
	return oldest;
}

/* Is the slot, for ADDRESS, that of another one? */
static bool is_taken(const struct regular *r, const struct addr *address)
{
	return !r || (!addr_is_any(&r->address) && !addr_equal(&r->address, address));
}

/* In microseconds: when what has been heard of it would have come, evenly spaced. */
static bool pay(struct regular *r, int64_t now, uint32_t per_second, unsigned count)
{
	if (!per_second)
		return true;
	if (r->paid < now * 1000)
		r->paid = now * 1000;
	if (r->paid > (now + BURST) * 1000)
		return false;
	r->paid += (int64_t)count * 1000000 / per_second;
	return true;
}

bool regular_hear(struct proxy *p, struct interface *i, struct hearing *h, unsigned count)
{
	int64_t over = h->now - interface_membership_interval(i);
	struct regular *r;

	if (!i->config->max_reporters)
		return true;
	h->reserve = i->config->reserve;
	if (addr_is_any(&h->reporter) || !has_table(i))
		return true;
	r = slot_of(p, i, over, &h->reporter);
	if (has_first(i) && is_taken(r, &h->reporter) && make_table(i, i->config->max_reporters))
		r = slot_of(p, i, over, &h->reporter);
	if (!r)
		return true;
	if (!addr_equal(&r->address, &h->reporter) || r->heard <= over)
		*r = (struct regular){.address = h->reporter, .since = h->now, .drawn = r->drawn};
	r->heard = h->now;
	if (is_regular(i, r, over))
		h->slot = (uint32_t)(r - i->router.regular) + 1;
	return pay(r, h->now, i->config->max_reports, count);
}
