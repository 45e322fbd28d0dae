/* SPDX-License-Identifier: MIT */
/*
 * What strangers can make an instance do, counted: packets of very many sources, and joins where
 * filters have very many ranges. The linker has these calls counted: --wrap, in the Makefile.
 */
#include <stdlib.h>

#include "proto/policy/filter.h"
#include "proto/forward/flow.h"
#include "proto/policy/merge.h"
#include "proto/policy/policy.h"
#include "proto/status.h"
#include "instance.h"
#include "test.h"
#include "tests/model/walk.h"

enum { UP, OTHER_UP, LAN, VIFS };
enum { FLOWS = 6000, CONTESTED = 1025, MUTEX = 50, LATER = 1000000, MINUTE = 60000 };

/* ---- what is counted ---- */

static unsigned long evaluated, merged, ranges;

uint32_t __real_policy_outputs(const struct proxy *, const struct membership *, unsigned,
			       const struct addr *);
uint32_t __wrap_policy_outputs(const struct proxy *, const struct membership *, unsigned,
			       const struct addr *);
bool __real_merge_membership(struct proxy *, const struct membership *, const struct interface *,
			     struct merged *);
bool __wrap_merge_membership(struct proxy *, const struct membership *, const struct interface *,
			     struct merged *);
bool __real_filter_range(const struct filter *, unsigned, const struct addr *, const struct addr *,
			 struct addr *);
bool __wrap_filter_range(const struct filter *, unsigned, const struct addr *, const struct addr *,
			 struct addr *);

uint32_t __wrap_policy_outputs(const struct proxy *p, const struct membership *m, unsigned vif,
			       const struct addr *source)
{
	evaluated++;
	return __real_policy_outputs(p, m, vif, source);
}

bool __wrap_merge_membership(struct proxy *p, const struct membership *m, const struct interface *i,
			     struct merged *to)
{
	merged++;
	return __real_merge_membership(p, m, i, to);
}

bool __wrap_filter_range(const struct filter *f, unsigned vif, const struct addr *group,
			 const struct addr *source, struct addr *last)
{
	ranges++;
	return __real_filter_range(f, vif, group, source, last);
}

/* ---- the world ---- */

struct entry {
	unsigned input; /* VIFS: there is none */
	uint32_t outputs;
	uint64_t packets;
};

static struct entry kernel[FLOWS + 1];
static unsigned told;

static const struct addr group = {{[10] = 0xff, [11] = 0xff, [12] = 239, [13] = 1, [15] = 1}};

static struct addr source(unsigned n)
{
	return addr_ipv4(0x0b000000 + n);
}

static struct entry *entry_of(const struct route *route)
{
	return &kernel[addr_to_ipv4(&route->source) - 0x0b000000];
}

static void on_route(void *ctx, const struct route *route)
{
	(void)ctx;
	if (addr_is_any(&route->source))
		return;
	told++;
	entry_of(route)->input = route->remove ? VIFS : route->input;
	entry_of(route)->outputs = route->outputs;
}

static bool on_packets(void *ctx, const struct route *route, uint64_t *count)
{
	(void)ctx;
	*count = entry_of(route)->packets;
	return entry_of(route)->input < VIFS;
}

/* Two upstreams, and one downstream with a member of the group. */
static struct proxy_interface_config interface[VIFS];
static struct proxy_config config;

static struct proxy *open_proxy(int32_t mutex)
{
	static const struct proxy_out out = {
		.send = ignore_send,
		.route = on_route,
		.reverse_path = ignore_reverse_path,
		.packets = on_packets,
	};
	static struct static_join join;
	struct proxy *p;

	join.group = group;
	interface[UP] = (struct proxy_interface_config){.vif = UP, .upstream = true};
	interface[OTHER_UP] = (struct proxy_interface_config){.vif = OTHER_UP, .upstream = true};
	interface[LAN] = (struct proxy_interface_config){
		.vif = LAN, .static_join = &join, .static_join_count = 1};
	config = (struct proxy_config){.protocol = PROTOCOL_IGMP,
				       .interface_count = VIFS,
				       .interface = interface,
				       .mutex = mutex};
	for (unsigned n = 0; n <= FLOWS; n++)
		kernel[n] = (struct entry){.input = VIFS};
	p = proxy_new(&config, &out, NULL, 1);
	for (unsigned vif = 0; p && vif < VIFS; vif++) {
		/* The last source is on the link of LAN. */
		struct prefix prefix[2] = {{addr_ipv4(0x0a000002 | vif << 8), 96 + 24},
					   {source(FLOWS), 96 + 28}};
		struct interface_state state = {.vif = vif,
						.exists = true,
						.up = true,
						.address = prefix[0].address,
						.prefix = prefix,
						.prefix_count = vif == LAN ? 2 : 1,
						.mtu = 1500};

		proxy_interface(p, 0, &state);
	}
	return p;
}

/* In force from now on: these filters at the first upstream (in) and at the downstream (out). */
static bool set_filters(struct proxy *p, int64_t now, struct filter *in, struct filter *out)
{
	static struct proxy_interface_config entries[VIFS];
	static struct proxy_config filtered;

	memcpy(entries, interface, sizeof(entries));
	entries[UP].in = in;
	entries[LAN].out = out;
	filtered = config;
	filtered.interface = entries;
	return proxy_reconfigure(p, now, &filtered);
}

static void upcall(struct proxy *p, int64_t now, enum upcall_type type, unsigned vif, unsigned n)
{
	struct upcall upcall = {type, vif, source(n), group};

	proxy_upcall(p, now, &upcall);
}

static bool is_routed(unsigned n, unsigned input)
{
	return kernel[n].input == input && kernel[n].outputs == 1u << LAN;
}

static unsigned routed(unsigned input)
{
	unsigned n, count = 0;

	for (n = 0; n <= FLOWS; n++)
		count += is_routed(n, input);
	return count;
}

/* ---- flows ---- */

static void test_trickle(void)
{
	struct proxy *p = open_proxy(0);
	unsigned n;

	if (!CHECK(p))
		return;
	advance(p, 1);
	evaluated = merged = told = 0;
	for (n = 0; n < FLOWS; n++) {
		upcall(p, 2, UPCALL_NOCACHE, UP, n * 7 % FLOWS);
		advance(p, 2);
		kernel[n * 7 % FLOWS].packets++;
	}
	CHECK(routed(UP) == FLOWS, "%u", routed(UP));
	CHECK(told == FLOWS, "%u", told);
	CHECK(evaluated <= 2 * FLOWS, "%lu for %u flows", evaluated, n);
	CHECK(!merged, "%lu", merged);
	proxy_free(p);
}

static void test_burst(void)
{
	struct proxy *p = open_proxy(0);
	unsigned n;

	if (!CHECK(p))
		return;
	advance(p, 1);
	told = 0;
	for (n = 0; n < FLOWS; n++) {
		upcall(p, 2, UPCALL_NOCACHE, UP, FLOWS - 1 - n);
		upcall(p, 2, UPCALL_NOCACHE, UP, FLOWS - 1 - n);
	}
	CHECK(proxy_deadline(p) <= 2);
	advance(p, 2);
	CHECK(routed(UP) == FLOWS, "%u", routed(UP));
	CHECK(told == FLOWS, "%u", told);
	kernel[3].input = VIFS;
	upcall(p, 3, UPCALL_NOCACHE, UP, 3);
	advance(p, 3);
	CHECK(is_routed(3, UP) && told == FLOWS + 1, "what the kernel has lost it is told again");
	proxy_free(p);
}

static void test_mutex(void)
{
	struct proxy *p = open_proxy(MUTEX);
	unsigned n, polls;

	if (!CHECK(p))
		return;
	advance(p, 1);
	for (n = 0; n < FLOWS; n++) {
		if (n == CONTESTED)
			evaluated = merged = 0;
		upcall(p, 2, UPCALL_NOCACHE, n & 1, n);
		advance(p, 2);
		kernel[n].packets++;
	}
	CHECK(routed(UP) == FLOWS / 2 && routed(OTHER_UP) == FLOWS / 2);
	CHECK(evaluated <= 2 * FLOWS, "%lu", evaluated);
	CHECK(!merged, "%lu", merged);
	/* Each of the first is left to its upstream, and followed when it falls silent. */
	for (polls = 0; polls < 5; polls++) {
		for (n = 2; n < FLOWS; n++)
			kernel[n].packets++;
		advance(p, 2 + LATER * polls / 10);
	}
	CHECK(kernel[0].input == VIFS && kernel[1].input == VIFS);
	CHECK(is_routed(2, UP) && is_routed(FLOWS - 2, UP));
	proxy_free(p);
}

/* Of the further ones both upstreams go on; the one whose data come last gives way. */
static void test_beyond(void)
{
	struct proxy *p = open_proxy(MUTEX);
	unsigned n;

	if (!CHECK(p))
		return;
	advance(p, 1);
	for (n = 0; n < FLOWS; n++) {
		upcall(p, 2, UPCALL_NOCACHE, UP, n);
		kernel[n].packets++;
	}
	advance(p, 2);
	upcall(p, 3, UPCALL_WRONGVIF, OTHER_UP, FLOWS - 1);
	advance(p, 3);
	CHECK(is_routed(FLOWS - 1, UP), "it has had a packet");
	upcall(p, 4, UPCALL_WRONGVIF, OTHER_UP, FLOWS - 1);
	advance(p, 4);
	CHECK(is_routed(FLOWS - 1, OTHER_UP), "it has had no more");
	proxy_free(p);
}

/* A route goes at the third reading in a row without a packet; they are a minute apart. */
static void test_idle(void)
{
	struct proxy *p = open_proxy(0);
	unsigned reading;

	if (!CHECK(p))
		return;
	advance(p, 1);
	upcall(p, 1, UPCALL_NOCACHE, UP, 0);
	advance(p, 1);
	kernel[0].packets++;
	for (reading = 1; reading <= 6; reading++) {
		kernel[0].packets += reading == 3;
		advance(p, 1 + reading * MINUTE);
		CHECK((kernel[0].input == UP) == (reading < 6), "reading %u", reading);
	}
	proxy_free(p);
}

/* What is kept from the upstreams is not taken from them either. */
static void test_local(void)
{
	const struct addr ssdp = addr_ipv4(0xeffffffa);
	struct upcall from_up = {UPCALL_NOCACHE, UP, source(0), ssdp};
	struct upcall from_lan = {UPCALL_NOCACHE, LAN, source(1), ssdp};
	struct static_join join = {.group = ssdp};
	struct proxy *p = open_proxy(0);
	struct proxy_interface_config entries[VIFS];
	struct proxy_config local = config;

	if (!CHECK(p))
		return;
	memcpy(entries, interface, sizeof(entries));
	entries[LAN].static_join = &join;
	local.interface = entries;
	CHECK(proxy_reconfigure(p, 1, &local));
	advance(p, 1);
	CHECK(proxy_has_group(p, &ssdp, LAN) && !proxy_is_subscribed(p, &ssdp));
	proxy_upcall(p, 2, &from_up);
	proxy_upcall(p, 2, &from_lan);
	advance(p, 2);
	CHECK(kernel[0].input == UP && !kernel[0].outputs, "%x", kernel[0].outputs);
	CHECK(kernel[1].input == LAN && !kernel[1].outputs, "%x", kernel[1].outputs);
	proxy_free(p);
}

/* A source on a link is nowhere else, also while nothing is taken in there. */
static void test_on_link(int32_t mutex)
{
	struct filter *nothing =
		filter_new(PROTOCOL_IGMP, &(struct filter_list){.whitelist = true}, 1);
	struct proxy *p = open_proxy(mutex);
	struct proxy_interface_config entries[VIFS];
	struct proxy_config closed = config;

	if (!CHECK(nothing && p))
		return;
	memcpy(entries, interface, sizeof(entries));
	entries[LAN].in = nothing;
	closed.interface = entries;
	advance(p, 1);
	upcall(p, 1, UPCALL_NOCACHE, LAN, FLOWS);
	advance(p, 1);
	CHECK(kernel[FLOWS].input == LAN && kernel[FLOWS].outputs == (1 << UP | 1 << OTHER_UP));
	CHECK(proxy_reconfigure(p, 2, &closed));
	advance(p, 2);
	CHECK(kernel[FLOWS].input == LAN && !kernel[FLOWS].outputs);
	CHECK(proxy_reconfigure(p, 3, &config));
	advance(p, 3);
	CHECK(kernel[FLOWS].input == LAN && kernel[FLOWS].outputs == (1 << UP | 1 << OTHER_UP));
	proxy_free(p);
	filter_free(nothing);
}

/* ---- joins ---- */

struct found {
	enum filter_mode mode;
	unsigned sources;
};

static bool on_group(void *ctx, const struct group_status *status)
{
	struct found *found = ctx;

	if (status->upstream && status->vif == UP)
		*found = (struct found){status->filter_mode, status->source_count};
	return true;
}

static struct found subscribed(struct proxy *p)
{
	struct found found = {INCLUDE, 0};

	walk_all(p, 1, 100, on_group, NULL, &found);
	return found;
}

/* From SOURCE on, RULES for SIZE sources each, each but the first behind a gap; then perhaps one
 * for a single source. */
static struct filter *make_filter_from(uint32_t from, bool whitelist, unsigned rules, uint32_t size,
				       uint32_t gap, bool single)
{
	struct filter_rule *r = calloc(rules + 1, sizeof(*r));
	struct filter_list list = {whitelist, r, rules + single};
	struct filter *f;
	unsigned n;

	if (!r)
		return NULL;
	for (n = 0; n <= rules; n++) {
		uint32_t first = from + n * (size + gap);

		r[n] = (struct filter_rule){
			PROXY_VIFS,
			{group, group},
			{addr_ipv4(first), addr_ipv4(n < rules ? first + size - 1 : first)}};
	}
	f = filter_new(PROTOCOL_IGMP, &list, 1);
	free(r);
	return f;
}

static struct filter *make_filter(bool whitelist, unsigned rules, uint32_t size, uint32_t gap,
				  bool single)
{
	return make_filter_from(0x14000000, whitelist, rules, size, gap, single);
}

/* What is subscribed there; MOST: ranges that one merge may look at. */
static struct found subscribe(struct filter *f, unsigned long most)
{
	struct found found = {INCLUDE, 0};
	struct proxy *p = open_proxy(0);

	if (!CHECK(f && p))
		return found;
	advance(p, 1);
	ranges = merged = 0;
	CHECK(set_filters(p, 2, f, NULL));
	advance(p, 2);
	CHECK(merged && ranges && ranges <= merged * most, "%lu ranges in %lu merges", ranges,
	      merged);
	found = subscribed(p);
	proxy_free(p);
	filter_free(f);
	return found;
}

#define JOIN(filter, most, expected_mode, expected_sources)                                 \
	do {                                                                                \
		struct found found = subscribe(filter, most);                               \
		CHECK(found.mode == (expected_mode) && found.sources == (expected_sources), \
		      "%d, %u sources", found.mode, found.sources);                         \
	} while (0)

static void test_join(void)
{
	enum { FEW = CONFIG_MAX_SOURCES - 1, MANY = 10000, MOST = 4 * CONFIG_MAX_SOURCES };

	JOIN(make_filter(true, FEW, 1, 1, false), 2 * FEW + 1, INCLUDE, FEW);
	JOIN(make_filter(false, FEW, 1, 1, false), 2 * FEW + 1, EXCLUDE, FEW);
	JOIN(make_filter(true, FEW, 1, 0, false), FEW + 2, INCLUDE, FEW);
	JOIN(make_filter(false, FEW, 1, 0, false), FEW + 2, EXCLUDE, FEW);
	JOIN(make_filter(false, FEW, 4, 9, true), 2 * FEW + 3, EXCLUDE, 1);
	JOIN(make_filter(true, MANY, 4, 9, false), 2, EXCLUDE, 0);
	JOIN(make_filter(false, MANY, 4, 9, false), 2, EXCLUDE, 0);
	/* More is asked for than is wanted: the list is full. */
	JOIN(make_filter(false, MANY, 1, 9, false), MOST, EXCLUDE, CONFIG_MAX_SOURCES);
	JOIN(make_filter(true, MANY, 1, 9, false), MOST, EXCLUDE, 0);
	/* ... or it is too far to the single one. */
	JOIN(make_filter(false, MANY, 4, 9, true), MOST, EXCLUDE, 0);
}

/* Two filters of which one keeps back what the other passes: that nothing is wanted takes more
 * ranges than one merge may look at. */
static void test_nothing_wanted(void)
{
	enum { FEW = 10, MANY = 10000 };
	static const struct {
		unsigned rules;
		enum filter_mode mode;
	} step[] = {{FEW, INCLUDE}, {MANY, EXCLUDE}, {FEW, INCLUDE}};

	for (unsigned n = 0; n < 3; n++) {
		struct filter *in = make_filter_from(0x14000000, true, step[n].rules, 4, 9, false);
		struct filter *out = make_filter_from(0x14000006, true, step[n].rules, 4, 9, false);
		struct proxy *p = open_proxy(0);
		struct found found;

		if (!CHECK(in && out && p))
			return;
		CHECK(set_filters(p, 1, in, out));
		advance(p, 1);
		found = subscribed(p);
		CHECK(found.mode == step[n].mode && !found.sources, "%d, %u", found.mode,
		      found.sources);
		proxy_free(p);
		filter_free(in);
		filter_free(out);
	}
}

/* The first source of a filter's range comes by the other upstream; the others are wanted still. */
static void test_contested_range(void)
{
	struct filter *in = make_filter_from(0x0b000000, true, 1, 9, 0, false);
	struct proxy *p = open_proxy(MUTEX);
	struct found found;

	if (!CHECK(in && p))
		return;
	CHECK(set_filters(p, 1, in, NULL));
	advance(p, 1);
	upcall(p, 2, UPCALL_NOCACHE, OTHER_UP, 0);
	advance(p, 2);
	CHECK(is_routed(0, OTHER_UP));
	found = subscribed(p);
	CHECK(found.mode == EXCLUDE && found.sources == 1, "%d, %u", found.mode, found.sources);
	proxy_free(p);
	filter_free(in);
}

int main(void)
{
	TEST("a new flow costs the same however many the group has, and nothing is merged for it");
	test_trickle();
	RUN_AS(test_burst, "flows of one turn, however many, get one route each");
	RUN_AS(test_mutex, "mutex: sources beyond some number are not left to one upstream each");
	RUN_AS(test_beyond, "mutex: such a source moves when its data come elsewhere alone");
	RUN_AS(test_idle, "a route is idle after three readings in a row");
	TEST("a source on a link stays there");
	test_on_link(0);
	test_on_link(MUTEX);
	RUN_AS(test_local, "a group that is kept from the upstreams is not taken from them");
	RUN_AS(test_join, "the ranges that a join has looked at are bounded");
	TEST("where it takes too long to see that nothing is wanted, more is asked for");
	test_nothing_wanted();
	TEST("mutex: a source that comes elsewhere is left, the range that it begins is not");
	test_contested_range();
	return test_end();
}
