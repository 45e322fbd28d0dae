/* SPDX-License-Identifier: MIT */
/*
 * Reporters (proto/router/regular.h) under a flood: 100,000 strangers, as often as they like, take
 * no memory, no regular's place and nothing of what is kept for regulars.
 */
#include <stdlib.h>
#include <time.h>

#include "proto/proxy.h"
#include "proto/status.h"
#include "allocator.h"
#include "instance.h"
#include "test.h"

enum { UP, LAN, VIFS };
enum { TABLE = 1024, REGULARS = 400, STRANGERS = 100000 };
enum { GROUPS = 4096, SHARE = GROUPS - GROUPS / 4, PART = 4 };
enum { QRI = 10000, GMI = 270000 };
/* 10.0.1.0/24 is not among them. */
enum { REGULAR = 0x0a010000, STRANGER = 0x0a800000 };

static struct proxy_interface_config interface[VIFS] = {
	[UP] = {.upstream = true},
	[LAN] = {.vif = LAN, .max_groups = GROUPS, .max_reporters = TABLE, .reserve = 25},
};

static unsigned own; /* the next group that nobody has had */

static struct proxy *open_proxy(uint64_t seed)
{
	static const struct proxy_out out = {
		.send = ignore_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	static const struct proxy_config config = {
		.protocol = PROTOCOL_IGMP, .interface_count = VIFS, .interface = interface};
	struct proxy *proxy = proxy_new(&config, &out, NULL, seed);

	for (unsigned vif = 0; proxy && vif < VIFS; vif++)
		bring_up(proxy, 0, vif);
	own = 6 * GROUPS;
	if (!proxy)
		abort();
	return proxy;
}

static uint64_t counter(const struct proxy *proxy, enum counter which)
{
	struct proxy_interface_status status;

	proxy_interface_status(proxy, LAN, &status);
	return status.counters->value[which];
}

static uint32_t groups(const struct proxy *proxy)
{
	struct proxy_totals totals;

	proxy_totals(proxy, &totals);
	return totals.groups;
}

static void report_all(struct proxy *proxy, int64_t now, uint32_t first, unsigned count, unsigned n)
{
	for (unsigned i = 0; i < count; i++)
		join(proxy, now, LAN, first + i, n);
}

/* Each stranger asks for another group, of five times as many as there may be, within 2 s. Returns
 * when it ends. */
static int64_t flood(struct proxy *proxy, int64_t now)
{
	for (unsigned i = 0; i < STRANGERS; i++)
		join(proxy, now + i / (STRANGERS / 2000), LAN, STRANGER + i,
		     GROUPS + i % (5 * GROUPS));
	advance(proxy, now + 2000);
	return now + 2000;
}

/* How many of COUNT hosts may have a group of their own, which nobody had before. */
static unsigned count_welcome(struct proxy *proxy, int64_t now, uint32_t first, unsigned count)
{
	uint32_t before = groups(proxy);

	for (unsigned i = 0; i < count; i++)
		join(proxy, now, LAN, first + i, own++);
	return groups(proxy) - before;
}

static void test_flood(uint64_t seed)
{
	struct proxy *proxy = open_proxy(seed);
	unsigned long before;
	size_t asked;
	int64_t now = 1000;
	clock_t start;

	TEST("strangers find a part of the groups, and then nothing takes memory");
	asked = requested;
	join(proxy, now, LAN, REGULAR, 0);
	advance(proxy, now);
	CHECK(requested - asked < TABLE * 48 + 2048, "%zu octets", requested - asked);
	report_all(proxy, now, REGULAR, REGULARS, 0);
	now += QRI;
	report_all(proxy, now, REGULAR, REGULARS, 0);
	now = flood(proxy, now);
	CHECK(groups(proxy) == SHARE, "%u groups", groups(proxy));
	before = allocations;
	start = clock();
	for (unsigned i = 0; i < 10; i++)
		now = flood(proxy, now);
	printf("# %.0f ns a forged report\n",
	       (double)(clock() - start) * 1e9 / CLOCKS_PER_SEC / 10 / STRANGERS);
	CHECK(groups(proxy) == SHARE, "%u groups", groups(proxy));
	CHECK(allocations == before, "%lu allocations", allocations - before);
	TEST("regulars keep their places, and find room, each as much as the other");
	for (unsigned i = 0; i < GROUPS; i++)
		join(proxy, now, LAN, REGULAR, own++);
	CHECK(groups(proxy) == SHARE + PART, "%u groups", groups(proxy));
	CHECK(count_welcome(proxy, now, REGULAR + 1, REGULARS - 1) == REGULARS - 1);
	advance(proxy, now);
	TEST("a flood that comes again makes nobody a regular");
	CHECK(count_welcome(proxy, now, STRANGER, 5000) == 0);
	proxy_free(proxy);
}

/* As many hosts as slots: most of them find one. */
static void test_full(uint64_t seed)
{
	struct proxy *proxy = open_proxy(seed);
	int64_t now = flood(proxy, 1000);
	unsigned welcome;

	TEST("a full table");
	report_all(proxy, now + 1, REGULAR, TABLE, GROUPS);
	now += QRI + 1;
	report_all(proxy, now, REGULAR, TABLE, GROUPS);
	welcome = count_welcome(proxy, now, REGULAR, TABLE);
	printf("# %u of %u hosts in as many slots\n", welcome, TABLE);
	CHECK(welcome > TABLE * 3 / 4 && welcome <= TABLE, "%u", welcome);
	/* Their time is over: others may have the places. */
	now += GMI;
	report_all(proxy, now, STRANGER, TABLE, GROUPS);
	now += QRI;
	report_all(proxy, now, STRANGER, TABLE, GROUPS);
	now = flood(proxy, now);
	CHECK(groups(proxy) == SHARE, "%u groups", groups(proxy));
	CHECK(count_welcome(proxy, now, REGULAR, TABLE) == 0);
	CHECK(count_welcome(proxy, now, STRANGER, TABLE) > TABLE * 3 / 4);
	proxy_free(proxy);
}

/* Without a table all are strangers; as soon as there is memory they are remembered. */
static void test_memory(void)
{
	struct proxy *proxy = open_proxy(1);

	TEST("no memory for the table");
	failing = allocations + 1;
	join(proxy, 1000, LAN, REGULAR, 0);
	failing = 0;
	CHECK(counter(proxy, NO_MEMORY) == 1);
	CHECK(groups(proxy) == 1);
	join(proxy, 1000, LAN, REGULAR, 0);
	join(proxy, 1000 + QRI, LAN, REGULAR, 0);
	flood(proxy, 1000 + QRI);
	CHECK(groups(proxy) == SHARE);
	join(proxy, 1000 + QRI, LAN, REGULAR, 1);
	CHECK(groups(proxy) == SHARE + 1);
	CHECK(counter(proxy, NO_MEMORY) == 1);
	proxy_free(proxy);
	CHECK(!blocks, "%ld blocks", blocks);
}

int main(void)
{
	for (uint64_t seed = 1; seed <= (test_is_slow() ? 1 : 3); seed++) {
		test_flood(seed);
		test_full(seed);
	}
	test_memory();
	return test_end();
}
