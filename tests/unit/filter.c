/* SPDX-License-Identifier: MIT */
/* Filters beside a reading of their rules one by one. */
#include <stdlib.h>
#include <time.h>

#include "../../proto/filter.h"
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
			const struct filter_rule *r = &t->rule[list][rule];

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
	unsigned round, vif, n, points, ranges, passed, depends = 0;
	struct text t;

	for (round = 0; round < ROUNDS; round++) {
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
	CHECK(depends > ROUNDS / 3 && depends < ROUNDS, "%u", depends);
}

int main(void)
{
	TEST("random lists pass what their rules say, IPv4");
	test_random(PROTOCOL_IGMP);
	TEST("random lists pass what their rules say, IPv6");
	test_random(PROTOCOL_MLD);
	return test_end();
}
