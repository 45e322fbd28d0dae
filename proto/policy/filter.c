/* SPDX-License-Identifier: MIT */
/*
 * A rule is a box: a range of groups by a range of sources. Groups are cut into pieces where the
 * range of any rule begins or ends, and the pieces are the leaves of a segment tree. A rule stands
 * at the O(log n) nodes whose pieces make up its groups; a node keeps the union of its rules'
 * sources as ascending runs. What matches a group stands at the nodes from its piece up to the
 * root.
 *
 * Each interface of each list has a part of the tree to itself, its table: the number of the table
 * replaces the first byte of the groups, which is the same in all groups of a family.
 *
 * Sources are cut likewise, and the runs are in positions: N is behind N cuts.
 */
#include "proto/policy/filter.h"

#include <stdlib.h>

enum { MOST_RULES = 1 << 24 }; /* of a filter, so that its runs can be counted */

static const uint32_t NEVER = UINT32_MAX; /* the position behind the last address */
static const struct addr highest = {
	{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

struct run {
	uint32_t first, end;
};

struct filter {
	const struct addr *group, *source; /* the cuts, ascending */
	const uint32_t *start;		   /* of each node its first run; then the end of all */
	const struct run *run;
	size_t size; /* of all of it */
	uint32_t groups, sources;
	uint32_t vifs; /* bit n: there are rules for data from VIF n */
	enum filter_verdict verdict;
	uint8_t lists, whitelists; /* how many; bit n: list n is one */
	bool has_sources, has_singles;
	/* the cuts, START and RUN follow; where they are the same, the rules are */
};

/* ---- what it is like ---- */

enum filter_verdict filter_verdict(const struct filter *f)
{
	return ENABLE_FILTER && f ? f->verdict : FILTER_ALL;
}

bool filter_has_interfaces(const struct filter *f)
{
	return filter_verdict(f) == FILTER_DEPENDS && f->vifs;
}

bool filter_has_sources(const struct filter *f)
{
	return filter_verdict(f) == FILTER_DEPENDS && f->has_sources;
}

bool filter_has_singles(const struct filter *f)
{
	return filter_verdict(f) == FILTER_DEPENDS && f->has_singles;
}

bool filter_equal(const struct filter *a, const struct filter *b)
{
	if (filter_verdict(a) != FILTER_DEPENDS || filter_verdict(b) != FILTER_DEPENDS)
		return filter_verdict(a) == filter_verdict(b);
	return a->size == b->size && a->groups == b->groups && a->sources == b->sources &&
	       a->lists == b->lists && a->whitelists == b->whitelists &&
	       !memcmp(a + 1, b + 1, a->size - sizeof(*a));
}

/* ---- look-up ---- */

/* How many of COUNT ascending cuts are not above ADDRESS. */
static uint32_t position(const struct addr *cut, uint32_t count, const struct addr *address)
{
	uint32_t below = addr_rank(cut, count, sizeof(*cut), address);

	return below + (below < count && addr_equal(&cut[below], address));
}

/* Whether something holds, and up to which position that does not change. */
struct span {
	bool holds;
	uint32_t end;
};

/* Either of two. */
static struct span either(struct span a, struct span b)
{
	if (a.holds != b.holds)
		return a.holds ? a : b;
	return (a.end > b.end) == a.holds ? a : b;
}

/* Is SOURCE in one of the node's runs? */
static struct span look_up_node(const struct filter *f, uint32_t node, uint32_t source)
{
	uint32_t low = f->start[node], end = f->start[node + 1], high = end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (f->run[middle].end <= source)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == end)
		return (struct span){false, NEVER};
	if (f->run[low].first > source)
		return (struct span){false, f->run[low].first};
	return (struct span){true, f->run[low].end};
}

/* Does a rule of the table match? */
static struct span look_up_table(const struct filter *f, unsigned table, const struct addr *group,
				 uint32_t source)
{
	struct span match = {false, NEVER};
	struct addr key = *group;
	uint32_t node;

	key.byte[0] = (uint8_t)table;
	node = position(f->group, f->groups, &key);
	if (!node)
		return match;
	for (node += f->groups - 1; node; node /= 2)
		match = either(match, look_up_node(f, node, source));
	return match;
}

static unsigned table_of(unsigned list, unsigned vif)
{
	return list * (PROXY_VIFS + 1) + (vif < PROXY_VIFS ? vif : PROXY_VIFS);
}

/* Does any list keep it back? */
static struct span look_up(const struct filter *f, unsigned vif, const struct addr *group,
			   uint32_t source)
{
	struct span blocked = {false, NEVER};
	unsigned list;

	for (list = 0; list < f->lists; list++) {
		struct span match = look_up_table(f, table_of(list, PROXY_VIFS), group, source);

		if (vif < PROXY_VIFS && f->vifs >> vif & 1)
			match = either(match, look_up_table(f, table_of(list, vif), group, source));
		if (f->whitelists >> list & 1)
			match.holds = !match.holds;
		blocked = either(blocked, match);
	}
	return blocked;
}

bool filter_passes(const struct filter *f, unsigned vif, const struct addr *group,
		   const struct addr *source)
{
	if (filter_verdict(f) != FILTER_DEPENDS)
		return filter_verdict(f) == FILTER_ALL;
	return !look_up(f, vif, group, position(f->source, f->sources, source)).holds;
}

/* Is FIRST the only address up to the position END? */
static bool is_single(const struct filter *f, const struct addr *first, uint32_t end)
{
	struct addr next = addr_next(first);

	return end != NEVER && addr_equal(&next, &f->source[end - 1]);
}

bool filter_range(const struct filter *f, unsigned vif, const struct addr *group,
		  const struct addr *source, struct addr *last)
{
	struct span blocked, next;

	*last = addr_is_ipv4(group) ? addr_ipv4(UINT32_MAX) : highest;
	if (filter_verdict(f) != FILTER_DEPENDS)
		return filter_verdict(f) == FILTER_ALL;
	blocked = look_up(f, vif, group, position(f->source, f->sources, source));
	while (blocked.end != NEVER) {
		const struct addr *edge = &f->source[blocked.end - 1];

		next = look_up(f, vif, group, blocked.end);
		if (next.holds != blocked.holds || is_single(f, source, blocked.end) ||
		    is_single(f, edge, next.end)) {
			*last = addr_previous(edge);
			break;
		}
		blocked = next;
	}
	return !blocked.holds;
}

/* ---- compilation ---- */

/* A rule. */
struct box {
	struct run groups, sources;
	uint32_t next; /* box with the same first source; NEVER: none */
};

/* Where a range begins, or the first address behind it. */
struct edge {
	struct addr at;
	uint32_t *position; /* to be filled in */
};

struct edges {
	struct edge *edge;
	size_t count;
};

struct builder {
	struct filter head; /* what is known of the result */
	struct box *box;
	size_t boxes;
	struct edges group, source;
	struct edge *spare;
	uint32_t *first;  /* box at each position of sources; NEVER: none */
	uint32_t *count;  /* runs of each node */
	struct run *tail; /* the last of them */
	uint32_t *start;  /* as in the result; NULL: the runs are only counted */
	struct run *run;
};

static bool is_range(const struct addr range[2], const struct addr *first, const struct addr *last)
{
	return addr_equal(&range[0], first) && addr_equal(&range[1], last);
}

/* Narrows RANGE to what is of the family and from FIRST to LAST; false: nothing is. */
static bool narrow(struct addr range[2], const struct addr *first, const struct addr *last)
{
	const struct addr zero = {{0}};

	if (!is_range(range, &zero, &highest) && addr_is_ipv4(&range[0]) != addr_is_ipv4(last))
		return false;
	if (addr_compare(&range[0], first) < 0)
		range[0] = *first;
	if (addr_compare(&range[1], last) > 0)
		range[1] = *last;
	return addr_compare(&range[0], &range[1]) <= 0;
}

static void take_range(struct edges *e, const struct addr range[2], struct run *positions)
{
	struct addr end = addr_next(&range[1]);

	e->edge[e->count++] = (struct edge){range[0], &positions->first};
	positions->end = NEVER;
	/* After the last of all comes the first. */
	if (addr_compare(&end, &range[0]) > 0)
		e->edge[e->count++] = (struct edge){end, &positions->end};
}

/* Makes a box of a rule, if it can match at all. Is it about everything? */
static bool take_rule(struct builder *b, enum protocol protocol, unsigned list,
		      const struct filter_rule *rule)
{
	bool ipv4 = !values_is_mld(protocol), all_groups, all_sources;
	struct addr first_group = ipv4 ? addr_ipv4(0xe0000000) : (struct addr){{0xff}};
	struct addr last_group = ipv4 ? addr_ipv4(0xefffffff) : highest;
	struct addr first_source = ipv4 ? addr_ipv4(0) : (struct addr){{0}};
	struct addr last_source = ipv4 ? addr_ipv4(UINT32_MAX) : highest;
	struct addr group[2] = {rule->group[0], rule->group[1]};
	struct addr source[2] = {rule->source[0], rule->source[1]};

	if (!narrow(group, &first_group, &last_group) ||
	    !narrow(source, &first_source, &last_source))
		return false;
	all_groups = is_range(group, &first_group, &last_group);
	all_sources = is_range(source, &first_source, &last_source);
	b->head.has_sources |= !all_sources;
	b->head.has_singles |= addr_equal(&source[0], &source[1]);
	if (rule->vif < PROXY_VIFS)
		b->head.vifs |= (uint32_t)1 << rule->vif;
	group[0].byte[0] = group[1].byte[0] = (uint8_t)table_of(list, rule->vif);
	take_range(&b->group, group, &b->box[b->boxes].groups);
	take_range(&b->source, source, &b->box[b->boxes].sources);
	b->boxes++;
	return all_groups && all_sources && rule->vif >= PROXY_VIFS;
}

/* A list that passes all is left out. */
static enum filter_verdict take_list(struct builder *b, enum protocol protocol,
				     const struct filter_list *list)
{
	const struct builder before = *b;
	bool everything = false, nothing;
	size_t n;

	for (n = 0; n < list->count; n++)
		everything |= take_rule(b, protocol, b->head.lists, &list->rule[n]);
	nothing = b->boxes == before.boxes;
	b->head.whitelists |= (uint8_t)(list->whitelist << b->head.lists++);
	if (!everything && !nothing)
		return FILTER_DEPENDS;
	if (everything != list->whitelist)
		return FILTER_NONE;
	*b = before;
	return FILTER_ALL;
}

static void take_lists(struct builder *b, enum protocol protocol, const struct filter_list *list,
		       size_t count)
{
	enum filter_verdict all = FILTER_ALL, one;

	for (; count--; list++) {
		one = take_list(b, protocol, list);
		if (all == FILTER_ALL || one == FILTER_NONE)
			all = one;
	}
	b->head.verdict = all;
}

/* By one byte after the other, from the last to the first: linear, so that ten thousand rules are a
 * matter of milliseconds. */
static void sort(struct edges *e, struct edge *spare)
{
	unsigned byte = sizeof(e->edge->at.byte), value;
	size_t n;

	while (byte--) {
		size_t start[257] = {0};

		for (n = 0; n < e->count; n++)
			start[e->edge[n].at.byte[byte] + 1]++;
		if (start[e->edge[0].at.byte[byte] + 1] == e->count)
			continue;
		for (value = 0; value < 256; value++)
			start[value + 1] += start[value];
		for (n = 0; n < e->count; n++)
			spare[start[e->edge[n].at.byte[byte]]++] = e->edge[n];
		memcpy(e->edge, spare, e->count * sizeof(*spare));
	}
}

/* Sorts the edges and tells the ranges their positions. Returns how many different ones, cuts,
 * there are; these come first then. */
static uint32_t cut(struct edges *e, struct edge *spare)
{
	uint32_t cuts = 0;
	size_t n;

	sort(e, spare);
	for (n = 0; n < e->count; n++) {
		if (!cuts || !addr_equal(&e->edge[n].at, &e->edge[cuts - 1].at))
			e->edge[cuts++].at = e->edge[n].at;
		*e->edge[n].position = cuts;
	}
	return cuts;
}

/* Lists the boxes by their first source. */
static void place_boxes(struct builder *b)
{
	uint32_t n, *first;

	memset(b->first, 0xff, (b->head.sources + 1) * sizeof(*b->first));
	for (n = 0; n < b->boxes; n++) {
		first = &b->first[b->box[n].sources.first];
		b->box[n].next = *first;
		*first = n;
	}
}

/* SOURCES begin nowhere before those of the last call. Neighbours are not joined, so that single
 * sources remain single. */
static void add_run(struct builder *b, uint32_t node, struct run sources)
{
	struct run *tail = &b->tail[node];

	if (!b->count[node] || sources.first >= tail->end) {
		b->count[node]++;
		*tail = sources;
	} else if (sources.end > tail->end) {
		tail->end = sources.end;
	}
	if (b->start)
		b->run[b->start[node] + b->count[node] - 1] = *tail;
}

static void add_runs(struct builder *b)
{
	uint32_t leaves = b->head.groups, source, n, from, to;

	memset(b->count, 0, 2 * leaves * sizeof(*b->count));
	for (source = 0; source <= b->head.sources; source++)
		for (n = b->first[source]; n != NEVER; n = b->box[n].next) {
			from = b->box[n].groups.first - 1 + leaves;
			to = b->box[n].groups.end - 1 + leaves;
			for (; from < to; from /= 2, to /= 2) {
				if (from & 1)
					add_run(b, from++, b->box[n].sources);
				if (to & 1)
					add_run(b, --to, b->box[n].sources);
			}
		}
}

static struct filter *assemble(struct builder *b)
{
	size_t cuts = b->head.groups + b->head.sources, nodes = 2 * (size_t)b->head.groups, n;
	struct filter *f;
	struct addr *to;

	add_runs(b);
	b->head.size = sizeof(*f) + cuts * sizeof(*to) + (nodes + 1) * sizeof(*b->start);
	for (n = 0; n < nodes; n++)
		b->head.size += b->count[n] * sizeof(*b->run);
	f = calloc(1, b->head.size);
	if (!f)
		return NULL;
	*f = b->head;
	to = (struct addr *)(f + 1);
	f->group = to;
	for (n = 0; n < f->groups; n++)
		*to++ = b->group.edge[n].at;
	f->source = to;
	for (n = 0; n < f->sources; n++)
		*to++ = b->source.edge[n].at;
	f->start = b->start = (uint32_t *)(void *)to;
	f->run = b->run = (struct run *)(void *)(b->start + nodes + 1);
	for (n = 0; n < nodes; n++)
		b->start[n + 1] = b->start[n] + b->count[n];
	add_runs(b);
	return f;
}

/* With what is needed only for as long as the filter is made. */
static struct filter *compile(struct builder *b)
{
	struct filter *f = NULL;

	b->head.groups = cut(&b->group, b->spare);
	b->head.sources = cut(&b->source, b->spare);
	b->first = calloc(b->head.sources + 1, sizeof(*b->first));
	b->count = calloc(2 * (size_t)b->head.groups, sizeof(*b->count));
	b->tail = calloc(2 * (size_t)b->head.groups, sizeof(*b->tail));
	if (b->first && b->count && b->tail) {
		place_boxes(b);
		f = assemble(b);
	}
	free(b->first);
	free(b->count);
	free(b->tail);
	return f;
}

struct filter *filter_new(enum protocol protocol, const struct filter_list *list, size_t count)
{
	struct builder b = {0};
	struct filter *f = NULL;
	size_t rules = 1, n; /* so that no allocation is of nothing */

	for (n = 0; n < count; n++)
		rules += list[n].count;
	if (rules > MOST_RULES)
		return NULL;
	b.box = calloc(rules, sizeof(*b.box));
	b.group.edge = calloc(2 * rules, sizeof(*b.group.edge));
	b.source.edge = calloc(2 * rules, sizeof(*b.source.edge));
	b.spare = calloc(2 * rules, sizeof(*b.spare));
	if (b.box && b.group.edge && b.source.edge && b.spare) {
		take_lists(&b, protocol, list, count);
		f = b.head.verdict == FILTER_DEPENDS ? compile(&b) : calloc(1, sizeof(*f));
		if (f && b.head.verdict != FILTER_DEPENDS)
			f->verdict = b.head.verdict;
	}
	free(b.box);
	free(b.group.edge);
	free(b.source.edge);
	free(b.spare);
	return f;
}

void filter_free(struct filter *f)
{
	free(f);
}
