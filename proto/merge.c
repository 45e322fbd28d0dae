/* SPDX-License-Identifier: MIT */
/* See merge.h. A group in EXCLUDE mode counts with the sources that it excludes now, EXCLUDE (Y);
 * one in INCLUDE mode with all it has (RFC 4605 section 4.1). */
#include "merge.h"

#include <stdlib.h>

static bool excludes(const struct group *g, const struct addr *source)
{
	const struct source *s = source_list_find(&g->sources, source);

	return s && !s->expires;
}

/* Excluded by every group in EXCLUDE mode, and included by no other? */
static bool nobody_wants(const struct membership *m, const struct addr *source)
{
	const struct group *g;

	for (g = m->groups; g; g = g->next)
		if (g->filter_mode == EXCLUDE ? !excludes(g, source)
					      : !!source_list_find(&g->sources, source))
			return false;
	return true;
}

static size_t exclude(struct proxy *p, const struct membership *m, const struct group *first)
{
	size_t count = 0;
	uint32_t n;

	for (n = 0; n < first->sources.count; n++)
		if (nobody_wants(m, &first->sources.source[n].address))
			p->merged[count++] = first->sources.source[n].address;
	return count;
}

static size_t include(struct proxy *p, const struct membership *m)
{
	const struct group *g;
	size_t count = 0;
	uint32_t n;

	for (g = m->groups; g; g = g->next)
		for (n = 0; n < g->sources.count; n++)
			p->merged[count++] = g->sources.source[n].address;
	/* One list is sorted already. */
	return m->groups && m->groups->next ? source_sort(p->merged, count) : count;
}

bool merge_reserve(struct proxy *p, const struct membership *m)
{
	const struct group *g;
	struct addr *merged;
	size_t total = 0;

	for (g = m->groups; g; g = g->next)
		total += g->sources.count;
	if (total <= p->merged_capacity)
		return true;
	merged = realloc(p->merged, total * sizeof(*merged));
	if (!merged)
		return false;
	p->merged = merged;
	p->merged_capacity = total;
	return true;
}

int merge_membership(struct proxy *p, const struct membership *m, size_t *count)
{
	const struct group *g, *excluding = NULL;

	if (!merge_reserve(p, m))
		return -1;
	for (g = m->groups; g; g = g->next)
		if (g->filter_mode == EXCLUDE)
			excluding = g;
	*count = excluding ? exclude(p, m, excluding) : include(p, m);
	return excluding ? EXCLUDE : INCLUDE;
}
