/* SPDX-License-Identifier: MIT */
/* See merge.h. A group in EXCLUDE mode counts with the sources that it excludes now, EXCLUDE (Y);
 * one in INCLUDE mode with all it has (RFC 4605 section 4.1). */
#include "proto/policy/merge.h"

#include <stdlib.h>

#include "proto/policy/filter.h"
#include "proto/policy/policy.h"
#include "proto/state/interface.h"

/* Into which a filter may cut the sources of a group; then it is taken as a whole. */
enum { MOST_RANGES = 4 * CONFIG_MAX_SOURCES };

/* Of what we do not forward nothing is asked for. */
static bool counts(const struct proxy *p, const struct group *g)
{
	return interface_forwards(p->router[g->vif]);
}

static bool excludes(const struct group *g, const struct addr *source)
{
	const struct source *s = source_list_find(&g->state.sources, source);

	return s && !s->expires;
}

/* Excluded by every group in EXCLUDE mode, and included by no other? */
static bool nobody_wants(const struct proxy *p, const struct membership *m,
			 const struct addr *source)
{
	const struct group *g;

	for (g = m->groups; g; g = g->next)
		if (counts(p, g) && (g->state.filter_mode == EXCLUDE
					     ? !excludes(g, source)
					     : !!source_list_find(&g->state.sources, source)))
			return false;
	return true;
}

static size_t list_excluded(const struct proxy *p, struct addr *to, const struct membership *m,
			    const struct group *first)
{
	size_t count = 0;
	uint32_t n;

	for (n = 0; n < first->state.sources.count; n++)
		if (nobody_wants(p, m, &first->state.sources.source[n].address))
			to[count++] = first->state.sources.source[n].address;
	return count;
}

static size_t list_included(const struct proxy *p, struct addr *to, const struct membership *m)
{
	const struct group *g;
	size_t count = 0;
	uint32_t n;

	for (g = m->groups; g; g = g->next)
		for (n = 0; n < g->state.sources.count && counts(p, g); n++)
			to[count++] = g->state.sources.source[n].address;
	/* One list is sorted already. */
	return m->groups && m->groups->next ? source_sort(to, count) : count;
}

bool merge_room(struct proxy *p, size_t count, struct addr **room)
{
	if (count > p->scratch.capacity) {
		struct addr *source = realloc(p->scratch.source, count * sizeof(*source));

		if (!source)
			return false;
		p->scratch.source = source;
		p->scratch.capacity = count;
	}
	*room = p->scratch.source;
	return true;
}

bool merge_room_listed(struct proxy *p, const struct membership *m, struct addr **room)
{
	const struct group *g;
	size_t total = 0;

	for (g = m->groups; g; g = g->next)
		total += g->state.sources.count;
	return merge_room(p, total, room);
}

void merge_free(struct proxy *p)
{
	free(p->scratch.source);
}

/* ---- with filters, or several upstreams ---- */

static bool has_singles(const struct proxy *p)
{
	unsigned n;

	for (n = 0; n < p->config->interface_count; n++) {
		const struct proxy_interface_config *config = &p->config->interface[n];

		if (filter_has_singles(config->in) || filter_has_singles(config->out))
			return true;
	}
	return false;
}

/* What of the sources that nobody lists is to be subscribed: in REST whether most are, or none, and
 * in TO the single ones with which it is otherwise, as far as rules name them; returns how many.
 * Any host can have this done by a join, so it ends when there is no more to be found out, or after
 * so many ranges that more has to be asked for. */
static size_t cut_rest(const struct proxy *p, const struct membership *m,
		       const struct interface *upstream, struct addr *to, bool *rest)
{
	bool ipv4 = !values_is_mld(p->protocol), singles = ENABLE_FILTER && has_singles(p);
	struct addr first = p->any;
	struct addr end = ipv4 ? addr_ipv4(UINT32_MAX) : addr_previous(&first), last;
	struct addr *list[2] = {to, to + CONFIG_MAX_SOURCES}; /* by WANTED */
	size_t count[2] = {0}, ranges;

	*rest = false;
	for (ranges = 0; ranges < MOST_RANGES; ranges++) {
		bool wanted;

		last = end;
		wanted = policy_subscribes(p, m, upstream, &first, false, &last);
		if (addr_equal(&first, &last) && count[wanted] < CONFIG_MAX_SOURCES)
			list[wanted][count[wanted]++] = first;
		else
			*rest |= wanted;
		if (addr_equal(&last, &end) ||
		    (*rest && (!singles || count[false] == CONFIG_MAX_SOURCES)))
			break;
		first = addr_next(&last);
	}
	*rest |= ranges == MOST_RANGES;
	memmove(list[false], list[!*rest], count[!*rest] * sizeof(first));
	return count[!*rest];
}

static bool merge_by_policy(struct proxy *p, const struct membership *m,
			    const struct interface *upstream, struct merged *merged)
{
	const struct group *g;
	bool excluding = false, rest = false;
	size_t total = m->route_count, n, listed = 0;
	struct addr *list;

	for (g = m->groups; g; g = g->next) {
		excluding |= g->state.filter_mode == EXCLUDE;
		total += g->state.sources.count;
	}
	if (!merge_room(p, total + (excluding ? 2 * CONFIG_MAX_SOURCES : 0), &list))
		return false;
	if (excluding)
		listed = cut_rest(p, m, upstream, list, &rest);
	for (g = m->groups; g; g = g->next)
		for (n = 0; n < g->state.sources.count; n++)
			/* What EXCLUDE (X,Y) has in X is wanted like what it does not list. */
			if (g->state.filter_mode == INCLUDE || !g->state.sources.source[n].expires)
				list[listed++] = g->state.sources.source[n].address;
	for (n = 0; n < m->route_count; n++)
		if (m->route[n].contested)
			list[listed++] = m->route[n].source;
	listed = source_sort(list, listed);
	*merged = (struct merged){.mode = rest ? EXCLUDE : INCLUDE, .source = list};
	/* A rule may name what never leaves its link, too. */
	for (n = 0; n < listed; n++)
		if (addr_is_routable(&list[n]) &&
		    policy_subscribes(p, m, upstream, &list[n], true, NULL) != rest)
			list[merged->count++] = list[n];
	return true;
}

bool merge_membership(struct proxy *p, const struct membership *m, const struct interface *upstream,
		      struct merged *merged)
{
	const struct group *g, *excluding = NULL;
	struct addr *list;

	*merged = (struct merged){.mode = INCLUDE};
	if (m->local)
		return true;
	if ((ENABLE_FILTER || ENABLE_MULTI_UPSTREAM) && !p->plain)
		return merge_by_policy(p, m, upstream, merged);
	if (!merge_room_listed(p, m, &list))
		return false;
	for (g = m->groups; g; g = g->next)
		if (g->state.filter_mode == EXCLUDE && counts(p, g))
			excluding = g;
	merged->mode = excluding ? EXCLUDE : INCLUDE;
	merged->source = list;
	merged->count =
		excluding ? list_excluded(p, list, m, excluding) : list_included(p, list, m);
	return true;
}
