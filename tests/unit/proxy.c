/* SPDX-License-Identifier: MIT */
/* What the program asks of an instance (proxy.h) beside packets and time: questions, walks,
 * upcalls; and a turn in which more is due than one turn does. */
#include <stdlib.h>

#include "proto/policy/filter.h"
#include "proto/proxy.h"
#include "proto/status.h"

#include "instance.h"
#include "test.h"

enum { UP, LAN, OTHER, VIFS };
enum { GMI = 270000, MANY = 5000, GROUP = 0xef010000 };

static struct {
	unsigned packets, routes;
} told;

static void on_send(void *ctx, unsigned vif, const struct addr *source,
		    const struct addr *destination, const uint8_t *message, size_t length)
{
	(void)ctx;
	(void)source;
	(void)destination;
	(void)message;
	told.packets += vif == UP && length > 8;
}

static void on_route(void *ctx, const struct route *route)
{
	(void)ctx;
	(void)route;
	told.routes++;
}

/* All is up. A seed of 0 is one like any other. */
static struct proxy *open_proxy(void)
{
	static const struct proxy_out out = {
		.send = on_send, .route = on_route, .reverse_path = ignore_reverse_path};
	static const struct proxy_interface_config interface[VIFS] = {
		{.upstream = true}, {.vif = LAN}, {.vif = OTHER}};
	static const struct proxy_config config = {.protocol = PROTOCOL_IGMP,
						   .interface_count = VIFS,
						   .interface = interface,
						   .routes = ROUTES_WILDCARD};
	struct proxy *proxy = proxy_new(&config, &out, NULL, 0);

	for (unsigned vif = 0; proxy && vif < VIFS; vif++)
		bring_up(proxy, 0, vif);
	return proxy;
}

static void ask(struct proxy *proxy)
{
	struct addr joined = addr_ipv4(GROUP), other = addr_ipv4(GROUP | 1);
	struct addr local = addr_ipv4(0xeffffffa);

	CHECK(proxy_has_group(proxy, &joined, LAN));
	CHECK(proxy_has_group(proxy, &joined, PROXY_VIFS));
	CHECK(!proxy_has_group(proxy, &joined, OTHER));
	CHECK(!proxy_has_group(proxy, &other, PROXY_VIFS));
	CHECK(proxy_is_subscribed(proxy, &joined));
	CHECK(!proxy_is_subscribed(proxy, &other));
	CHECK(!proxy_is_subscribed(proxy, &local));
}

/* The route of GROUP and SOURCE with this input: its outputs, 0 for none. */
static uint32_t wanted(const struct proxy *proxy, uint32_t group, uint32_t source, unsigned input)
{
	struct route route = {
		.group = addr_ipv4(group), .source = addr_ipv4(source), .input = input};

	proxy_wanted_route(proxy, &route);
	return route.remove ? 0 : route.outputs;
}

static void ask_routes(const struct proxy *proxy)
{
	CHECK(wanted(proxy, GROUP, 0, UP) == (1U << UP | 1U << LAN));
	CHECK(!wanted(proxy, GROUP, 0, LAN));
	CHECK(!wanted(proxy, GROUP, 0x0a090001, UP));
	CHECK(!wanted(proxy, GROUP | 1, 0, UP));
	CHECK(wanted(proxy, 0, 0, UP) == (1U << UP | 1U << LAN | 1U << OTHER));
	CHECK(!wanted(proxy, 0, 0, LAN));
}

static void upcalls(struct proxy *proxy)
{
	struct upcall upcall = {UPCALL_NOCACHE, UP, addr_ipv4(0x0a090001), addr_ipv4(GROUP)};

	advance(proxy, 1000);
	told.routes = 0;
	upcall = (struct upcall){UPCALL_WRONGVIF, PROXY_VIFS, upcall.source, upcall.group};
	proxy_upcall(proxy, 1000, &upcall);
	upcall.vif = UINT16_MAX;
	proxy_upcall(proxy, 1000, &upcall);
	CHECK(proxy_deadline(proxy) > 1000);
	CHECK(!told.routes);
}

static void drop(struct proxy *proxy)
{
	struct proxy_interface_status status;

	proxy_drop(proxy, LAN, DROP_LENGTH);
	proxy_interface_status(proxy, LAN, &status);
	CHECK(status.counters->value[DROP_LENGTH] == 1);
	proxy_interface_status(proxy, OTHER, &status);
	CHECK(status.counters->value[DROP_LENGTH] == 0);
}

/* Every other call pauses. */
static bool visit_route(void *ctx, const struct route *route)
{
	unsigned *calls = ctx;

	(void)route;
	told.routes += *calls % 2;
	return (*calls)++ % 2;
}

static bool visit_group(void *ctx, const struct group_status *status)
{
	unsigned *groups = ctx;

	*groups += !status->upstream;
	return true;
}

/* (*,*), that of SSDP and the group's own; of a membership that paused the first is seen again. */
static void walks(struct proxy *proxy)
{
	static const struct proxy_visitor routes = {NULL, visit_route},
					  groups = {visit_group, NULL};
	struct proxy_walk walk;
	unsigned calls = 0, seen = 0;

	told.routes = 0;
	proxy_walk_start(proxy, &walk);
	while (proxy_walk(proxy, &walk, 1000, 1, &routes, &calls))
		continue;
	proxy_walk_stop(proxy, &walk);
	CHECK(told.routes == 3, "%u routes", told.routes);
	CHECK(calls == 6, "%u calls", calls);
	proxy_walk_start(proxy, &walk);
	CHECK(!proxy_walk(proxy, &walk, 1000, MANY, &groups, &seen));
	proxy_walk_stop(proxy, &walk);
	CHECK(seen == 1, "%u groups", seen);
}

static void status_of_one(void)
{
	struct proxy *proxy = open_proxy();
	struct addr joined = addr_ipv4(GROUP);
	struct proxy_interface_status status;

	TEST("what is held and subscribed");
	if (!CHECK(proxy))
		return;
	join(proxy, 1000, LAN, 0x0a000163, 0);
	advance(proxy, 1000);
	ask(proxy);
	TEST("what route the kernel has to have");
	ask_routes(proxy);
	TEST("upcalls that ask for nothing, or come from nowhere");
	upcalls(proxy);
	TEST("what could not be handed over is counted");
	drop(proxy);
	TEST("a walk over routes or groups alone, with pauses");
	walks(proxy);
	TEST("what is being left is not subscribed");
	advance(proxy, 1000 + GMI);
	CHECK(!proxy_has_group(proxy, &joined, PROXY_VIFS));
	CHECK(!proxy_is_subscribed(proxy, &joined));
	proxy_interface_status(proxy, UP, &status);
	CHECK(status.groups == 1, "the leave is to be repeated");
	TEST("nothing is left of it when the upstream is down");
	proxy_interface(proxy, 1000 + GMI, &(struct interface_state){.vif = UP});
	proxy_interface_status(proxy, UP, &status);
	CHECK(!status.groups);
	proxy_free(proxy);
}

/* An entry each: an upstream, both sides of an interface, a downstream. */
static const struct proxy_interface_config sides[] = {
	{.vif = 3, .upstream = true}, {.vif = 7, .upstream = true}, {.vif = 7}, {.vif = 31}};

static void check_entries(struct proxy *proxy)
{
	struct proxy_interface_status status;
	unsigned dropped = 0;

	proxy_drop(proxy, 7, DROP_LENGTH);
	for (unsigned n = 0; n < 4; n++) {
		proxy_interface_status(proxy, n, &status);
		CHECK(status.vif == sides[n].vif && status.upstream == sides[n].upstream);
		CHECK(status.up == (n != 3), "entry %u", n);
		CHECK(status.querier == (n == 2), "entry %u", n);
		dropped += (unsigned)status.counters->value[DROP_LENGTH];
	}
	CHECK(dropped == 1, "%u drops", dropped);
}

/* Nothing is told of an upcall from a VIF that no entry has. */
static void ask_per_source(struct proxy *proxy)
{
	struct upcall upcall = {UPCALL_NOCACHE, 4, addr_ipv4(0x0a090001), addr_ipv4(GROUP)};

	told.routes = 0;
	proxy_upcall(proxy, 1000, &upcall);
	upcall.vif = UINT16_MAX;
	proxy_upcall(proxy, 1000, &upcall);
	CHECK(proxy_deadline(proxy) > 1000);
	upcall.vif = 3;
	proxy_upcall(proxy, 1000, &upcall);
	advance(proxy, 1000);
	CHECK(told.routes == 1, "%u routes", told.routes);
	CHECK(!wanted(proxy, GROUP, 0x0a090001, 3));
	CHECK(wanted(proxy, 0, 0, 3) == 0);
}

static void both_sides(void)
{
	static const struct proxy_out out = {.send = on_send,
					     .route = on_route,
					     .reverse_path = ignore_reverse_path,
					     .packets = ignore_packets};
	static const struct proxy_config config = {
		.protocol = PROTOCOL_IGMP, .interface_count = 4, .interface = sides};
	struct proxy *proxy = proxy_new(&config, &out, NULL, 1);

	TEST("a status for each side of an interface");
	if (!CHECK(proxy))
		return;
	CHECK(bring_up(proxy, 0, 3));
	CHECK(bring_up(proxy, 0, 7));
	advance(proxy, 1000);
	check_entries(proxy);
	TEST("per source: upcalls, also from where no interface is");
	CHECK(proxy_forwarding(proxy) == PER_SOURCE_PEERING);
	ask_per_source(proxy);
	proxy_free(proxy);
}

/* As many entries as there may be: all VIFs with both sides. */
static void all_entries(void)
{
	static const struct proxy_out out = {.send = on_send,
					     .route = on_route,
					     .reverse_path = ignore_reverse_path,
					     .packets = ignore_packets};
	static struct proxy_interface_config interface[PROXY_ENTRIES];
	struct proxy_config config[] = {{.interface_count = 1, .interface = interface},
					{.interface_count = PROXY_ENTRIES, .interface = interface},
					{.interface_count = 0}};
	struct proxy *proxy;

	for (unsigned n = 0; n < PROXY_ENTRIES; n++) {
		interface[n].vif = (uint8_t)(n % PROXY_VIFS);
		interface[n].upstream = n < PROXY_VIFS;
	}
	TEST("32 interfaces, each of both sides, from one and back to one");
	proxy = proxy_new(&config[0], &out, NULL, 1);
	if (!CHECK(proxy))
		return;
	CHECK(bring_up(proxy, 0, 0));
	CHECK(proxy_reconfigure(proxy, 1000, &config[1]));
	for (unsigned vif = 0; vif < PROXY_VIFS; vif++)
		CHECK(bring_up(proxy, 0, vif));
	advance(proxy, 2000);
	CHECK(proxy_reconfigure(proxy, 3000, &config[2]));
	advance(proxy, 3000);
	CHECK(proxy_deadline(proxy) > 3000);
	proxy_free(proxy);
}

enum kind { BLACK, WHITE, FAR /* the downstream's, and the upstream has a range behind all */ };

/* The filter of an upstream: COUNT ranges of SIZE sources each, with two others behind each of
 * them. */
static struct filter *make_filter(unsigned count, unsigned size, enum kind kind)
{
	struct filter_rule *rule = calloc(count, sizeof(*rule));
	struct filter_list list = {kind == WHITE, rule, count};
	struct filter *filter;

	if (!rule)
		return NULL;
	for (unsigned n = 0; n < count; n++)
		rule[n] = (struct filter_rule){
			.vif = PROXY_VIFS,
			.group = {addr_ipv4(GROUP), addr_ipv4(GROUP)},
			.source = {addr_ipv4(0x0a090000 + n * (size + 2)),
				   addr_ipv4(0x0a090000 + n * (size + 2) + size - 1)}};
	filter = filter_new(PROTOCOL_IGMP, &list, 1);
	free(rule);
	return filter;
}

struct told_upstream {
	bool found, exclude;
	unsigned count;
};

static bool see_upstream(void *ctx, const struct group_status *status)
{
	if (status->upstream)
		*(struct told_upstream *)ctx = (struct told_upstream){
			true, status->filter_mode == EXCLUDE, status->source_count};
	return true;
}

/* What is subscribed of a group that a host wants whole, through such a filter. */
static struct told_upstream subscribe(unsigned count, unsigned size, enum kind kind)
{
	static const struct proxy_out out = {.send = on_send,
					     .route = on_route,
					     .reverse_path = ignore_reverse_path,
					     .packets = ignore_packets};
	static const struct proxy_visitor visitor = {.group = see_upstream};
	struct filter_rule last = {PROXY_VIFS,
				   {addr_ipv4(GROUP), addr_ipv4(GROUP)},
				   {addr_ipv4(0x0aff0000), addr_ipv4(0x0affffff)}};
	struct filter_list behind = {true, &last, 1};
	struct filter *filter = make_filter(count, size, kind);
	struct filter *far = filter_new(PROTOCOL_IGMP, &behind, 1);
	const struct proxy_interface_config interface[] = {
		{.vif = UP, .upstream = true, .in = kind == FAR ? far : filter},
		{.vif = LAN, .out = kind == FAR ? filter : NULL}};
	const struct proxy_config config = {.interface_count = 2, .interface = interface};
	struct proxy *proxy = filter && far ? proxy_new(&config, &out, NULL, 1) : NULL;
	struct told_upstream told_it = {false, false, 0};
	struct proxy_walk walk;

	if (!CHECK(proxy))
		return told_it;
	CHECK(bring_up(proxy, 0, UP));
	CHECK(bring_up(proxy, 0, LAN));
	join(proxy, 1000, LAN, 0x0a000163, 0);
	advance(proxy, 1000);
	proxy_walk_start(proxy, &walk);
	CHECK(!proxy_walk(proxy, &walk, 1000, MANY, &visitor, &told_it));
	proxy_walk_stop(proxy, &walk);
	proxy_free(proxy);
	filter_free(filter);
	filter_free(far);
	return told_it;
}

/* As many sources as a list may have are listed; beyond, or of ranges, more is asked for. */
static void cut_by_filters(void)
{
	static const struct {
		const char *text;
		unsigned count, size;
		enum kind kind;
		bool exclude;
		unsigned listed;
	} rows[] = {
		{"a whitelist of few", 3, 1, WHITE, false, 3},
		{"a blacklist of few", 3, 1, BLACK, true, 3},
		{"a whitelist of the most", CONFIG_MAX_SOURCES, 1, WHITE, false,
		 CONFIG_MAX_SOURCES},
		{"a blacklist of the most", CONFIG_MAX_SOURCES, 1, BLACK, true, CONFIG_MAX_SOURCES},
		{"a whitelist of more", CONFIG_MAX_SOURCES + 1, 1, WHITE, true, 0},
		{"a blacklist of more", CONFIG_MAX_SOURCES + 1, 1, BLACK, true, CONFIG_MAX_SOURCES},
		{"a whitelist of ranges", 3, 2, WHITE, true, 0},
		{"a blacklist of ranges", 3, 2, BLACK, true, 0},
		{"a whitelist of very many", 20 * CONFIG_MAX_SOURCES, 1, WHITE, true, 0},
		{"a blacklist of very many ranges", 20 * CONFIG_MAX_SOURCES, 3, BLACK, true, 0},
		{"a range behind few", 3, 3, FAR, true, 0},
		{"a range behind very many", 20 * CONFIG_MAX_SOURCES, 3, FAR, true, 0},
	};

	TEST("what is asked for through a filter, and at most so many sources of it");
	for (unsigned n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct told_upstream got = subscribe(rows[n].count, rows[n].size, rows[n].kind);

		CHECK(got.found && got.exclude == rows[n].exclude, "%s: %s", rows[n].text,
		      got.exclude ? "EXCLUDE" : "INCLUDE");
		CHECK(got.count == rows[n].listed, "%s: %u sources", rows[n].text, got.count);
	}
}

/* Retransmissions and expiries that are due at the same time. */
static void many(void)
{
	struct proxy *proxy = open_proxy();
	struct proxy_totals totals;
	unsigned first;

	TEST("when more is due than one turn does, the next turns do the rest");
	if (!CHECK(proxy))
		return;
	advance(proxy, 1000);
	told.packets = 0;
	for (unsigned n = 0; n < MANY; n++)
		join(proxy, 1000, LAN, 0x0a000163, n);
	advance(proxy, 1000);
	first = told.packets;
	CHECK(first >= MANY / 200, "%u reports", first);
	advance(proxy, 1000 + GMI - 1);
	CHECK(told.packets >= 2 * first && told.packets <= 2 * first + 1, "%u, then %u in all",
	      first, told.packets);
	proxy_totals(proxy, &totals);
	CHECK(totals.groups == MANY && totals.group_routes == MANY + 1);
	proxy_tick(proxy, 1000 + GMI);
	proxy_totals(proxy, &totals);
	CHECK(totals.groups && totals.groups < MANY, "%u groups are left", totals.groups);
	CHECK(proxy_deadline(proxy) <= 1000 + GMI);
	advance(proxy, 1000 + GMI);
	proxy_totals(proxy, &totals);
	CHECK(!totals.groups && totals.group_routes == 1);
	advance(proxy, 1000 + GMI + 20000);
	proxy_totals(proxy, &totals);
	CHECK(!totals.memberships);
	proxy_free(proxy);
}

int main(void)
{
	RUN(status_of_one, both_sides, all_entries, cut_by_filters, many);
	return test_end();
}
