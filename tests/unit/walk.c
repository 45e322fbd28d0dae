/* SPDX-License-Identifier: MIT */
/*
 * The walk over the membership database (proxy.h) while it changes: what exists throughout is
 * visited exactly once, by each of several walks, whatever their pieces, and whether or not the
 * visitor pauses.
 */
#include <string.h>

#include "proto/proxy.h"
#include "proto/status.h"
#include "instance.h"
#include "test.h"

enum { LASTING = 600, ENDING = 300, NEW = 200, GROUPS = LASTING + ENDING + NEW };
enum { GMI = 270000, LAN = 0 };

struct walker {
	struct proxy_walk walk;
	unsigned seen[GROUPS];
	unsigned calls, pause_every; /* 0: never */
	bool open;
};

/* Two configurations: one interface, two. */
static const struct proxy_interface_config interfaces[] = {{.vif = LAN}, {.vif = 1}};
static const struct proxy_config configs[] = {{.protocol = PROTOCOL_IGMP,
					       .interface_count = 1,
					       .interface = interfaces,
					       .ssdp_upstream = true},
					      {.protocol = PROTOCOL_IGMP,
					       .interface_count = 2,
					       .interface = interfaces,
					       .ssdp_upstream = true}};

/* No upstream: each membership is one group. */
static struct proxy *open_proxy(void)
{
	static const struct proxy_out out = {
		.send = ignore_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	struct proxy *proxy = proxy_new(&configs[0], &out, NULL, 1);

	if (proxy)
		bring_up(proxy, 0, LAN);
	return proxy;
}

/* Group N is 239.1.N/256.N%256. */
static void join_now(struct proxy *proxy, int64_t now, unsigned n)
{
	join(proxy, now, LAN, 0x0a000163, n);
	advance(proxy, now);
}

static bool on_group(void *ctx, const struct group_status *status)
{
	struct walker *walker = ctx;

	if (walker->pause_every && ++walker->calls % walker->pause_every == 0)
		return false;
	walker->seen[addr_to_ipv4(&status->group) & 0xffff]++;
	return true;
}

static void step(struct proxy *proxy, struct walker *walker, int64_t now, unsigned count)
{
	static const struct proxy_visitor visitor = {on_group, NULL};

	if (walker->open && !proxy_walk(proxy, &walker->walk, now, count, &visitor, walker)) {
		proxy_walk_stop(proxy, &walker->walk);
		walker->open = false;
	}
}

static void check_seen(const struct walker *walker, unsigned pieces)
{
	for (unsigned n = 0; n < GROUPS; n++)
		CHECK(n < LASTING ? walker->seen[n] == 1 : walker->seen[n] <= 1,
		      "group %u %u times, pieces of %u, pause %u", n, walker->seen[n], pieces,
		      walker->pause_every);
}

/* Groups that end and groups that last in turn; while two walks of different pace go on, the former
 * end one by one and others begin; at every RECONFIGURED-th step there is another configuration. */
static void walk_while_it_changes(unsigned pieces, unsigned pause_every, unsigned reconfigured)
{
	static struct walker fast, slow;
	struct proxy *proxy = open_proxy();
	unsigned started = 0;
	int64_t now;

	if (!CHECK(proxy))
		return;
	for (unsigned n = 0; n < LASTING; n++) {
		join_now(proxy, 1000 + n, n);
		if (n % 2)
			join_now(proxy, 1000 + n, LASTING + n / 2);
	}
	for (unsigned n = 0; n < LASTING; n++)
		join_now(proxy, 2000 + n, n);
	now = 1000 + GMI;
	fast = slow = (struct walker){.pause_every = pause_every, .open = true};
	proxy_walk_start(proxy, &fast.walk);
	proxy_walk_start(proxy, &slow.walk);
	while (fast.open || slow.open) {
		advance(proxy, ++now);
		if (reconfigured && now % reconfigured == 0)
			CHECK(proxy_reconfigure(proxy, now, &configs[now / reconfigured % 2]));
		if (started < NEW)
			join_now(proxy, now, LASTING + ENDING + started++);
		step(proxy, &fast, now, 2 * pieces);
		step(proxy, &slow, now, pieces);
	}
	CHECK(now < 2000 + GMI, "the walks end before the lasting groups do");
	check_seen(&fast, 2 * pieces);
	check_seen(&slow, pieces);
	proxy_free(proxy);
}

/* A walk that is given up leaves nothing behind that a group's end could meet. */
static void give_up(void)
{
	static struct walker walker;
	struct proxy *proxy = open_proxy();

	if (!CHECK(proxy))
		return;
	for (unsigned n = 0; n < 10; n++)
		join_now(proxy, 1000, n);
	walker = (struct walker){.open = true};
	proxy_walk_start(proxy, &walker.walk);
	step(proxy, &walker, 1000, 3);
	CHECK(walker.open);
	proxy_walk_stop(proxy, &walker.walk);
	memset(&walker.walk, 0xff, sizeof(walker.walk));
	advance(proxy, 1000 + GMI);
	for (unsigned n = 0; n < 10; n++) {
		struct addr group = addr_ipv4(0xef010000 | n);

		CHECK(!proxy_has_group(proxy, &group, LAN));
	}
	proxy_free(proxy);
}

int main(void)
{
	TEST("what lasts is visited exactly once, in small pieces");
	walk_while_it_changes(1, 0, 0);
	TEST("what lasts is visited exactly once, in larger pieces");
	walk_while_it_changes(17, 0, 0);
	TEST("a visitor that pauses misses nothing and sees nothing twice");
	walk_while_it_changes(5, 3, 0);
	TEST("the same while the configuration changes");
	walk_while_it_changes(3, 4, 10);
	RUN_AS(give_up, "a walk that is given up is forgotten");
	return test_end();
}
