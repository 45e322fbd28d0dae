/* SPDX-License-Identifier: MIT */
/* A hash table that grows by one bucket at a time (linear hashing), so that no single join pays for
 * all; see membership.h. */
#include "proto/state/membership.h"

#include <stdlib.h>

#include "proto/forward/flow.h"

enum { FIRST_BUCKETS = 16 };

/* The largest power of two up to bucket_count says how many buckets were there before the current
 * round of splits. */
static uint32_t bucket_of(const struct proxy *p, const struct addr *group)
{
	uint32_t hash = addr_hash(group, p->hash_seed);
	uint32_t round = 1u << (31 - __builtin_clz(p->bucket_count));
	uint32_t index = hash & (2 * round - 1);

	return index < p->bucket_count ? index : hash & (round - 1);
}

/* Adds a bucket and moves to it what belongs there, all of it from one other bucket. Without memory
 * the chains just get longer. */
static void split(struct proxy *p)
{
	struct membership **from, *moved;
	uint32_t round, added = p->bucket_count;

	if (added == p->bucket_capacity) {
		struct membership **bucket =
			added > UINT32_MAX / 4
				? NULL
				: realloc(p->bucket, 2 * (size_t)added * sizeof(*bucket));

		if (!bucket)
			return;
		p->bucket = bucket;
		p->bucket_capacity = 2 * added;
	}
	p->bucket[added] = NULL;
	p->bucket_count++;
	round = 1u << (31 - __builtin_clz(added));
	from = &p->bucket[added - round];
	while ((moved = *from)) {
		if (bucket_of(p, &moved->group) != added) {
			from = &moved->hash_next;
			continue;
		}
		*from = moved->hash_next;
		moved->hash_next = p->bucket[added];
		p->bucket[added] = moved;
	}
}

struct membership *membership_find(const struct proxy *p, const struct addr *group)
{
	struct membership *m = NULL;

	if (p->bucket_count)
		m = p->bucket[bucket_of(p, group)];
	while (m && !addr_equal(&m->group, group))
		m = m->hash_next;
	return m;
}

static bool create_table(struct proxy *p)
{
	p->bucket = calloc(FIRST_BUCKETS, sizeof(*p->bucket));
	if (p->bucket)
		p->bucket_count = p->bucket_capacity = FIRST_BUCKETS;
	return p->bucket;
}

struct membership *membership_get(struct proxy *p, const struct addr *group)
{
	struct membership *m = membership_find(p, group), **bucket;

	if (m || (!p->bucket && !create_table(p)))
		return m;
	m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	if (p->membership_count >= p->bucket_count)
		split(p);
	m->group = *group;
	bucket = &p->bucket[bucket_of(p, group)];
	m->hash_next = *bucket;
	*bucket = m;
	m->previous = p->last;
	*(p->last ? &p->last->next : &p->first) = m;
	p->last = m;
	p->membership_count++;
	membership_touch(p, m);
	return m;
}

void membership_touch(struct proxy *p, struct membership *m)
{
	if (m->dirty)
		return;
	m->dirty = true;
	m->dirty_next = NULL;
	*(p->dirty ? &p->dirty_last->dirty_next : &p->dirty) = m;
	p->dirty_last = m;
}

void membership_starved(struct proxy *p, struct membership *m)
{
	m->incomplete = true;
	p->starved = true;
}

void membership_touch_all(struct proxy *p)
{
	struct membership *m;

	for (m = p->first; m; m = m->next)
		membership_touch(p, m);
}

void membership_free(struct proxy *p, struct membership *m)
{
	struct membership **bucket = &p->bucket[bucket_of(p, &m->group)];
	struct proxy_walk *walk;

	if (ENABLE_PER_SOURCE)
		flow_forget(p, m);
	while (*bucket != m)
		bucket = &(*bucket)->hash_next;
	*bucket = m->hash_next;
	for (walk = p->walks; walk; walk = walk->other)
		if (walk->next == m)
			walk->next = m->next;
	*(m->previous ? &m->previous->next : &p->first) = m->next;
	*(m->next ? &m->next->previous : &p->last) = m->previous;
	p->membership_count--;
	free(m);
	if (!p->membership_count) {
		free(p->bucket);
		p->bucket = NULL;
		p->bucket_count = p->bucket_capacity = 0;
	}
}

void membership_walk_start(struct proxy *p, struct proxy_walk *walk)
{
	*walk = (struct proxy_walk){.next = p->first, .other = p->walks};
	p->walks = walk;
}

void membership_walk_stop(struct proxy *p, struct proxy_walk *walk)
{
	struct proxy_walk **link = &p->walks;

	while (*link && *link != walk)
		link = &(*link)->other;
	if (*link)
		*link = walk->other;
}

struct group *membership_group(const struct membership *m, unsigned vif)
{
	struct group *g = m->groups;

	while (g && (g->vif != vif || g->permanent))
		g = g->next;
	return g;
}

struct subscription *membership_subscription(const struct membership *m, unsigned vif)
{
	struct subscription *s = m->subscriptions;

	while (s && s->vif != vif)
		s = s->next;
	return s;
}
