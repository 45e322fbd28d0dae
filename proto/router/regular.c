/* SPDX-License-Identifier: MIT */
/* Reporters of a downstream, in a hash table of fixed size; see regular.h. */
#include "proto/router/regular.h"

#include <stdlib.h>

#include "proto/state/interface.h"

/* An address stands in one of three buckets of so many slots, the first of which is among the first
 * of the table: few hosts touch few pages. */
enum { BUCKET = 4, FIRST_BUCKETS = 16 };
/* Milliseconds in which a host may send all at once what it may send in that time: as long as
 * answers to a general query may be put off (RFC 3376 section 8.3). */
enum { BURST = 10000 };

/* Has it been heard again when a query could have been answered meanwhile, and after OVER? */
static bool is_regular(const struct interface *i, const struct regular *r, int64_t over)
{
	return r->heard - r->since >= i->values.query_response_interval && r->heard > over;
}

/* False: no memory. */
static bool has_table(struct interface *i)
{
	uint32_t capacity = i->config->max_reporters;

	if (i->router.regular_capacity == capacity)
		return true;
	limits_forget_drawers(i);
	free(i->router.regular);
	i->router.regular = calloc(capacity, sizeof(*i->router.regular));
	i->router.regular_capacity = i->router.regular ? capacity : 0;
	i->counters.value[NO_MEMORY] += !i->router.regular;
	return i->router.regular;
}

/* The slot of ADDRESS, or that of the stranger whose last report is the oldest. NULL: there are
 * regulars only. Taking the emptier one of several buckets keeps them from filling up. */
static struct regular *slot_of(const struct proxy *p, const struct interface *i, int64_t over,
			       const struct addr *address)
{
	uint32_t hash[3] = {addr_hash(address, p->hash_seed)}, n;
	uint64_t buckets = (i->router.regular_capacity + BUCKET - 1) / BUCKET;
	uint64_t first = buckets < FIRST_BUCKETS ? buckets : FIRST_BUCKETS;
	struct regular *oldest = NULL;

	hash[1] = hash[0] * 0x9e3779b1u;
	hash[2] = hash[1] * 0x9e3779b1u;
	for (n = 0; n < 3 * BUCKET; n++) {
		uint64_t range = n % 3 ? buckets : first;
		uint32_t at = (uint32_t)(hash[n % 3] * range >> 32) * BUCKET + n / 3;
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
	if (!r)
		return true;
	if (!addr_equal(&r->address, &h->reporter) || r->heard <= over)
		*r = (struct regular){.address = h->reporter, .since = h->now, .drawn = r->drawn};
	r->heard = h->now;
	if (is_regular(i, r, over))
		h->slot = (uint32_t)(r - i->router.regular) + 1;
	return pay(r, h->now, i->config->max_reports, count);
}
