/* SPDX-License-Identifier: MIT */
/*
 * The walk over the membership database (proxy.h) while it changes: what exists throughout is
 * visited exactly once, by each of several walks, whatever their pieces, and whether or not the
 * visitor pauses.
 */
#include <string.h>

#include "proto/proxy.h"
#include "proto/status.h"
#include "ignore.h"
#include "test.h"

enum { LASTING = 600, ENDING = 300, NEW = 200, GROUPS = LASTING + ENDING + NEW };
enum { GMI = 270000, LAN = 0 };

struct walker {
	struct proxy_walk walk;
	unsigned seen[GROUPS];
	unsigned calls, pause_every; /* 0: never */
	bool open;
};

static void on_send(void *ctx, unsigned vif, const struct addr *source,
		    const struct addr *destination, const uint8_t *message, size_t length)
{
	(void)ctx;
	(void)vif;
	(void)source;
	(void)destination;
	(void)message;
	(void)length;
}

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
		.send = on_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	struct interface_state state = {.vif = LAN,
					.exists = true,
					.up = true,
					.address = addr_ipv4(0x0a000102),
					.mtu = 1500};
	struct proxy *proxy = proxy_new(&configs[0], &out, NULL, 1);

	if (proxy)
		proxy_interface(proxy, 0, &state);
	return proxy;
}

static void advance(struct proxy *proxy, int64_t now)
{
	while (proxy_deadline(proxy) <= now)
		proxy_tick(proxy, now);
}

/* An IGMPv2 report of group N: 239.1.N/256.N%256. */
static void join(struct proxy *proxy, int64_t now, unsigned n)
{
	uint8_t data[8] = {0x16, 0, 0, 0, 239, 1, (uint8_t)(n >> 8), (uint8_t)n};
	struct packet packet = {.vif = LAN,
				.source = addr_ipv4(0x0a000163),
				.destination = addr_ipv4(0xef010000 | n),
				.ttl = 1,
				.router_alert = true,
				.data = data,
				.length = sizeof(data)};
	uint32_t sum = 0x1600 + 0xef01 + n;

	sum = (sum & 0xffff) + (sum >> 16);
	data[2] = (uint8_t)(~sum >> 8);
	data[3] = (uint8_t)~sum;
	proxy_packet(proxy, now, &packet);
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
		join(proxy, 1000 + n, n);
		if (n % 2)
			join(proxy, 1000 + n, LASTING + n / 2);
	}
	for (unsigned n = 0; n < LASTING; n++)
		join(proxy, 2000 + n, n);
	now = 1000 + GMI;
	fast = slow = (struct walker){.pause_every = pause_every, .open = true};
	proxy_walk_start(proxy, &fast.walk);
	proxy_walk_start(proxy, &slow.walk);
	while (fast.open || slow.open) {
		advance(proxy, ++now);
		if (reconfigured && now % reconfigured == 0)
			CHECK(proxy_reconfigure(proxy, now, &configs[now / reconfigured % 2]));
		if (started < NEW)
			join(proxy, now, LASTING + ENDING + started++);
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
		join(proxy, 1000, n);
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
	TEST("a walk that is given up is forgotten");
	give_up();
	return test_end();
}
