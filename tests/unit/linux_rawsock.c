/* SPDX-License-Identifier: MIT */
/* core/kernel/rawsock.c and core/kernel/mroute.c on a real kernel: what is on the wire, what comes
 * up from it. */
#include <netinet/in.h>

#include "core/kernel/mroute.h"
#include "core/kernel/rawsock.h"
#include "core/kernel/rule.h"
#include "proto/base/wire.h"
#include "netns.h"
#include "tests/model/packet.h"

enum { FRAME = 20000, ETHERNET = 14 };

static uint8_t frame[FRAME];

/* What rawsock_receive() told. */
static struct {
	unsigned count;
	struct rawsock_event event[64];
	uint8_t data[64][64];
} got;

static void keep(void *ctx, const struct rawsock_event *event)
{
	(void)ctx;
	if (got.count == 64)
		return;
	got.event[got.count] = *event;
	if (event->type == RAWSOCK_PACKET && event->packet.length <= 64)
		memcpy(got.data[got.count], event->packet.data, event->packet.length);
	got.count++;
}

static bool receive(int fd, enum protocol protocol)
{
	got.count = 0;
	return netns_wait(fd) && rawsock_receive(fd, protocol, keep, NULL) > 0;
}

static struct addr ipv6(const char *text)
{
	struct addr addr;

	inet_pton(AF_INET6, text, &addr);
	return addr;
}

/* The next frame on the tap whose Ethernet type and IP protocol (IPv6: hop-by-hop, then ICMPv6 of
 * the type) are these; its length, or 0. */
static size_t next_frame(int tap, uint16_t ethertype, unsigned icmp_type)
{
	for (;;) {
		ssize_t length;

		if (!netns_wait(tap))
			return 0;
		length = recv(tap, frame, sizeof(frame), 0);
		if (length < ETHERNET + 48 - 20 || (frame[12] << 8 | frame[13]) != ethertype)
			continue;
		if (ethertype == 0x0800 && frame[ETHERNET + 9] == 2 &&
		    frame[ETHERNET + (frame[ETHERNET] & 15) * 4] == icmp_type)
			return (size_t)length;
		if (ethertype == 0x86dd && length > ETHERNET + 48 && !frame[ETHERNET + 6] &&
		    frame[ETHERNET + 48] == icmp_type)
			return (size_t)length;
	}
}

static void check_sent_ipv4(int tap, const struct addr *src, const struct addr *dst)
{
	const uint8_t *ip = frame + ETHERNET,
		      mac[] = {1, 0, 0x5e, dst->byte[13] & 127, dst->byte[14], dst->byte[15]};
	static const uint8_t alert[] = {148, 4, 0, 0};

	if (!CHECK(next_frame(tap, 0x0800, 0x99), "nothing on the wire"))
		return;
	CHECK(!memcmp(frame, mac, 6), "MAC");
	CHECK(ip[0] == 0x46, "%#x", ip[0]);
	CHECK(ip[1] == 0xc0, "TOS %#x", ip[1]);
	CHECK((ip[2] << 8 | ip[3]) == 32, "length %d", ip[2] << 8 | ip[3]);
	CHECK(ip[8] == 1, "TTL %u", ip[8]);
	CHECK(wire_checksum(PROTOCOL_IGMP, src, dst, ip, 24) == 0, "header checksum");
	CHECK(!memcmp(ip + 12, src->byte + 12, 4), "source %u.%u.%u.%u", ip[12], ip[13], ip[14],
	      ip[15]);
	CHECK(!memcmp(ip + 16, dst->byte + 12, 4), "destination");
	CHECK(!memcmp(ip + 20, alert, 4), "Router Alert");
	CHECK(!memcmp(ip + 24, "\x99\0\0\0abcd", 8), "message");
}

static void test_send_ipv4(int fd, int tap, unsigned a)
{
	static const uint8_t message[] = "\x99\0\0\0abcd";
	const struct addr own = addr_ipv4(0x0a000001), other = addr_ipv4(0x0a000063),
			  second = addr_ipv4(0x0a000007), any = addr_ipv4(0),
			  routers = addr_ipv4(0xe0000016), group = addr_ipv4(0xef818283);
	const struct addr *const source[] = {&own, &second, &other, &any};

	for (size_t i = 0; i < 4; i++) {
		int error;

		TEST(i == 0   ? "IPv4: TTL 1, TOS 0xc0, Router Alert, right source and checksum"
		     : i == 1 ? "IPv4: the source may be a secondary address"
		     : i == 2 ? "IPv4: the source may be nobody's address"
			      : "IPv4: the source may be 0.0.0.0");
		error = rawsock_send(fd, PROTOCOL_IGMP, a, source[i], &routers, message, 8);
		CHECK(!error, "%s", strerror(-error));
		check_sent_ipv4(tap, source[i], &routers);
		CHECK(!rawsock_send(fd, PROTOCOL_IGMP, a, source[i], &group, message, 8));
		check_sent_ipv4(tap, source[i], &group);
	}
	TEST("IPv4: nothing that is sent comes back");
	CHECK(rawsock_receive(fd, PROTOCOL_IGMP, keep, NULL) == -EAGAIN);
	TEST("IPv4: an interface that does not exist is an error");
	CHECK(rawsock_send(fd, PROTOCOL_IGMP, 4711, &own, &routers, message, 8) < 0);
	CHECK(rawsock_send(fd, PROTOCOL_IGMP, 4711, &any, &routers, message, 8) < 0);
}

static void test_send_ipv6(int fd, int tap, unsigned a, const struct addr *own)
{
	const struct addr any = {{0}}, nobody = ipv6("fe80::99"), dst = ipv6("ff02::16");
	const struct addr *const source[] = {own, &nobody, &any};

	for (size_t i = 0; i < 3; i++) {
		uint8_t message[] = {143, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0xff, 0x1e, [27] = 1};
		const uint8_t *ip = frame + ETHERNET;
		uint16_t sum = wire_checksum(PROTOCOL_MLD, source[i], &dst, message, 28);

		message[2] = (uint8_t)(sum >> 8);
		message[3] = (uint8_t)sum;
		TEST(i == 0   ? "IPv6: hop limit 1, class 0xc0, Router Alert, right source and "
				"checksum"
		     : i == 1 ? "IPv6: the source may be nobody's address"
			      : "IPv6: the source may be ::");
		CHECK(!rawsock_send(fd, PROTOCOL_MLD, a, source[i], &dst, message, 28));
		do {
			if (!CHECK(next_frame(tap, 0x86dd, 143), "nothing on the wire"))
				return;
			/* The kernel has groups of its own to report. */
		} while (ip[48 + 8] != 4 || ip[48 + 12] != 0xff || ip[48 + 13] != 0x1e);
		CHECK(!memcmp(frame, "\x33\x33\0\0\0\x16", 6), "MAC");
		CHECK(ip[0] == 0x6c && !(ip[1] & 0xf0), "class %x %x", ip[0], ip[1]);
		CHECK((ip[4] << 8 | ip[5]) == 36, "length");
		CHECK(ip[6] == 0 && ip[7] == 1, "hop limit %u", ip[7]);
		CHECK(!memcmp(ip + 8, source[i], 16), "source");
		CHECK(!memcmp(ip + 24, &dst, 16), "destination");
		CHECK(!memcmp(ip + 40, "\x3a\0\5\2\0\0\1", 8), "Router Alert");
		CHECK(!memcmp(ip + 48, message, 28), "message");
		CHECK(!wire_checksum(PROTOCOL_MLD, source[i], &dst, ip + 48, 28), "checksum");
	}
}

/* An IPv4 packet of SIZE bytes, DATA at its start. */
static void inject_ipv4(int tap, const char *data, size_t size)
{
	struct wire_writer w = {.start = frame + ETHERNET, .length = 24, .size = 24};
	struct addr none = addr_ipv4(0);

	memset(frame, 0, sizeof(frame));
	memcpy(frame, "\1\0\x5e\0\0\x16\2\0\0\0\0\1\x08\0", ETHERNET);
	memcpy(frame + ETHERNET, data, 32);
	wire_patch16(&w, 2, (uint16_t)size);
	wire_patch16(&w, 10, 0);
	wire_patch16(&w, 10,
		     wire_checksum(PROTOCOL_IGMP, &none, &none, frame + ETHERNET,
				   (frame[ETHERNET] & 15u) * 4));
	CHECK(send(tap, frame, ETHERNET + size, 0) == (ssize_t)(ETHERNET + size), "%d", errno);
}

#define IPV4_ALERT \
	"\x46\xc0\0\0\0\0\0\0\x01\2\0\0\x0a\0\0\x09\xe0\0\0\x16\x94\4\0\0\x22\1\2\3\4\5\6\7"
#define IPV4_PLAIN "\x45\0\0\0\0\0\0\0\x40\2\0\0\xc0\0\2\x01\xe0\0\0\x16\x22\1\2\3\4\5\6\7........"

static void test_receive_ipv4(int fd, int tap, unsigned a)
{
	const struct packet *packet = &got.event[0].packet;

	TEST("IPv4: a packet comes with its interface, addresses, TTL and Router Alert");
	inject_ipv4(tap, IPV4_ALERT, 32);
	CHECK(receive(fd, PROTOCOL_IGMP) && got.count == 1);
	CHECK(got.event[0].type == RAWSOCK_PACKET && got.event[0].ifindex == a);
	CHECK(packet->ttl == 1 && packet->router_alert && packet->length == 8);
	CHECK(addr_to_ipv4(&packet->source) == 0x0a000009);
	CHECK(addr_to_ipv4(&packet->destination) == 0xe0000016);
	CHECK(!memcmp(got.data[0], "\x22\1\2\3\4\5\6\7", 8));
	TEST("IPv4: a packet without options, of another TTL, from another net");
	inject_ipv4(tap, IPV4_PLAIN, 28);
	CHECK(receive(fd, PROTOCOL_IGMP) && got.count == 1);
	CHECK(got.event[0].type == RAWSOCK_PACKET && got.event[0].ifindex == a);
	CHECK(packet->ttl == 64 && !packet->router_alert && packet->length == 8);
	TEST("IPv4: a batch is read at once, and not more");
	for (int i = 0; i < CONFIG_RECEIVE_BATCH + 3; i++)
		inject_ipv4(tap, IPV4_ALERT, 32);
	CHECK(netns_wait(fd));
	got.count = 0;
	CHECK(rawsock_receive(fd, PROTOCOL_IGMP, keep, NULL) == CONFIG_RECEIVE_BATCH);
	CHECK(rawsock_receive(fd, PROTOCOL_IGMP, keep, NULL) == 3);
	CHECK(got.count == CONFIG_RECEIVE_BATCH + 3);
	CHECK(rawsock_receive(fd, PROTOCOL_IGMP, keep, NULL) == -EAGAIN);
	TEST("IPv4: what is too long is dropped and counted as that");
	inject_ipv4(tap, IPV4_ALERT, CONFIG_PACKET_MAX);
	CHECK(receive(fd, PROTOCOL_IGMP) && got.event[0].type == RAWSOCK_PACKET);
	CHECK(packet->length == CONFIG_PACKET_MAX - 24);
	inject_ipv4(tap, IPV4_ALERT, CONFIG_PACKET_MAX + 1);
	CHECK(receive(fd, PROTOCOL_IGMP) && got.event[0].type == RAWSOCK_DROP);
	CHECK(got.event[0].drop == DROP_OVERSIZE && got.event[0].ifindex == a);
}

static void inject_ipv6(int tap, const struct addr *src, const struct addr *dst, uint8_t type,
			size_t size)
{
	uint8_t *ip = frame + ETHERNET, *message = ip + 48;
	uint16_t sum;

	memset(frame, 0, sizeof(frame));
	memcpy(frame, "\x33\x33\0\0\0\x16\2\0\0\0\0\1\x86\xdd", ETHERNET);
	memcpy(ip, "\x60\0\0\0\0\0\0\1", 8);
	memcpy(ip + 8, src, 16);
	memcpy(ip + 24, dst, 16);
	memcpy(ip + 40, "\x3a\0\5\2\0\0\1", 8);
	message[0] = type;
	message[1] = 1; /* where struct mrt6msg has MRT6MSG_NOCACHE */
	ip[4] = (uint8_t)((size + 8) >> 8);
	ip[5] = (uint8_t)(size + 8);
	sum = wire_checksum(PROTOCOL_MLD, src, dst, message, size);
	message[2] = (uint8_t)(sum >> 8);
	message[3] = (uint8_t)sum;
	CHECK(send(tap, frame, ETHERNET + 48 + size, 0) == (ssize_t)(ETHERNET + 48 + size));
}

/* How many packets that are ours, and upcalls, the socket has; everything is read. */
static unsigned waiting(int fd, enum protocol protocol)
{
	unsigned ours = 0;

	got.count = 0;
	while (rawsock_receive(fd, protocol, keep, NULL) > 0)
		;
	/* The kernel at the other end has reports of its own. */
	for (unsigned i = 0; i < got.count; i++)
		if (got.event[i].type != RAWSOCK_PACKET ||
		    got.event[i].packet.source.byte[15] == (protocol == PROTOCOL_IGMP ? 9 : 0x99)) {
			memcpy(got.data[ours], got.data[i], sizeof(got.data[i]));
			got.event[ours++] = got.event[i];
		}
	return ours;
}

static void test_receive_ipv6(int fd, int tap, unsigned a)
{
	const struct addr src = ipv6("fe80::99"), dst = ipv6("ff02::16"), group = ipv6("ff1e::5");
	const struct packet *packet = &got.event[0].packet;

	while (rawsock_receive(fd, PROTOCOL_MLD, keep, NULL) > 0)
		;
	TEST("IPv6: a packet comes with its interface, addresses, hop limit and Router Alert");
	inject_ipv6(tap, &src, &dst, 143, 40);
	CHECK(receive(fd, PROTOCOL_MLD) && got.count == 1);
	CHECK(got.event[0].type == RAWSOCK_PACKET && got.event[0].ifindex == a);
	CHECK(packet->ttl == 1 && packet->router_alert && packet->length == 40);
	CHECK(addr_equal(&packet->source, &src) && addr_equal(&packet->destination, &dst));
	CHECK(got.data[0][0] == 143 && got.data[0][1] == 1);
	static const uint8_t known[] = {130, 131, 132, 143, 151, 152, 153};

	TEST("IPv6: nothing but MLD and router discovery, and least of all type 0, comes from the "
	     "network");
	for (unsigned type = 0; type < 256; type++)
		if (type < 133 || type > 137) /* neighbour discovery changes the kernel's mind */
			inject_ipv6(tap, &src, &dst, (uint8_t)type, 40);
	CHECK(waiting(fd, PROTOCOL_MLD) == sizeof(known), "%u", got.count);
	for (unsigned i = 0; i < sizeof(known); i++)
		CHECK(got.event[i].type == RAWSOCK_PACKET && got.data[i][0] == known[i]);
	TEST("IPv6: what is too long is dropped and counted as that");
	inject_ipv6(tap, &src, &dst, 143, CONFIG_PACKET_MAX);
	CHECK(receive(fd, PROTOCOL_MLD) && got.event[0].type == RAWSOCK_PACKET);
	CHECK(packet->length == CONFIG_PACKET_MAX);
	inject_ipv6(tap, &src, &dst, 143, CONFIG_PACKET_MAX + 1);
	CHECK(receive(fd, PROTOCOL_MLD) && got.event[0].type == RAWSOCK_DROP);
	CHECK(got.event[0].drop == DROP_OVERSIZE && got.event[0].ifindex == a);
	TEST("IPv6: a report to a group that nobody has joined arrives");
	inject_ipv6(tap, &src, &group, 131, 24);
	CHECK(receive(fd, PROTOCOL_MLD) && addr_equal(&packet->destination, &group));
}

static void test_joins(unsigned a)
{
	static const char *const group[] = {"224.0.0.2", "224.0.0.22", "224.0.0.106",
					    "ff02::2",	 "ff02::16",   "ff02::6a"};
	int fd[PROTOCOLS];

	TEST("the routers' groups are joined until the socket is closed");
	CHECK(!netns_run("ip maddr show dev a | grep -q 224.0.0.22"));
	for (int i = 0; i < PROTOCOLS; i++) {
		fd[i] = rawsock_join_routers((enum protocol)i, a);
		CHECK(fd[i] >= 0);
	}
	for (size_t i = 0; i < sizeof(group) / sizeof(group[0]); i++)
		CHECK(netns_run("ip maddr show dev a | grep -qw %s", group[i]));
	close(fd[0]);
	CHECK(!netns_run("ip maddr show dev a | grep -q 224.0.0.22"));
	close(fd[1]);
	CHECK(rawsock_join_routers(PROTOCOL_IGMP, 4711) == -ENODEV);
	CHECK(rawsock_join_routers(PROTOCOL_MLD, 4711) == -ENODEV);
}

/* A socket that gets everything. All run on one CPU, so that what it has got has been offered to
 * the others, too. */
static int witness[PROTOCOLS];

/* A packet of the protocol into the wire; it has arrived when this returns. */
static void inject(int tap, enum protocol protocol)
{
	const struct addr src = ipv6("fe80::99"), dst = ipv6("ff02::16");

	do
		waiting(witness[protocol], protocol);
	while (got.count);
	if (protocol == PROTOCOL_IGMP)
		inject_ipv4(tap, IPV4_ALERT, 32);
	else
		inject_ipv6(tap, &src, &dst, 143, 40);
	CHECK(netns_wait(witness[protocol]));
	got.count = 0;
}

/* An upcall: something for a group that is not routed. */
static void cause_upcall(int tap, enum protocol protocol)
{
	struct envelope envelope = {ipv6("2001:db8::9"), ipv6("ff1e::5"), 9, true};
	struct frame data;

	if (protocol == PROTOCOL_IGMP)
		envelope = (struct envelope){addr_ipv4(0x0a000009), addr_ipv4(0xef010203), 9, true};
	packet_data(&data, protocol, &envelope, 0);
	CHECK(send(tap, data.byte, data.length, 0) == (ssize_t)data.length);
}

static void test_many_sockets(enum protocol protocol, int tap, unsigned a)
{
	unsigned other[RAWSOCK_INTERFACES + 1];
	int fd[16];

	TEST("of 16 sockets one wakes up: that whose interface it is");
	for (unsigned i = 0; i <= RAWSOCK_INTERFACES; i++)
		other[i] = 1000 + i;
	for (int i = 0; i < 16; i++) {
		fd[i] = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER);
		CHECK(fd[i] >= 0);
		CHECK(!rawsock_filter(fd[i], protocol, i == 11 ? &a : other,
				      i == 11 ? 1 : (unsigned)(i + 1)));
		waiting(fd[i], protocol);
	}
	inject(tap, protocol);
	CHECK(netns_wait(fd[11]));
	for (int i = 0; i < 16; i++)
		CHECK(waiting(fd[i], protocol) == (i == 11), "%d", i);
	TEST("any of the interfaces is found, up to the last of 64, and 65 are too many");
	for (unsigned count = 1; count <= RAWSOCK_INTERFACES; count++)
		for (unsigned at = 0; at<count; at += count> 3 ? count - 1 : 1) {
			unsigned index[RAWSOCK_INTERFACES];

			memcpy(index, other, sizeof(index));
			index[at] = a;
			CHECK(!rawsock_filter(fd[0], protocol, index, count));
			inject(tap, protocol);
			CHECK(waiting(fd[0], protocol) == 1, "%u of %u", at, count);
		}
	CHECK(rawsock_filter(fd[0], protocol, other, RAWSOCK_INTERFACES + 1) == -EINVAL);
	inject(tap, protocol);
	CHECK(waiting(fd[0], protocol) == 1);
	CHECK(!rawsock_filter(fd[0], protocol, other, RAWSOCK_INTERFACES));
	inject(tap, protocol);
	CHECK(!waiting(fd[0], protocol));
	for (int i = 0; i < 16; i++)
		close(fd[i]);
}

static void test_filter(int fd, enum protocol protocol, int tap, unsigned a)
{
	unsigned bridge;
	int bridge_tap;

	TEST("without an interface only upcalls come in");
	CHECK(!rawsock_filter(fd, protocol, NULL, 0));
	waiting(fd, protocol);
	inject(tap, protocol);
	CHECK(!waiting(fd, protocol));
	cause_upcall(tap, protocol);
	CHECK(netns_wait(fd) && waiting(fd, protocol) == 1 && got.event[0].type == RAWSOCK_UPCALL &&
	      got.event[0].upcall.type == UPCALL_NOCACHE);
	TEST("what was let in before is still there");
	CHECK(!rawsock_filter(fd, protocol, &a, 1));
	inject(tap, protocol);
	CHECK(!rawsock_filter(fd, protocol, NULL, 0));
	CHECK(waiting(fd, protocol) == 1 && got.event[0].ifindex == a);
	TEST("a packet that arrives at a port is its bridge's");
	CHECK(netns_run("ip link add name br type bridge mcast_snooping 0 && ip link set dev br "
			"up") &&
	      netns_wire("port", "host") && netns_run("ip link set dev port master br"));
	bridge = if_nametoindex("br");
	bridge_tap = netns_tap("host");
	CHECK(!rawsock_filter(fd, protocol, &bridge, 1));
	CHECK(netns_run("until bridge link show dev port | grep -q 'state forwarding'; do sleep "
			"0.05; done"));
	CHECK(rawsock_join_routers(protocol, bridge) >= 0);
	waiting(fd, protocol);
	inject(bridge_tap, protocol);
	CHECK(netns_wait(fd) && waiting(fd, protocol) == 1 && got.event[0].ifindex == bridge);
	bridge = if_nametoindex("port");
	CHECK(!rawsock_filter(fd, protocol, &bridge, 1));
	inject(bridge_tap, protocol);
	CHECK(!waiting(fd, protocol));
	close(bridge_tap);
	CHECK(netns_run("ip link del dev br && ip link del dev port"));
}

/* IGMP to a group that nobody has joined goes another way through the kernel, of which a table has
 * its part. */
static void test_table(int tap, unsigned a)
{
	static const char v2_alert[] = "\x46\xc0\0\0\0\0\0\0\x01\2\0\0\x0a\0\0\x09\xef\1\2\3"
				       "\x94\4\0\0\x16\0\0\0\xef\1\2\3";
	static const char v2_plain[] = "\x45\0\0\0\0\0\0\0\x01\2\0\0\x0a\0\0\x09\xef\1\2\3"
				       "\x16\0\0\0\xef\1\2\3........";
	int fd = rawsock_open(PROTOCOL_IGMP, CONFIG_RECEIVE_BUFFER),
	    other = rawsock_open(PROTOCOL_IGMP, CONFIG_RECEIVE_BUFFER);
	struct rules rules;
	struct loop loop;

	TEST("of several tables the one that has the interface hears it, once");
	CHECK(!loop_open(&loop) && !rule_open(&rules, &loop, NULL, NULL));
	CHECK(fd >= 0 && !mroute_init(fd, PROTOCOL_IGMP, 77) &&
	      !mroute_add_vif(fd, PROTOCOL_IGMP, 0, a, 1) &&
	      !rawsock_filter(fd, PROTOCOL_IGMP, &a, 1));
	CHECK(other >= 0 && !mroute_init(other, PROTOCOL_IGMP, 78) &&
	      !rawsock_filter(other, PROTOCOL_IGMP, NULL, 0));
	CHECK(!rule_add(&rules, PROTOCOL_IGMP, "a", 77));
	for (int i = 0; i < 3; i++) {
		waiting(fd, PROTOCOL_IGMP);
		waiting(other, PROTOCOL_IGMP);
		inject_ipv4(tap,
			    i == 0   ? v2_alert
			    : i == 1 ? v2_plain
				     : IPV4_ALERT,
			    i == 1 ? 28 : 32);
		CHECK(netns_wait(fd) && waiting(fd, PROTOCOL_IGMP) == 1, "%d: %u", i, got.count);
		CHECK(got.event[0].type == RAWSOCK_PACKET && got.event[0].ifindex == a);
		CHECK(!waiting(other, PROTOCOL_IGMP), "%d", i);
	}
	TEST("... and gets the upcalls");
	cause_upcall(tap, PROTOCOL_IGMP);
	CHECK(netns_wait(fd) && waiting(fd, PROTOCOL_IGMP) == 1);
	CHECK(got.event[0].type == RAWSOCK_UPCALL && !waiting(other, PROTOCOL_IGMP));
	rule_close(&rules);
	loop_close(&loop);
	close(fd);
	close(other);
}

/* What sends from addresses that are not ours; TAP is another one. */
static int find_packet_socket(int tap)
{
	for (int fd = 0; fd < 256; fd++) {
		int domain = 0;
		socklen_t size = sizeof(domain);

		if (fd != tap && !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) &&
		    domain == AF_PACKET)
			return fd;
	}
	return -1;
}

static void test_deaf(int fd, int tap, unsigned a)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(3), /* every protocol */
				      .sll_ifindex = (int)a};
	struct abi_sock_filter all = {ABI_BPF_RET | ABI_BPF_K, 0, 0, UINT32_MAX};
	const struct abi_sock_fprog program = {.len = 1, .filter = &all};
	const uint8_t sent[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
	int off = 0, other = netns_tap("a");
	uint8_t byte;

	TEST("what sends from any address hears nothing, whoever has it by then");
	CHECK(fd >= 0 && !bind(fd, (const struct sockaddr *)&address, sizeof(address)));
	CHECK(send(tap, sent, sizeof(sent), 0) == sizeof(sent));
	CHECK(netns_wait(other) && recv(fd, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	TEST("... and cannot be made to");
	CHECK(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == -1 &&
	      errno == EPERM);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &off, sizeof(off)) == -1 &&
	      errno == EPERM);
	CHECK(setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &off, sizeof(off)) == -1 &&
	      errno == EPERM);
	close(other);
}

int main(void)
{
	struct addr link_local = ipv6("fe80::a");
	int igmp, mld, tap, joined;
	cpu_set_t one_cpu;
	unsigned a;

	CPU_ZERO(&one_cpu);
	CPU_SET((size_t)sched_getcpu(), &one_cpu);
	sched_setaffinity(0, sizeof(one_cpu), &one_cpu);

	netns_enter();
	if (!netns_wire("a", "b") ||
	    !netns_run("ip addr add 10.0.0.1/24 dev a && ip addr add 10.0.0.7/24 dev a && "
		       "ip addr add fe80::a/64 dev a nodad"))
		return 1;
	a = if_nametoindex("a");
	tap = netns_tap("b");
	test_joins(a);
	TEST("the sockets open");
	igmp = rawsock_open(PROTOCOL_IGMP, CONFIG_RECEIVE_BUFFER);
	mld = rawsock_open(PROTOCOL_MLD, CONFIG_RECEIVE_BUFFER);
	if (!CHECK(igmp >= 0 && mld >= 0) ||
	    !CHECK(!mroute_init(igmp, PROTOCOL_IGMP, 0) && !mroute_init(mld, PROTOCOL_MLD, 0)) ||
	    !CHECK(!mroute_add_vif(igmp, PROTOCOL_IGMP, 0, a, 1)) ||
	    !CHECK(!mroute_add_vif(mld, PROTOCOL_MLD, 0, a, 1)))
		return test_end();
	test_send_ipv4(igmp, tap, a);
	test_send_ipv6(mld, tap, a, &link_local);
	joined = rawsock_join_routers(PROTOCOL_IGMP, a);
	if (CHECK(joined >= 0) && CHECK(rawsock_join_routers(PROTOCOL_MLD, a) >= 0)) {
		test_receive_ipv4(igmp, tap, a);
		test_receive_ipv6(mld, tap, a);
		for (int i = 0; i < PROTOCOLS; i++)
			witness[i] = rawsock_open((enum protocol)i, CONFIG_RECEIVE_BUFFER);
		test_filter(igmp, PROTOCOL_IGMP, tap, a);
		test_many_sockets(PROTOCOL_IGMP, tap, a);
		test_filter(mld, PROTOCOL_MLD, tap, a);
		test_many_sockets(PROTOCOL_MLD, tap, a);
		test_table(tap, a);
	}
	test_deaf(find_packet_socket(tap), tap, a);
	return test_end();
}
