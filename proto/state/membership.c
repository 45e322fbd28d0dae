/* SPDX-License-Identifier: MIT */
/* A hash table that grows by one bucket at a time (linear hashing), so that no single join pays for
 * all; see membership.h. */
#include "proto/state/membership.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 16 };

/* The largest power of two up to bucket_count says how many buckets were there before the current
 * round of splits. */
static uint32_t bucket_of(const struct proxy *p, const struct addr *group)
{
	uint32_t hash = addr_hash(group, p->hash_seed);
	uint32_t round = 1u << (31 - __builtin_clz(p->database.bucket_count));
	uint32_t index = hash & (2 * round - 1);

	return index < p->database.bucket_count ? index : hash & (round - 1);
}

/* Adds a bucket and moves to it what belongs there, all of it from one other bucket. Without memory
 * the chains just get longer. */
static void split(struct proxy *p)
{
	struct membership **from, *moved;
	uint32_t round, added = p->database.bucket_count;

	if (added == p->database.bucket_capacity) {
		struct membership **bucket =
			added > UINT32_MAX / 4
				? NULL
				: realloc(p->database.bucket, 2 * (size_t)added * sizeof(*bucket));

		if (!bucket)
			return;
		p->database.bucket = bucket;
		p->database.bucket_capacity = 2 * added;
	}
	p->database.bucket[added] = NULL;
	p->database.bucket_count++;
	round = 1u << (31 - __builtin_clz(added));
	from = &p->database.bucket[added - round];
	while ((moved = *from)) {
		if (bucket_of(p, &moved->group) != added) {
			from = &moved->hash_next;
			continue;
		}
		*from = moved->hash_next;
		moved->hash_next = p->database.bucket[added];
		p->database.bucket[added] = moved;
	}
}

struct membership *membership_find(const struct proxy *p, const struct addr *group)
{
	struct membership *m = NULL;

	if (p->database.bucket_count)
		m = p->database.bucket[bucket_of(p, group)];
	while (m && !addr_equal(&m->group, group))
		m = m->hash_next;
	return m;
}

static bool create_table(struct proxy *p)
{
	p->database.bucket = calloc(FIRST_BUCKETS, sizeof(*p->database.bucket));
	if (p->database.bucket)
		p->database.bucket_count = p->database.bucket_capacity = FIRST_BUCKETS;
	return p->database.bucket;
}

struct membership *membership_get(struct proxy *p, const struct addr *group)
{
	struct membership *m = membership_find(p, group), **bucket;

	if (m || (!p->database.bucket && !create_table(p)))
		return m;
	m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	if (p->database.count >= p->database.bucket_count)
		split(p);
	m->group = *group;
	bucket = &p->database.bucket[bucket_of(p, group)];
	m->hash_next = *bucket;
	*bucket = m;
	m->previous = p->database.last;
	*(p->database.last ? &p->database.last->next : &p->database.first) = m;
	p->database.last = m;
	p->database.count++;
	membership_touch(p, m);
	return m;
}

void membership_touch(struct proxy *p, struct membership *m)
{
	if (m->dirty)
		return;
	m->dirty = true;
	m->dirty_next = NULL;
	*(p->database.dirty ? &p->database.dirty_last->dirty_next : &p->database.dirty) = m;
	p->database.dirty_last = m;
}

void membership_untouch_first(struct proxy *p)
{
	struct membership *m = p->database.dirty;

	p->database.dirty = m->dirty_next;
	m->dirty = false;
}

void membership_starved(struct proxy *p, struct membership *m)
{
	if (m)
		m->incomplete = true;
	p->database.starved = true;
}

bool membership_was_starved(struct proxy *p)
{
	bool starved = p->database.starved;

	p->database.starved = false;
	return starved;
}

void membership_touch_all(struct proxy *p)
{
	struct membership *m;

	for (m = p->database.first; m; m = m->next)
		membership_touch(p, m);
}

void membership_free(struct proxy *p, struct membership *m)
{
	struct membership **bucket = &p->database.bucket[bucket_of(p, &m->group)];
	struct proxy_walk *walk;

	while (*bucket != m)
		bucket = &(*bucket)->hash_next;
	*bucket = m->hash_next;
	for (walk = p->database.walks; walk; walk = walk->other)
		if (walk->next == m)
			walk->next = m->next;
	*(m->previous ? &m->previous->next : &p->database.first) = m->next;
	*(m->next ? &m->next->previous : &p->database.last) = m->previous;
	p->database.count--;
	free(m->route);
	free(m);
	if (!p->database.count) {
		free(p->database.bucket);
		p->database.bucket = NULL;
		p->database.bucket_count = p->database.bucket_capacity = 0;
	}
}

void membership_free_all(struct proxy *p)
{
	while (p->database.first)
		membership_free(p, p->database.first);
	free(p->database.bucket);
}

void membership_add_group(struct proxy *p, struct membership *m, struct group *g)
{
	p->database.held += !m->groups;
	g->membership = m;
	g->next = m->groups;
	m->groups = g;
}

void membership_remove_group(struct proxy *p, struct group *g)
{
	struct group **link = &g->membership->groups;

	while (*link != g)
		link = &(*link)->next;
	*link = g->next;
	p->database.held -= !g->membership->groups;
	membership_touch(p, g->membership);
}

void membership_walk_start(struct proxy *p, struct proxy_walk *walk)
{
	*walk = (struct proxy_walk){.next = p->database.first, .other = p->database.walks};
	p->database.walks = walk;
}

void membership_walk_stop(struct proxy *p, struct proxy_walk *walk)
{
	struct proxy_walk **link = &p->database.walks;

	while (*link && *link != walk)
		link = &(*link)->other;
	if (*link)
		*link = walk->other;
}

struct group *membership_group(const struct membership *m, unsigned vif, bool permanent)
{
	struct group *g = m->groups;

	while (g && (g->vif != vif || g->permanent != permanent))
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
