/* SPDX-License-Identifier: MIT */
/* Filters beside a reading of their rules one by one. */
#include <stdlib.h>
#include <time.h>

#include "proto/policy/filter.h"
#include "allocator.h"
#include "test.h"

enum { POINTS = 12, LISTS = 3, RULES = 6, ROUNDS = 3000, VIFS = 3, MANY = 10000 };

static uint32_t state = 1;

static uint32_t random_below(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(state >> 8) * below >> 24);
}

/* ---- a small world: the lowest and the highest addresses, and some between ---- */

struct world {
	enum protocol protocol;
	struct addr group[POINTS], source[POINTS]; /* ascending */
	struct addr highest;
};

static void fill(struct addr point[POINTS], struct addr low, struct addr high)
{
	unsigned n;

	for (n = 0; n < POINTS; n++) {
		point[n] = n < POINTS / 2 ? low : high;
		point[n].byte[15] = (uint8_t)(n < POINTS / 2 ? n : 256 - POINTS + n);
	}
}

static struct world make_world(enum protocol protocol)
{
	struct world w = {.protocol = protocol};
	bool ipv4 = protocol == PROTOCOL_IGMP;

	memset(&w.highest, 0xff, sizeof(w.highest));
	fill(w.group, ipv4 ? addr_ipv4(0xe0000000) : (struct addr){{0xff}},
	     ipv4 ? addr_ipv4(0xefffffff) : w.highest);
	fill(w.source, ipv4 ? addr_ipv4(0) : (struct addr){{0}},
	     ipv4 ? addr_ipv4(UINT32_MAX) : w.highest);
	if (ipv4)
		w.highest = addr_ipv4(UINT32_MAX);
	return w;
}

static void random_range(struct addr range[2], const struct addr point[POINTS])
{
	uint32_t a = random_below(POINTS), b = random_below(POINTS), kind = random_below(6);

	memset(range, 0, 2 * sizeof(*range));
	if (kind < 2) {
		memset(&range[1], 0xff, sizeof(range[1]));
		return;
	}
	range[0] = point[kind < 4 || a < b ? a : b];
	range[1] = point[kind < 4 || a > b ? a : b];
}

struct text {
	struct filter_rule rule[LISTS][RULES];
	struct filter_list list[LISTS];
	size_t lists;
};

static void random_text(struct text *t, const struct world world[PROTOCOLS])
{
	size_t list, rule;

	t->lists = random_below(LISTS + 1);
	for (list = 0; list < t->lists; list++) {
		t->list[list] = (struct filter_list){.whitelist = random_below(2),
						     .rule = t->rule[list],
						     .count = random_below(RULES + 1)};
		for (rule = 0; rule < t->list[list].count; rule++) {
			struct filter_rule *r = &t->rule[list][rule];
			/* One in four is the other family's. */
			const struct world *w = &world[!random_below(4)];

			r->vif = random_below(3) ? PROXY_VIFS : random_below(VIFS - 1);
			random_range(r->group, w->group);
			random_range(r->source, w->source);
		}
	}
}

static bool in_range(const struct addr range[2], const struct addr *a)
{
	return addr_compare(&range[0], a) <= 0 && addr_compare(a, &range[1]) <= 0;
}

/* As filter.h says: everything, or of the family of its first address. */
static bool covers(const struct addr range[2], const struct addr *a)
{
	struct addr all[2] = {{{0}}};

	memset(&all[1], 0xff, sizeof(all[1]));
	return !memcmp(range, all, sizeof(all)) ||
	       (in_range(range, a) && addr_is_ipv4(&range[0]) == addr_is_ipv4(a));
}

static bool naive(const struct text *t, unsigned vif, const struct addr *group,
		  const struct addr *source)
{
	size_t list, rule;

	for (list = 0; list < t->lists; list++) {
		bool match = false;

		for (rule = 0; rule < t->list[list].count; rule++) {
			const struct filter_rule *r = &t->list[list].rule[rule];

			match |= (r->vif == PROXY_VIFS || r->vif == vif) &&
				 covers(r->group, group) && covers(r->source, source);
		}
		if (match != t->list[list].whitelist)
			return false;
	}
	return true;
}

/* ---- all points, all ranges ---- */

static bool compare_points(const struct filter *f, const struct text *t, const struct world *w,
			   unsigned vif, const struct addr *group, unsigned *passed)
{
	unsigned n;

	for (n = 0; n < POINTS; n++) {
		bool expected = naive(t, vif, group, &w->source[n]);

		*passed += expected;
		if (filter_passes(f, vif, group, &w->source[n]) != expected)
			return false;
	}
	return true;
}

static bool passes_alike(const struct text *t, const struct world *w, unsigned vif,
			 const struct addr *group, const struct addr range[2], bool passes)
{
	unsigned n;

	for (n = 0; n < POINTS; n++)
		if (in_range(range, &w->source[n]) && naive(t, vif, group, &w->source[n]) != passes)
			return false;
	return naive(t, vif, group, &range[0]) == passes &&
	       naive(t, vif, group, &range[1]) == passes;
}

/* Ranges join without a gap, and all that is in them has their verdict, which changes from one to
 * the next, unless one of them is a single address. */
static bool compare_ranges(const struct filter *f, const struct text *t, const struct world *w,
			   unsigned vif, const struct addr *group)
{
	struct addr range[2] = {w->source[0]}, last = w->highest;
	bool before = false, single_before = true;

	for (;; range[0] = addr_next(&range[1])) {
		bool passes = filter_range(f, vif, group, &range[0], &range[1]);
		bool single = addr_equal(&range[0], &range[1]);

		if (addr_compare(&range[0], &range[1]) > 0 ||
		    (passes == before && !single && !single_before) ||
		    !passes_alike(t, w, vif, group, range, passes))
			return false;
		if (addr_equal(&range[1], &last))
			return true;
		before = passes;
		single_before = single;
	}
}

static void test_random(enum protocol protocol)
{
	const struct world world[PROTOCOLS] = {make_world(protocol), make_world(!protocol)};
	unsigned rounds = test_is_slow() ? ROUNDS / 10 : ROUNDS;
	unsigned round, vif, n, points, ranges, passed, depends = 0;
	struct text t;

	for (round = 0; round < rounds; round++) {
		struct filter *f;

		random_text(&t, world);
		f = filter_new(protocol, t.list, t.lists);
		if (!CHECK(f))
			return;
		points = ranges = passed = 0;
		for (vif = 0; vif <= VIFS; vif++)
			for (n = 0; n < POINTS; n++) {
				unsigned from = vif < VIFS ? vif : PROXY_VIFS;
				const struct addr *group = &world[0].group[n];

				points += compare_points(f, &t, &world[0], from, group, &passed);
				ranges += compare_ranges(f, &t, &world[0], from, group);
			}
		CHECK(points == (VIFS + 1) * POINTS, "round %u: %u", round, points);
		CHECK(ranges == (VIFS + 1) * POINTS, "round %u: %u", round, ranges);
		depends += filter_verdict(f) == FILTER_DEPENDS;
		if (filter_verdict(f) == FILTER_ALL)
			CHECK(passed == (VIFS + 1) * POINTS * POINTS, "round %u", round);
		if (filter_verdict(f) == FILTER_NONE)
			CHECK(!passed, "round %u", round);
		filter_free(f);
	}
	CHECK(depends > rounds / 3 && depends < rounds, "%u", depends);
}

/* ---- rules as one would write them ---- */

static const struct addr lowest, everywhere = {{255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
						255, 255, 255, 255, 255, 255}};

static struct filter_rule rule(unsigned vif, struct addr group, struct addr last_group,
			       struct addr source, struct addr last_source)
{
	return (struct filter_rule){vif, {group, last_group}, {source, last_source}};
}

/* (*|SOURCE - LAST) */
static struct filter_rule from(uint32_t source, uint32_t last)
{
	return rule(PROXY_VIFS, lowest, everywhere, addr_ipv4(source), addr_ipv4(last));
}

/* (GROUP - LAST|*) */
static struct filter_rule to(uint32_t group, uint32_t last)
{
	return rule(PROXY_VIFS, addr_ipv4(group), addr_ipv4(last), lowest, everywhere);
}

static const struct addr some_group = {{[10] = 0xff, [11] = 0xff, [12] = 239, [15] = 1}};

/* The ranges that pass 239.0.0.1 and those that do not, as in "-9 +1 -4", in addresses; the last is
 * "*". */
static const char *ranges(const struct filter_rule *r, size_t count, bool whitelist)
{
	static char text[200];
	struct filter_list list = {whitelist, r, count};
	struct filter *f = filter_new(PROTOCOL_IGMP, &list, 1);
	struct addr first = addr_ipv4(0), last;
	size_t length = 0;

	if (!f)
		return "no memory";
	do {
		char sign = filter_range(f, 0, &some_group, &first, &last) ? '+' : '-';
		uint32_t size = addr_to_ipv4(&last) - addr_to_ipv4(&first) + 1;
		const char *end = addr_to_ipv4(&last) == UINT32_MAX ? "*" : "";

		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%c%.0u%s",
					   length ? " " : "", sign, *end ? 0 : size, end);
		first = addr_next(&last);
	} while (addr_to_ipv4(&last) != UINT32_MAX && length < sizeof(text));
	filter_free(f);
	return text;
}

#define RANGES(whitelist, expected, ...)                                          \
	do {                                                                      \
		const struct filter_rule r[] = {__VA_ARGS__};                     \
		const char *found = ranges(r, sizeof(r) / sizeof(*r), whitelist); \
		CHECK(!strcmp(found, expected), "%s", found);                     \
	} while (0)

static void test_ranges(void)
{
	RANGES(true, "-9 +1 -*", from(9, 9));
	RANGES(false, "+9 -1 +*", from(9, 9));
	RANGES(true, "-9 +1 +1 +1 -*", from(10, 10), from(9, 9), from(11, 11));
	RANGES(false, "+9 -1 -1 -1 +*", from(10, 10), from(9, 9), from(11, 11));
	RANGES(true, "-8 +4 +1 -*", from(8, 11), from(12, 12));
	RANGES(true, "-8 +1 +4 -*", from(8, 8), from(9, 12));
	RANGES(true, "-8 +8 -*", from(8, 11), from(12, 15));
	RANGES(true, "-8 +8 -*", from(8, 15), from(9, 9));
	RANGES(true, "-8 +8 -*", from(8, 12), from(10, 15));
	RANGES(true, "-8 +8 -*", from(12, 15), from(8, 14));
	RANGES(true, "+8 -*", from(0, 7));
	RANGES(true, "-8 +*", from(8, UINT32_MAX));
	RANGES(true, "+*", to(0xef000000, 0xef0000ff));
	RANGES(true, "-*", to(0xef000100, 0xef0001ff));
	RANGES(false, "+*", to(0xef000100, 0xef0001ff), to(0xee000000, 0xef000000));
	/* What other groups, and other interfaces, have does not cut this one. */
	RANGES(true, "-8 +8 -*", from(8, 15),
	       rule(PROXY_VIFS, addr_ipv4(0xef000002), addr_ipv4(0xef000009), addr_ipv4(9),
		    addr_ipv4(9)),
	       rule(1, addr_ipv4(0xef000001), addr_ipv4(0xef000001), addr_ipv4(0), addr_ipv4(99)));
	RANGES(true, "-8 +2 +1 -*", from(8, 9),
	       rule(0, addr_ipv4(0xef000001), addr_ipv4(0xef000001), addr_ipv4(10), addr_ipv4(10)));
}

/* ---- what a filter is like ---- */

struct nature {
	enum filter_verdict verdict;
	bool interfaces, sources;
};

static struct nature nature(enum protocol protocol, const struct filter_list *list, size_t count)
{
	struct filter *f = filter_new(protocol, list, count);
	struct nature n = {filter_verdict(f), filter_has_interfaces(f), filter_has_sources(f)};

	CHECK(f);
	filter_free(f);
	return n;
}

#define NATURE(protocol, count, ...)                                                          \
	do {                                                                                  \
		struct nature n = nature(protocol, list, count), expected = {__VA_ARGS__};    \
		CHECK(n.verdict == expected.verdict && n.interfaces == expected.interfaces && \
			      n.sources == expected.sources,                                  \
		      "%d %d %d", n.verdict, n.interfaces, n.sources);                        \
	} while (0)

static void test_nature(void)
{
	const struct filter_rule all[] = {from(1, 2),
					  rule(1, lowest, everywhere, lowest, everywhere),
					  rule(PROXY_VIFS, lowest, everywhere, lowest, everywhere)};
	const struct filter_rule ipv4 =
		rule(PROXY_VIFS, addr_ipv4(0xe0000000), addr_ipv4(0xefffffff), addr_ipv4(0),
		     addr_ipv4(UINT32_MAX));
	const struct filter_rule group = to(0xef000000, 0xef0000ff);
	struct filter_list list[2] = {{false, all, 0}, {true, &group, 1}};

	NATURE(PROTOCOL_IGMP, 0, FILTER_ALL, false, false);
	NATURE(PROTOCOL_IGMP, 1, FILTER_ALL, false, false);
	list[0].whitelist = true;
	NATURE(PROTOCOL_IGMP, 1, FILTER_NONE, false, false);
	list[0].count = 1;
	NATURE(PROTOCOL_IGMP, 1, FILTER_DEPENDS, false, true);
	NATURE(PROTOCOL_MLD, 1, FILTER_NONE, false, false);
	list[0].count = 2;
	NATURE(PROTOCOL_IGMP, 1, FILTER_DEPENDS, true, true);
	NATURE(PROTOCOL_MLD, 1, FILTER_DEPENDS, true, false);
	list[0].count = 3;
	NATURE(PROTOCOL_IGMP, 1, FILTER_ALL, false, false);
	/* A list that passes everything is as good as none, and one that passes nothing is all. */
	NATURE(PROTOCOL_IGMP, 2, FILTER_DEPENDS, false, false);
	NATURE(PROTOCOL_MLD, 2, FILTER_NONE, false, false);
	list[0].whitelist = false;
	NATURE(PROTOCOL_IGMP, 2, FILTER_NONE, false, false);
	list[1].whitelist = false;
	NATURE(PROTOCOL_MLD, 2, FILTER_NONE, false, false);
	list[0] = list[1];
	list[1] = (struct filter_list){false, all, 3};
	NATURE(PROTOCOL_IGMP, 2, FILTER_NONE, false, false);
	list[1] = (struct filter_list){true, &group, 1};
	list[0] = (struct filter_list){true, &ipv4, 1};
	NATURE(PROTOCOL_IGMP, 1, FILTER_ALL, false, false);
	NATURE(PROTOCOL_IGMP, 2, FILTER_DEPENDS, false, false);
	NATURE(PROTOCOL_MLD, 1, FILTER_NONE, false, false);
	list[0].whitelist = false;
	NATURE(PROTOCOL_IGMP, 1, FILTER_NONE, false, false);
	NATURE(PROTOCOL_MLD, 1, FILTER_ALL, false, false);
}

static void test_null(void)
{
	const struct addr source = addr_ipv4(7), group6 = {{0xff, 5}};
	struct addr last;

	CHECK(filter_passes(NULL, 0, &some_group, &source));
	CHECK(filter_range(NULL, 0, &some_group, &source, &last));
	CHECK(addr_is_ipv4(&last) && addr_to_ipv4(&last) == UINT32_MAX);
	CHECK(filter_range(NULL, 0, &group6, &lowest, &last));
	CHECK(addr_equal(&last, &everywhere));
	CHECK(filter_verdict(NULL) == FILTER_ALL);
	CHECK(!filter_has_interfaces(NULL) && !filter_has_sources(NULL));
	filter_free(NULL);
}

static bool equal(const struct filter_rule *a, size_t a_count, const struct filter_rule *b,
		  size_t b_count, bool whitelist)
{
	const struct filter_list lists[2] = {{true, a, a_count}, {whitelist, b, b_count}};
	struct filter *f = filter_new(PROTOCOL_IGMP, &lists[0], 1);
	struct filter *g = filter_new(PROTOCOL_IGMP, &lists[1], 1);
	bool one_way = filter_equal(f, g), other_way = filter_equal(g, f);

	CHECK(f && g && one_way == other_way);
	filter_free(f);
	filter_free(g);
	return one_way;
}

static void test_equal(void)
{
	const struct filter_rule whole = rule(PROXY_VIFS, lowest, everywhere, lowest, everywhere);
	const struct filter_rule a[] = {from(3, 4), to(0xef000000, 0xef0000ff), from(9, 9)};
	const struct filter_rule b[] = {from(9, 9), from(3, 4), to(0xef000000, 0xef0000ff),
					from(3, 4)};
	const struct filter_rule d[] = {
		rule(PROXY_VIFS, a[1].group[0], a[1].group[0], a[0].source[0], a[0].source[1]),
		rule(PROXY_VIFS, a[1].group[1], a[1].group[1], a[2].source[0], a[2].source[0])};
	const struct filter_rule e[] = {
		rule(PROXY_VIFS, a[1].group[0], a[1].group[1], a[0].source[0], a[0].source[1]),
		d[1]};
	struct filter_rule c = from(9, 9);

	CHECK(equal(a, 3, a, 3, true));
	CHECK(equal(a, 3, b, 4, true));
	CHECK(!equal(a, 3, a, 3, false));
	CHECK(!equal(a, 3, b, 2, true));
	CHECK(!equal(a, 2, a, 3, true));
	c.vif = 0;
	CHECK(!equal(&c, 1, &b[0], 1, true));
	c.vif = PROXY_VIFS + 1;
	CHECK(equal(&c, 1, &b[0], 1, true));
	c.source[1] = addr_ipv4(10);
	CHECK(!equal(&c, 1, &b[0], 1, true));
	CHECK(!equal(&c, 1, &whole, 1, true) && !equal(&c, 1, &whole, 1, false));
	CHECK(!equal(&whole, 1, &whole, 1, false));
	CHECK(equal(&whole, 1, &whole, 0, false));
	CHECK(filter_equal(NULL, NULL));
	/* The same cuts, but more runs. */
	CHECK(!equal(d, 2, e, 2, true));
}

/* ---- ten thousand rules ---- */

enum shape { GROUPS, NESTED_GROUPS, SOURCES, OVERLAPPING, PAIRS, INTERFACES, SHAPES };

static struct filter_rule make_rule(enum shape shape, unsigned n)
{
	uint32_t low = random_below(1 << 24) << 4, group = 0xe0000000 | low, prefix;
	uint32_t source = 0x0a000000 + 3 * n;

	switch (shape) {
	case GROUPS:
		return to(group, group);
	case NESTED_GROUPS:
		prefix = 0x0fffffff >> n % 29;
		return rule(PROXY_VIFS, addr_ipv4(group & ~prefix), addr_ipv4(group | prefix),
			    addr_ipv4(source), addr_ipv4(source));
	case SOURCES:
		return from(source, source + 1);
	case OVERLAPPING:
		return rule(PROXY_VIFS, addr_ipv4(0xe0000000 + n), addr_ipv4(0xe0000000 + n + MANY),
			    addr_ipv4(source), addr_ipv4(source));
	default:
		return rule(shape == INTERFACES ? n % PROXY_VIFS : PROXY_VIFS, addr_ipv4(group),
			    addr_ipv4(group), addr_ipv4(source), addr_ipv4(source));
	}
}

struct cost {
	clock_t compile, look_up; /* the least of some runs */
	size_t bytes;
	bool correct;
};

static void least(clock_t *time, clock_t begun)
{
	clock_t passed = clock() - begun;

	if (passed < *time)
		*time = passed;
}

/* Half of the points that are looked up are a rule's. */
static bool look_up(const struct filter *f, const struct filter_rule *r, unsigned count, unsigned n)
{
	const struct filter_rule *point = &r[n * 97 % count];
	struct addr group = addr_ipv4(0xe0000000 + n), source = addr_ipv4(0x0a000000 + n);

	return filter_passes(f, n % PROXY_VIFS,
			     n & 1 && addr_is_ipv4(point->group) ? point->group : &group,
			     n & 1 && addr_is_ipv4(point->source) ? point->source : &source);
}

static bool is_correct(const struct filter *f, const struct filter_list *list)
{
	struct text t = {.list = {*list}, .lists = 1};
	unsigned n;

	for (n = 0; n < 300; n++) {
		const struct filter_rule *r = &list->rule[random_below((uint32_t)list->count)];
		struct addr group = addr_is_ipv4(r->group) ? r->group[n & 1] : some_group;
		struct addr source = addr_is_ipv4(r->source) ? r->source[n >> 1 & 1] : addr_ipv4(n);

		if (n & 4)
			group = addr_next(&group);
		if (n & 8)
			source = addr_next(&source);
		/* Behind the last group there is none. */
		if (!addr_is_multicast(&group))
			continue;
		if (filter_passes(f, n % PROXY_VIFS, &group, &source) !=
		    naive(&t, n % PROXY_VIFS, &group, &source))
			return false;
	}
	return true;
}

static struct cost measure(enum shape shape, unsigned count)
{
	static struct filter_rule r[MANY];
	const struct filter_list list = {true, r, count};
	struct cost cost = {1 << 30, 1 << 30, 0, true};
	unsigned n, run, passed = 0;

	for (n = 0; n < count; n++)
		r[n] = make_rule(shape, n);
	for (run = 0; run < 5; run++) {
		clock_t begun = clock();
		struct filter *f;

		requested = 0;
		f = filter_new(PROTOCOL_IGMP, &list, 1);
		least(&cost.compile, begun);
		cost.bytes = requested;
		begun = clock();
		for (n = 0; n < 20000; n++)
			passed += look_up(f, r, count, n);
		least(&cost.look_up, begun);
		cost.correct &= f && passed && (run || is_correct(f, &list));
		filter_free(f);
	}
	return cost;
}

static void test_scale(void)
{
	enum shape shape;

	for (shape = 0; shape < SHAPES; shape++) {
		struct cost few = measure(shape, 10), more = measure(shape, MANY / 10),
			    many = measure(shape, MANY);

		CHECK(few.correct && more.correct && many.correct, "shape %d", shape);
		/* A thousand times the rules: as many doublings for a binary search, twice. */
		CHECK(many.look_up < 40 * few.look_up, "shape %d: %ld and %ld us", shape,
		      (long)few.look_up, (long)many.look_up);
		/* Ten times the rules: 100 if it were quadratic. */
		CHECK(many.compile < 50 * more.compile, "shape %d: %ld and %ld us", shape,
		      (long)more.compile, (long)many.compile);
		CHECK(many.bytes < 600 * MANY, "shape %d: %zu", shape, many.bytes);
	}
}

static void test_memory(void)
{
	const struct filter_rule r[] = {from(3, 4), to(0xef000000, 0xef0000ff), from(9, 9)};
	const struct filter_list list[2] = {{true, r, 3}, {false, &r[2], 1}};
	unsigned long number, needed;
	size_t lists;

	for (lists = 0; lists <= 2; lists++) {
		allocations = failing = 0;
		filter_free(filter_new(PROTOCOL_IGMP, list, lists));
		needed = allocations;
		CHECK(needed >= (lists ? 8 : 1) && !blocks, "%lu: %ld", needed, blocks);
		for (number = 1; number <= needed; number++) {
			allocations = 0;
			failing = number;
			CHECK(!filter_new(PROTOCOL_IGMP, list, lists), "%lu", number);
			CHECK(!blocks, "%lu: %ld are left", number, blocks);
		}
		failing = 0;
	}
}

int main(void)
{
	TEST("random lists pass what their rules say, IPv4");
	test_random(PROTOCOL_IGMP);
	TEST("random lists pass what their rules say, IPv6");
	test_random(PROTOCOL_MLD);
	RUN_AS(test_ranges, "ranges are large, but single addresses stay single");
	RUN_AS(test_nature, "what passes everything or nothing is known, by protocol");
	RUN_AS(test_null, "no filter passes everything");
	RUN_AS(test_equal, "equal are the same rules in any order");
	TEST("ten thousand rules cost little more than ten, and no square of their number");
	test_scale();
	RUN_AS(test_memory, "without memory there is no filter, and nothing is left");
	return test_end();
}
