/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of an instance fails once, in turn: nothing is lost that was there, it is
 * counted, and when the hosts have been heard again all is as it would have been.
 */
#include <stdlib.h>

#include "proto/proxy.h"
#include "proto/status.h"
#include "allocator.h"
#include "instance.h"
#include "test.h"
#include "tests/model/walk.h"

enum { UP, LAN, TRACKED, VIFS };
enum { MTU = 1500, LATER = 30000 };
enum { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };

/* ---- an instance ---- */

static struct addr group(unsigned n)
{
	return addr_ipv4(0xef010100 + n);
}

static struct addr source(unsigned n)
{
	return addr_ipv4(0x0a090000 + n);
}

static struct proxy *open_proxy(void)
{
	static const struct proxy_out out = {
		.send = ignore_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	static struct static_join join[3];
	static const struct proxy_interface_config interface[VIFS] = {
		[UP] = {.upstream = true},
		[LAN] = {.vif = LAN, .static_join = join, .static_join_count = 3},
		[TRACKED] = {.vif = TRACKED, .quick_leave = QUICK_LEAVE_TRACKED},
	};
	static const struct proxy_config config = {
		.protocol = PROTOCOL_IGMP, .interface_count = VIFS, .interface = interface};

	join[0] = (struct static_join){group(8), source(1)};
	join[1] = (struct static_join){group(8), source(2)};
	join[2] = (struct static_join){.group = group(9)};
	return proxy_new(&config, &out, NULL, 1);
}

static void raise_interfaces(struct proxy *proxy)
{
	for (unsigned vif = 0; vif < VIFS; vif++)
		bring_up(proxy, 0, vif);
}

static size_t put(uint8_t *at, struct addr a)
{
	memcpy(at, a.byte + 12, 4);
	return 4;
}

/* Sources FROM to TO; none: TO is below FROM. */
static void report(struct proxy *proxy, int64_t now, unsigned vif, unsigned host, uint8_t type,
		   unsigned to_group, unsigned from, unsigned to)
{
	uint8_t data[MTU] = {0x22, [7] = 1, [8] = type, [11] = (uint8_t)(to - from + 1)};
	size_t length = 12;

	length += put(data + length, group(to_group));
	for (unsigned n = from; n <= to; n++)
		length += put(data + length, source(n));
	receive(proxy, now, vif, 0x0a000000 | vif << 8 | host, 0xe0000016, data, length);
}

static void query(struct proxy *proxy, int64_t now, unsigned to_group, unsigned from, unsigned to)
{
	uint8_t data[MTU] = {0x11, 10, [8] = 2, 125, [11] = (uint8_t)(to - from + 1)};
	size_t length = 12;

	put(data + 4, group(to_group));
	for (unsigned n = from; n <= to; n++)
		length += put(data + length, source(n));
	receive(proxy, now, UP, 0x0a000001, 0xe0000001, data, length);
}

/* What the hosts want, as they say it when they are asked. */
static void answers(struct proxy *proxy, int64_t now)
{
	for (unsigned n = 10; n < 30; n++)
		report(proxy, now, LAN, 9, IS_EX, n, 1, 0);
	report(proxy, now, LAN, 9, IS_IN, 1, 1, 20);
	report(proxy, now, TRACKED, 9, IS_IN, 1, 15, 40);
	report(proxy, now, LAN, 9, IS_EX, 2, 5, 6);
	for (unsigned host = 20; host < 30; host++)
		report(proxy, now, TRACKED, host, IS_EX, 3, 1, 0);
	report(proxy, now, TRACKED, 9, IS_IN, 8, 3, 4);
}

/* ---- what it holds ---- */

struct picture {
	uint32_t groups, sources, subscriptions, routes;
	uint32_t hash; /* of all that has no time in it */
};

static void mix(struct picture *picture, const struct addr *a, uint32_t value)
{
	picture->hash += addr_hash(a, value) | 1; /* in any order */
}

static bool on_group(void *ctx, const struct group_status *status)
{
	struct picture *picture = ctx;
	uint32_t kind = status->vif << 8 | status->filter_mode << 1 | status->permanent;

	picture->groups += !status->upstream;
	picture->subscriptions += status->upstream;
	mix(picture, &status->group, kind);
	for (unsigned n = 0; n < status->source_count; n++) {
		struct source_status s;

		status->source(status, n, &s);
		picture->sources++;
		mix(picture, &s.address, kind ^ addr_hash(&status->group, 1));
	}
	return true;
}

static bool on_route(void *ctx, const struct route *route)
{
	struct picture *picture = ctx;

	picture->routes++;
	mix(picture, &route->group, addr_hash(&route->source, route->outputs << 8 | route->input));
	return true;
}

static struct picture look(struct proxy *proxy, int64_t now)
{
	struct picture picture = {0};

	walk_all(proxy, now, 100, on_group, on_route, &picture);
	return picture;
}

static uint64_t counted_failures(struct proxy *proxy)
{
	struct proxy_interface_status status;
	uint64_t sum = 0;

	for (unsigned vif = 0; vif < VIFS; vif++) {
		proxy_interface_status(proxy, vif, &status);
		sum += status.counters->value[NO_MEMORY];
	}
	return sum;
}

/* With the allocation NUMBER failing: what is there in the end; false: it could not even begin. */
static bool play(unsigned long number, struct picture *picture, uint64_t *counted_as)
{
	struct proxy *proxy;

	allocations = 0;
	failing = number;
	proxy = open_proxy();
	if (!proxy)
		return false;
	raise_interfaces(proxy);
	advance(proxy, 0);
	answers(proxy, 1000);
	advance(proxy, 1000);
	query(proxy, 5000, 1, 1, 40);
	query(proxy, 5000, 2, 5, 50);
	advance(proxy, LATER);
	failing = 0;
	raise_interfaces(proxy);
	answers(proxy, LATER);
	advance(proxy, 2 * LATER);
	*picture = look(proxy, 2 * LATER);
	*counted_as = counted_failures(proxy);
	proxy_free(proxy);
	return true;
}

int main(void)
{
	struct picture whole, picture;
	unsigned long count;
	unsigned harmless = 0;
	uint64_t failures;

	TEST("with enough memory");
	CHECK(play(0, &whole, &failures) && !failures && !blocks);
	CHECK(whole.groups == 27 && whole.subscriptions == 25, "%u, %u", whole.groups,
	      whole.subscriptions);
	count = allocations;
	TEST("an allocation that fails is counted, leaks nothing, and is made up for");
	CHECK(count > 50, "%lu allocations", count);
	for (unsigned long number = 1; number <= count; number++) {
		if (play(number, &picture, &failures)) {
			CHECK(!memcmp(&picture, &whole, sizeof(whole)),
			      "%lu: %u groups, %u sources, %u subscriptions, %u routes", number,
			      picture.groups, picture.sources, picture.subscriptions,
			      picture.routes);
			harmless += !failures;
		}
		CHECK(!blocks, "%lu: %ld blocks are left", number, blocks);
	}
	/* the table of groups does without growing, an answer without the sources that were asked
	 * about */
	CHECK(harmless == 2, "%u are not counted", harmless);
	return test_end();
}
