/* SPDX-License-Identifier: MIT */
/*
 * core/kernel/mroute.c and core/kernel/rule.c on a real kernel: that routes forward what they say
 * and nothing else, for both protocols, in the default table and in a numbered one. Three wires end
 * at the router: v0 (the upstream), v1, v2; their far ends f0, f1, f2 are only packet sockets.
 */
#include <netinet/in.h>

#include "core/kernel/mroute.h"
#include "core/kernel/mroute_dump.h"
#include "core/kernel/rawsock.h"
#include "core/kernel/rule.h"
#include "netns.h"
#include "tests/model/packet.h"

enum { WIRES = 3, MARKER = 0xff, DATA = 64 /* octets of a packet_data() */ };

static int tap[WIRES];
static unsigned ifindex[WIRES];
static uint8_t threshold[PROXY_VIFS];
static uint8_t tag; /* of the packet that was sent last */

static struct {
	unsigned count;
	struct upcall last;
} upcalls;

static void keep(void *ctx, const struct rawsock_event *event)
{
	(void)ctx;
	if (event->type != RAWSOCK_UPCALL)
		return;
	upcalls.count++;
	upcalls.last = event->upcall;
}

/* Source N behind wire W, and group N. */
static struct addr source(enum protocol protocol, unsigned w, unsigned n)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(0x0a000080 | w << 8 | n);
	return (struct addr){
		{0x20, 0x01, 0x0d, 0xb8, [7] = (uint8_t)w, [15] = (uint8_t)(0x80 | n)}};
}

static struct addr group(enum protocol protocol, unsigned n)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(0xef010100 | n);
	return (struct addr){{0xff, 0x1e, [15] = (uint8_t)(0x80 | n)}};
}

static void send_udp(enum protocol protocol, unsigned wire, const struct addr *src,
		     const struct addr *dst, uint8_t ttl, uint8_t number)
{
	struct frame frame;

	packet_data(&frame, protocol, &(struct envelope){*src, *dst, ttl, true}, number);
	CHECK(send(tap[wire], frame.byte, frame.length, 0) == (ssize_t)frame.length);
}

/* Reads up to the marker. Has the packet with the tag come out of the wire? */
static bool came_out(enum protocol protocol, unsigned wire)
{
	uint8_t frame[FRAME_MAX];
	struct sighting seen;
	bool result = false;

	while (netns_wait(tap[wire])) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		ssize_t length = recvfrom(tap[wire], frame, sizeof(frame), 0,
					  (struct sockaddr *)&from, &size);
		bool read = length > 0 && packet_read(&seen, protocol, frame, (size_t)length);

		if (read)
			codec_free(&seen.message);
		if (!read || !seen.udp || from.sll_pkttype == PACKET_OUTGOING)
			continue;
		if (seen.number == MARKER)
			return result;
		result |= seen.number == tag;
	}
	CHECK(false, "no marker at wire %u", wire);
	return result;
}

/* Sends a packet into the wire and tells out of which ones it came: bit n for wire n. Behind it go
 * two markers that reach every wire, so there is nothing to be waited for. */
static unsigned forwarded(int fd, enum protocol protocol, unsigned wire, const struct addr *src,
			  const struct addr *dst, uint8_t ttl)
{
	const struct addr marker = group(protocol, 99), one = source(protocol, 0, 99),
			  other = source(protocol, 1, 99);
	unsigned result = 0;

	tag = (uint8_t)(tag % 100 + 1);
	upcalls.count = 0;
	send_udp(protocol, wire, src, dst, ttl, tag);
	send_udp(protocol, 0, &one, &marker, 9, MARKER);
	send_udp(protocol, 1, &other, &marker, 9, MARKER);
	for (unsigned i = 0; i < WIRES; i++)
		result |= (unsigned)came_out(protocol, i) << i;
	while (rawsock_receive(fd, protocol, keep, NULL) > 0)
		;
	return result;
}

static int set_route(int fd, enum protocol protocol, const struct addr *src, const struct addr *dst,
		     unsigned input, uint32_t outputs)
{
	static const struct addr any;
	struct route route = {.source = src ? *src : any,
			      .group = dst ? *dst : any,
			      .input = input,
			      .outputs = outputs,
			      .remove = !outputs};

	return mroute_route(fd, protocol, &route, threshold);
}

/* Packets that took the route; -1: there is none. */
static long packets(int fd, enum protocol protocol, const struct addr *src, const struct addr *dst)
{
	static const struct addr any;
	const struct route route = {.source = src ? *src : any, .group = dst ? *dst : any};
	struct mroute_counters counters;

	return mroute_read_counters(fd, protocol, &route, &counters) ? -1 : (long)counters.packets;
}

static int start(enum protocol protocol, uint32_t table)
{
	const struct addr marker = group(protocol, 99), one = source(protocol, 0, 99),
			  other = source(protocol, 1, 99);
	int fd = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER);

	CHECK(fd >= 0 && !mroute_init(fd, protocol, table));
	for (unsigned i = 0; i < WIRES; i++)
		CHECK(!mroute_add_vif(fd, protocol, i, ifindex[i], 1));
	CHECK(!set_route(fd, protocol, &one, &marker, 0, 1 << 1 | 1 << 2));
	CHECK(!set_route(fd, protocol, &other, &marker, 1, 1 << 0));
	return fd;
}

#define EXPECT(outputs, wire, src, dst, ttl)                                                \
	do {                                                                                \
		unsigned seen = forwarded(fd, protocol, wire, src, dst, ttl);               \
		CHECK(seen == (outputs), "out of %#x, not %#x", seen, (unsigned)(outputs)); \
	} while (0)

static void test_wildcards(int fd, enum protocol protocol)
{
	const struct addr g = group(protocol, 1),
			  s[] = {source(protocol, 0, 1), source(protocol, 1, 1),
				 source(protocol, 2, 1)};

	TEST("(*,*): what comes from a downstream goes upstream only, the rest nowhere");
	CHECK(!set_route(fd, protocol, NULL, NULL, 0, 7));
	EXPECT(1 << 0, 1, &s[1], &g, 9);
	CHECK(!upcalls.count);
	EXPECT(1 << 0, 2, &s[2], &g, 9);
	CHECK(!upcalls.count);
	EXPECT(0, 0, &s[0], &g, 9);
	CHECK(!upcalls.count);
	CHECK(packets(fd, protocol, NULL, NULL) >= 2, "%ld", packets(fd, protocol, NULL, NULL));
	TEST("(*,G): to all its outputs but back");
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 1 << 0 | 1 << 1));
	EXPECT(1 << 1, 0, &s[0], &g, 9);
	EXPECT(1 << 0, 1, &s[1], &g, 9);
	EXPECT(1 << 0 | 1 << 1, 2, &s[2], &g, 9);
	CHECK(!upcalls.count);
	CHECK(packets(fd, protocol, NULL, &g) == 3);
	TEST("(*,G) without the upstream, changed in place");
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 1 << 1 | 1 << 2));
	EXPECT(1 << 1 | 1 << 2, 0, &s[0], &g, 9);
	EXPECT(1 << 2, 1, &s[1], &g, 9);
	CHECK(packets(fd, protocol, NULL, &g) == 5);
}

static void test_sources(int fd, enum protocol protocol)
{
	const struct addr g = group(protocol, 1), s = source(protocol, 0, 1),
			  other = source(protocol, 0, 2);

	TEST("(S,G) beats (*,G), for its source");
	CHECK(!set_route(fd, protocol, &s, &g, 0, 1 << 2));
	EXPECT(1 << 2, 0, &s, &g, 9);
	EXPECT(1 << 1 | 1 << 2, 0, &other, &g, 9);
	CHECK(packets(fd, protocol, &s, &g) == 1 && !upcalls.count);
	TEST("WRONGVIF comes for an interface that is no output, once");
	EXPECT(0, 1, &s, &g, 9);
	CHECK(upcalls.count == 1 && upcalls.last.type == UPCALL_WRONGVIF && upcalls.last.vif == 1,
	      "%u upcalls", upcalls.count);
	CHECK(addr_equal(&upcalls.last.source, &s) && addr_equal(&upcalls.last.group, &g));
	EXPECT(0, 1, &s, &g, 9);
	CHECK(!upcalls.count);
	TEST("the route's input is moved in place");
	CHECK(!set_route(fd, protocol, &s, &g, 1, 1 << 0 | 1 << 2));
	EXPECT(1 << 0 | 1 << 2, 1, &s, &g, 9);
	CHECK(packets(fd, protocol, &s, &g) == 2 || packets(fd, protocol, &s, &g) == 4);
	TEST("routes go, and what is not there goes without an error");
	for (int i = 0; i < 2; i++) {
		CHECK(!set_route(fd, protocol, &s, &g, 0, 0));
		CHECK(!set_route(fd, protocol, NULL, &g, 0, 0));
		CHECK(!set_route(fd, protocol, NULL, NULL, 0, 0));
	}
	CHECK(packets(fd, protocol, &s, &g) == -1 && packets(fd, protocol, NULL, &g) == -1);
	TEST("NOCACHE comes when no route is left");
	EXPECT(0, 2, &s, &g, 9);
	CHECK(upcalls.count == 1 && upcalls.last.type == UPCALL_NOCACHE && upcalls.last.vif == 2);
	CHECK(addr_equal(&upcalls.last.source, &s) && addr_equal(&upcalls.last.group, &g));
}

static void test_threshold(int fd, enum protocol protocol)
{
	const struct addr g = group(protocol, 2), s = source(protocol, 0, 1);

	TEST("a TTL of 1 goes nowhere, whatever the threshold");
	CHECK(!set_route(fd, protocol, NULL, NULL, 0, 7));
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 7));
	EXPECT(0, 0, &s, &g, 1);
	EXPECT(1 << 1 | 1 << 2, 0, &s, &g, 2);
	if (protocol == PROTOCOL_MLD)
		return;
	TEST("a TTL up to the threshold of an output does not go out of it");
	threshold[1] = 10;
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 7));
	EXPECT(1 << 2, 0, &s, &g, 10);
	EXPECT(1 << 1 | 1 << 2, 0, &s, &g, 11);
	threshold[1] = 0;
}

static void test_vifs(int fd, enum protocol protocol)
{
	const struct addr g = group(protocol, 3), s = source(protocol, 0, 1);

	TEST("which VIFs there are");
	CHECK(mroute_has_vif(fd, 0) && mroute_has_vif(fd, 2) && !mroute_has_vif(fd, 3));
	CHECK(!mroute_has_vif(fd, PROXY_VIFS) && !mroute_has_vif(fd, UINT16_MAX) &&
	      !mroute_has_vif(fd, 1u << 16 | 7));
	TEST("a VIF goes and comes back");
	CHECK(!set_route(fd, protocol, NULL, NULL, 0, 7));
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 7));
	CHECK(!mroute_delete_vif(fd, protocol, 2) && !mroute_has_vif(fd, 2) &&
	      !mroute_delete_vif(fd, protocol, 2));
	CHECK(!mroute_add_vif(fd, protocol, 2, ifindex[2], 1) && mroute_has_vif(fd, 2));
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 7));
	EXPECT(1 << 1 | 1 << 2, 0, &s, &g, 9);
	TEST("a VIF for nothing, or for what has one, is an error");
	CHECK(mroute_add_vif(fd, protocol, 3, 4711, 1) == -EADDRNOTAVAIL);
	CHECK(mroute_add_vif(fd, protocol, 2, ifindex[2], 1) == -EADDRINUSE);
	CHECK(mroute_add_vif(fd, protocol, PROXY_VIFS, ifindex[2], 1) < 0);
	TEST("an interface with a high index");
	CHECK(netns_run("ip link add name big index 70000 type veth peer name far"));
	CHECK(mroute_add_vif(fd, protocol, 4, 70000, 1) ==
	      (protocol == PROTOCOL_IGMP ? 0 : -ERANGE));
	CHECK(mroute_has_vif(fd, 4) == (protocol == PROTOCOL_IGMP));
	TEST("no error, if the interface went before the VIF");
	CHECK(netns_run("ip link del big") && !mroute_has_vif(fd, 4));
	CHECK(!mroute_delete_vif(fd, protocol, 4));
}

static void test_ownership(int fd, enum protocol protocol)
{
	const char *version = protocol == PROTOCOL_IGMP ? "" : "6";
	int other = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER);

	TEST("the default table has one owner, a numbered table another");
	CHECK(mroute_init(other, protocol, 0) == -EADDRINUSE);
	CHECK(!mroute_init(other, protocol, 4711));
	CHECK(!mroute_add_vif(other, protocol, 0, ifindex[0], 1));
	mroute_done(other, protocol);
	CHECK(mroute_init(other, protocol, 0xffffffff) == -EINVAL);
	TEST("PIM mode has brought no register interface");
	CHECK(netns_run("! ip link show | grep -q pim"));
	TEST("nothing is left when the table is given back");
	CHECK(netns_run("test $(wc -l </proc/net/ip%s_mr_cache) -gt 1", version));
	mroute_done(fd, protocol);
	CHECK(netns_run("test $(wc -l </proc/net/ip%s_mr_cache) -eq 1", version));
	CHECK(netns_run("test $(wc -l </proc/net/ip%s_mr_vif) -eq 1", version));
	CHECK(!mroute_init(other, protocol, 0));
	close(other);
	CHECK(!mroute_init(fd, protocol, 0));
	close(fd);
}

/* What this machine itself sends out of a wire. */
static void send_locally(enum protocol protocol, unsigned wire, const struct addr *dst)
{
	int fd = socket(protocol == PROTOCOL_IGMP ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC,
			0);
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(5000)}, to = from;
	struct sockaddr_in6 from6 = {.sin6_family = AF_INET6, .sin6_port = htons(5000)},
			    to6 = from6;
	struct ip_mreqn interface = {.imr_ifindex = (int)ifindex[wire]};
	struct frame frame;
	const uint8_t *data;
	int ttl = 9;

	packet_data(&frame, protocol, &(struct envelope){*dst, *dst, 1, true}, tag);
	data = frame.byte + frame.length - DATA;
	if (protocol == PROTOCOL_IGMP) {
		memcpy(&to.sin_addr, dst->byte + 12, 4);
		CHECK(!bind(fd, (void *)&from, sizeof(from)));
		CHECK(!setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof(interface)));
		CHECK(!setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)));
		CHECK(sendto(fd, data, DATA, 0, (void *)&to, sizeof(to)) == DATA, "%d", errno);
	} else {
		memcpy(&to6.sin6_addr, dst->byte, 16);
		CHECK(!bind(fd, (void *)&from6, sizeof(from6)));
		CHECK(!setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex[wire], 4));
		CHECK(!setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof(ttl)));
		CHECK(sendto(fd, data, DATA, 0, (void *)&to6, sizeof(to6)) == DATA, "%d", errno);
	}
	close(fd);
}

static void test_local_sender(int fd, enum protocol protocol)
{
	const struct addr g = group(protocol, 4), one = source(protocol, 0, 99),
			  other = source(protocol, 1, 99), marker = group(protocol, 99);
	unsigned seen = 0;

	TEST("what this machine sends itself is routed like what arrives there");
	CHECK(!set_route(fd, protocol, NULL, NULL, 0, 7));
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 1 << 0 | 1 << 2));
	tag = (uint8_t)(tag % 100 + 1);
	send_locally(protocol, 1, &g);
	send_udp(protocol, 0, &one, &marker, 9, MARKER);
	send_udp(protocol, 1, &other, &marker, 9, MARKER);
	for (unsigned i = 0; i < WIRES; i++)
		seen |= (unsigned)came_out(protocol, i) << i;
	CHECK(seen == (1 << 0 | 1 << 1 | 1 << 2), "out of %#x", seen);
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 0));
}

static void test_protocol(enum protocol protocol, uint32_t table)
{
	int fd = start(protocol, table);

	test_wildcards(fd, protocol);
	test_sources(fd, protocol);
	test_threshold(fd, protocol);
	test_vifs(fd, protocol);
	test_local_sender(fd, protocol);
	if (!table) {
		test_ownership(fd, protocol);
		return;
	}
	TEST("a numbered table is flushed, and given back");
	CHECK(netns_run("ip -%d mroute show table 77 | grep -q .",
			protocol == PROTOCOL_IGMP ? 4 : 6));
	mroute_flush(fd, protocol);
	CHECK(netns_run("! ip -%d mroute show table 77 | grep .",
			protocol == PROTOCOL_IGMP ? 4 : 6));
	mroute_done(fd, protocol);
	CHECK(!mroute_init(fd, protocol, table));
	close(fd);
}

/* The default table has routes, too, for the same interfaces and everything. It would forward, and
 * it would tell. */
static int start_default(enum protocol protocol)
{
	int fd = start(protocol, 0);

	CHECK(!set_route(fd, protocol, NULL, NULL, 2, 7));
	return fd;
}

static void test_table(void)
{
	struct rules rules;
	struct loop loop;

	TEST("a numbered table beside the default one: start");
	CHECK(!loop_open(&loop) && !rule_open(&rules, &loop, NULL, NULL));
	for (int i = 0; i < PROTOCOLS; i++) {
		enum protocol protocol = (enum protocol)i;
		int fd = start_default(protocol);

		CHECK(!rule_add(&rules, protocol, "v0", 77) &&
		      !rule_add(&rules, protocol, "v1", 77) &&
		      !rule_add(&rules, protocol, "v2", 77));
		test_protocol(protocol, 77);
		TEST("... of all this the default table has heard nothing");
		upcalls.count = 0;
		while (rawsock_receive(fd, protocol, keep, NULL) > 0)
			;
		CHECK(!upcalls.count && packets(fd, protocol, NULL, NULL) == 0);
		close(fd);
	}
	rule_close(&rules);
	loop_close(&loop);
}

/* ---- what the kernel tells of it ---- */

enum { DUMP = 3000 };

static struct {
	struct route route[DUMP + 16];
	unsigned count;
} dumped;

static void collect(void *ctx, const struct route *route)
{
	(void)ctx;
	if (CHECK(dumped.count < DUMP + 16))
		dumped.route[dumped.count++] = *route;
}

/* How many routes there are in the table, without those of start(). */
static unsigned dump(enum protocol protocol, uint32_t table, const unsigned index[PROXY_VIFS])
{
	const struct mroute_dump its = {
		.protocol = protocol, .table = table, .index = index, .route = collect};
	struct netlink netlink;
	int error;

	dumped.count = 0;
	CHECK(!netlink_open(&netlink, 0));
	error = mroute_dump(&netlink, &its);
	CHECK(!error, "%s", strerror(-error));
	netlink_close(&netlink);
	return dumped.count - 2;
}

static bool has(const struct addr *src, const struct addr *dst, unsigned input, uint32_t outputs)
{
	static const struct addr any;
	unsigned found = 0;

	for (unsigned i = 0; i < dumped.count; i++) {
		const struct route *route = &dumped.route[i];

		found += addr_equal(&route->source, src ? src : &any) &&
			 addr_equal(&route->group, dst ? dst : &any) && route->input == input &&
			 route->outputs == outputs && !route->remove;
	}
	return found == 1;
}

static void test_dump_routes(int fd, enum protocol protocol, uint32_t table,
			     const unsigned index[PROXY_VIFS])
{
	const struct addr g = group(protocol, 1), h = group(protocol, 2),
			  s = source(protocol, 0, 1);

	TEST("a dump tells routes as they were set");
	CHECK(dump(protocol, table, index) == 0);
	CHECK(!set_route(fd, protocol, NULL, NULL, 0, 7));
	CHECK(!set_route(fd, protocol, NULL, &g, 0, 1 << 0 | 1 << 2));
	CHECK(!set_route(fd, protocol, NULL, &h, 1, 1 << 1));
	CHECK(!set_route(fd, protocol, &s, &g, 0, 1 << 1));
	CHECK(!set_route(fd, protocol, &s, &h, 2, 1 << 0 | 1 << 1));
	CHECK(dump(protocol, table, index) == 5);
	CHECK(has(NULL, NULL, 0, 7) && has(NULL, &g, 0, 1 << 0 | 1 << 2));
	CHECK(has(NULL, &h, 1, 1 << 1) && has(&s, &g, 0, 1 << 1));
	CHECK(has(&s, &h, 2, 1 << 0 | 1 << 1));
}

static void test_dump_vifs(int fd, enum protocol protocol, uint32_t table,
			   const unsigned index[PROXY_VIFS])
{
	const struct addr h = group(protocol, 2), s = source(protocol, 0, 1);
	unsigned unknown[PROXY_VIFS] = {index[0], 0, index[2]}, moved[PROXY_VIFS] = {0};

	TEST("... by the VIFs that are known; a (*,G) that leads nowhere by the last one");
	CHECK(dump(protocol, table, unknown) == 5);
	CHECK(has(NULL, NULL, 0, 1 << 0 | 1 << 2) && has(NULL, &h, PROXY_VIFS - 1, 0) &&
	      has(&s, &h, 2, 1 << 0));
	moved[31] = index[0];
	moved[7] = index[1];
	CHECK(dump(protocol, table, moved) == 5);
	CHECK(has(NULL, NULL, 31, UINT32_C(1) << 31 | 1 << 7) && has(NULL, &h, 7, 1 << 7) &&
	      has(&s, &h, PROXY_VIFS, UINT32_C(1) << 31 | 1 << 7));
	TEST("... without a VIF that is gone");
	CHECK(!mroute_delete_vif(fd, protocol, 1));
	CHECK(dump(protocol, table, index) == 5);
	CHECK(has(NULL, NULL, 0, 1 << 0 | 1 << 2) && has(NULL, &h, PROXY_VIFS - 1, 0) &&
	      has(&s, &h, 2, 1 << 0));
	CHECK(!mroute_add_vif(fd, protocol, 1, ifindex[1], 1));
}

/* Markers are sent behind it, so it has been asked about. */
static void test_dump_unresolved(int fd, enum protocol protocol, uint32_t table,
				 const unsigned index[PROXY_VIFS])
{
	const struct addr g = group(protocol, 9), s = source(protocol, 2, 9);

	TEST("... without what the kernel only asks about");
	CHECK(!set_route(fd, protocol, NULL, NULL, 0, 0));
	EXPECT(0, 2, &s, &g, 9);
	CHECK(upcalls.count == 1 && upcalls.last.type == UPCALL_NOCACHE);
	CHECK(dump(protocol, table, index) == 1 && !has(&s, &g, 2, 0));
	CHECK(!set_route(fd, protocol, &s, &g, 2, 1 << 0));
	CHECK(dump(protocol, table, index) == 2 && has(&s, &g, 2, 1 << 0));
}

static void test_dump_many(int fd, enum protocol protocol, uint32_t table,
			   const unsigned index[PROXY_VIFS])
{
	struct addr g = group(protocol, 0);

	TEST("... and all of very many");
	mroute_flush(fd, protocol);
	for (unsigned i = 0; i < DUMP; i++) {
		g.byte[13] = (uint8_t)(i >> 8);
		g.byte[14] = (uint8_t)i;
		CHECK(!set_route(fd, protocol, NULL, &g, i % 3, 7));
	}
	CHECK(dump(protocol, table, index) + 2 == DUMP);
	for (unsigned i = 0; i < DUMP; i++) {
		g.byte[13] = (uint8_t)(i >> 8);
		g.byte[14] = (uint8_t)i;
		CHECK(has(NULL, &g, i % 3, 7), "%u", i);
	}
}

static void test_dump(enum protocol protocol, struct rules *rules)
{
	const unsigned index[PROXY_VIFS] = {ifindex[0], ifindex[1], ifindex[2]};
	const struct addr g = group(protocol, 5);
	int fd = start(protocol, 0), other;

	test_dump_routes(fd, protocol, 0, index);
	test_dump_vifs(fd, protocol, 0, index);
	TEST("... of a numbered table, in which other routes are");
	for (unsigned i = 0; i < WIRES; i++)
		CHECK(!rule_add(rules, protocol, (const char[]){'v', (char)('0' + i), 0}, 1000));
	other = start(protocol, 1000);
	CHECK(dump(protocol, 1000, index) == 0);
	CHECK(!set_route(other, protocol, NULL, &g, 2, 1 << 2));
	CHECK(dump(protocol, 1000, index) == 1 && has(NULL, &g, 2, 1 << 2));
	CHECK(dump(protocol, 0, index) == 5 && !has(NULL, &g, 2, 1 << 2));
	test_dump_unresolved(other, protocol, 1000, index);
	close(other);
	TEST("... of one that there is not (any more)");
	CHECK(dump(protocol, 1000, index) + 2 == 0 && dump(protocol, 4711, index) + 2 == 0);
	test_dump_many(fd, protocol, 0, index);
	close(fd);
}

static void test_dumps(void)
{
	struct rules rules;
	struct loop loop;

	TEST("dumps: start");
	CHECK(!loop_open(&loop) && !rule_open(&rules, &loop, NULL, NULL));
	for (int i = 0; i < PROTOCOLS; i++)
		test_dump((enum protocol)i, &rules);
	rule_close(&rules);
	loop_close(&loop);
}

int main(void)
{
	cpu_set_t one_cpu;

	/* Packets of one CPU stay in order. */
	CPU_ZERO(&one_cpu);
	CPU_SET((size_t)sched_getcpu(), &one_cpu);
	sched_setaffinity(0, sizeof(one_cpu), &one_cpu);
	netns_enter();
	for (unsigned i = 0; i < WIRES; i++) {
		char name[] = {'v', (char)('0' + i), 0}, far[] = {'f', (char)('0' + i), 0};

		if (!netns_wire(name, far) ||
		    !netns_run("echo 1 >/proc/sys/net/ipv6/conf/%s/disable_ipv6 && "
			       "ip addr add 10.0.%u.1/24 dev %s && "
			       "ip addr add 2001:db8:0:%u::1/64 dev %s nodad",
			       far, i, name, i, name))
			return 1;
		ifindex[i] = if_nametoindex(name);
		tap[i] = netns_tap(far);
	}
	if (!netns_run("for i in all default v0 v1 v2; do "
		       "echo 0 >/proc/sys/net/ipv4/conf/$i/rp_filter; done"))
		return 1;
	for (int i = 0; i < PROTOCOLS; i++) {
		TEST(i ? "MLD: start" : "IGMP: start");
		test_protocol((enum protocol)i, 0);
	}
	test_table();
	if (ENABLE_PRIVSEP)
		test_dumps();
	return test_end();
}
