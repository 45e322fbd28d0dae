/* SPDX-License-Identifier: MIT */
/* See merge.h. A group in EXCLUDE mode counts with the sources that it excludes now, EXCLUDE (Y);
 * one in INCLUDE mode with all it has (RFC 4605 section 4.1). */
#include "merge.h"

#include <stdlib.h>

#include "policy.h"

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

bool merge_room(struct proxy *p, size_t count)
{
	struct addr *merged;

	if (count <= p->merged_capacity)
		return true;
	merged = realloc(p->merged, count * sizeof(*merged));
	if (!merged)
		return false;
	p->merged = merged;
	p->merged_capacity = count;
	return true;
}

bool merge_reserve(struct proxy *p, const struct membership *m)
{
	const struct group *g;
	size_t total = 0;

	for (g = m->groups; g; g = g->next)
		total += g->sources.count;
	return merge_room(p, total);
}

/* ---- with filters, or several upstreams ---- */

/* What of the sources that nobody lists is to be subscribed. Single sources in rules are listed in
 * p->merged; returns how many there are, and in REST whether any other is wanted. */
static size_t cut_rest(struct proxy *p, const struct membership *m,
		       const struct interface *upstream, bool *rest)
{
	bool ipv4 = p->protocol == PROTOCOL_IGMP;
	struct addr first = ipv4 ? addr_ipv4(0) : (struct addr){{0}};
	struct addr end = ipv4 ? addr_ipv4(UINT32_MAX) : addr_previous(&first), last = end;
	size_t count = 0;

	*rest = policy_subscribes(p, m, upstream, &first, false, &last);
	while (!addr_equal(&last, &end)) {
		bool wanted;

		first = addr_next(&last);
		last = end;
		wanted = policy_subscribes(p, m, upstream, &first, false, &last);
		if (addr_equal(&first, &last) && count < CONFIG_MAX_SOURCES)
			p->merged[count++] = first;
		else
			*rest |= wanted || count == CONFIG_MAX_SOURCES;
		if (count == CONFIG_MAX_SOURCES && *rest)
			break;
	}
	return count;
}

static int merge_by_policy(struct proxy *p, const struct membership *m,
			   const struct interface *upstream, size_t *count)
{
	const struct group *g;
	bool excluding = false, rest = false;
	size_t total = m->route_count, n, listed = 0;

	for (g = m->groups; g; g = g->next) {
		excluding |= g->filter_mode == EXCLUDE;
		total += g->sources.count;
	}
	if (!merge_room(p, total + (excluding ? CONFIG_MAX_SOURCES : 0)))
		return -1;
	if (excluding)
		listed = cut_rest(p, m, upstream, &rest);
	for (g = m->groups; g; g = g->next)
		for (n = 0; n < g->sources.count; n++)
			p->merged[listed++] = g->sources.source[n].address;
	for (n = 0; n < m->route_count; n++)
		if (m->route[n].contested)
			p->merged[listed++] = m->route[n].source;
	listed = source_sort(p->merged, listed);
	*count = 0;
	for (n = 0; n < listed; n++)
		if (policy_subscribes(p, m, upstream, &p->merged[n], true, NULL) != rest)
			p->merged[(*count)++] = p->merged[n];
	return rest ? EXCLUDE : INCLUDE;
}

int merge_membership(struct proxy *p, const struct membership *m, const struct interface *upstream,
		     size_t *count)
{
	const struct group *g, *excluding = NULL;

	if (!p->plain)
		return merge_by_policy(p, m, upstream, count);
	if (!merge_reserve(p, m))
		return -1;
	for (g = m->groups; g; g = g->next)
		if (g->filter_mode == EXCLUDE)
			excluding = g;
	*count = excluding ? exclude(p, m, excluding) : include(p, m);
	return excluding ? EXCLUDE : INCLUDE;
}
