/* SPDX-License-Identifier: MIT */
/* core/kernel/iface.c on a real kernel: what it tells of links and addresses that come, change and
 * go. */
#include <inttypes.h>

#include "core/kernel/iface.h"
#include "core/kernel/mroute.h"
#include "core/kernel/rawsock.h"
#include "core/base/text.h"
#include "netns.h"

static struct loop loop;
static struct ifaces ifaces;
static struct iface wan, lan;
static unsigned changes, vanished, moves, drops[PROTOCOLS], turns;
static int64_t end;

static void changed(void *ctx, struct iface *iface)
{
	(void)ctx;
	changes++;
	vanished += !iface->index;
	moves += iface->moved;
	for (unsigned n = 0; n < PROTOCOLS; n++)
		drops[n] += iface->dropped[n];
	iface->moved = iface->dropped[PROTOCOL_IGMP] = iface->dropped[PROTOCOL_MLD] = false;
}

/* One turn of the loop, for at most so many milliseconds. */
static int64_t stop_at_end(void *ctx, int64_t now)
{
	(void)ctx;
	turns++;
	loop.stop = turns > 1 || now >= end;
	return end;
}

static void turn(int milliseconds)
{
	end = loop_now() + milliseconds;
	turns = 0;
	loop_run(&loop, stop_at_end, NULL);
	loop.stop = false;
}

/* Runs the loop until the condition holds: true, or for NETNS_WAIT ms: false. */
#define COMES(condition)                                         \
	CHECK(({                                                 \
		      int64_t until = loop_now() + NETNS_WAIT;   \
		      while (!(condition) && loop_now() < until) \
			      turn(100);                         \
		      (condition);                               \
	      }),                                                \
	      "%u changes, %s", changes, describe())

/* Once a command has been run. */
#define AFTER(command, condition)                \
	do {                                     \
		CHECK(netns_run("%s", command)); \
		COMES(condition);                \
	} while (0)

/* All notifications that a command has caused are here: they are queued before it ends. */
static void settle(void)
{
	turn(0);
	changes = vanished = moves = drops[PROTOCOL_IGMP] = drops[PROTOCOL_MLD] = 0;
}

static const char *describe(void)
{
	static char text[256];
	char ipv4[TEXT_ADDR], link_local[TEXT_ADDR];

	snprintf(text, sizeof(text), "index %u up %d mtu %u ipv4 %s link-local %s prefixes %u",
		 wan.index, wan.up, wan.mtu, text_addr(&wan.ipv4, ipv4),
		 text_addr(&wan.link_local, link_local), wan.prefix_count);
	return text;
}

static bool is(const struct addr *addr, const char *text)
{
	char buffer[TEXT_ADDR];

	return !strcmp(text_addr(addr, buffer), text);
}

static bool has_prefix(const char *text, unsigned length)
{
	for (unsigned i = 0; i < wan.prefix_count; i++)
		if (is(&wan.prefix[i].address, text) && wan.prefix[i].length == length)
			return true;
	return false;
}

static void test_link(void)
{
	TEST("an interface that is missing is told as missing");
	CHECK(!iface_watch(&ifaces, &wan) && changes == 1 && !wan.index && !wan.up);
	TEST("it appears");
	AFTER("ip link add name wan0 type veth peer name far mtu 1400",
	      wan.index == if_nametoindex("wan0") && !wan.up && wan.multicast && wan.mtu == 1500);
	TEST("it is up when it has a carrier");
	CHECK(netns_run("ip link set dev wan0 up"));
	turn(100);
	CHECK(!wan.up);
	AFTER("ip link set dev far up", wan.up);
	AFTER("ip link set dev far down", !wan.up);
	AFTER("ip link set dev far up", wan.up);
	TEST("the MTU and the MULTICAST flag change");
	AFTER("ip link set dev wan0 mtu 1300 multicast off", wan.mtu == 1300 && !wan.multicast);
	AFTER("ip link set dev wan0 mtu 1500 multicast on", wan.mtu == 1500 && wan.multicast);
}

static void test_ipv4(void)
{
	TEST("IPv4: the primary address is the first that is not secondary");
	AFTER("ip addr add 192.0.2.1/24 dev wan0",
	      is(&wan.ipv4, "192.0.2.1") && has_prefix("192.0.2.1", 96 + 24));
	AFTER("ip addr add 192.0.2.2/24 dev wan0", has_prefix("192.0.2.2", 96 + 24));
	CHECK(is(&wan.ipv4, "192.0.2.1"));
	AFTER("ip addr add 198.51.100.1/25 dev wan0", has_prefix("198.51.100.1", 96 + 25));
	CHECK(is(&wan.ipv4, "192.0.2.1"));
	TEST("IPv4: when it goes, with its secondary ones, the next one is");
	AFTER("ip addr del 192.0.2.1/24 dev wan0",
	      is(&wan.ipv4, "198.51.100.1") && !has_prefix("192.0.2.2", 96 + 24));
	AFTER("ip -4 addr flush dev wan0", addr_is_any(&wan.ipv4));
	TEST("IPv4: of a point-to-point address the own end, and both as prefixes");
	AFTER("ip addr add 10.1.1.1 peer 10.2.2.2/30 dev wan0",
	      is(&wan.ipv4, "10.1.1.1") && has_prefix("10.2.2.2", 96 + 30));
	CHECK(has_prefix("10.1.1.1", 128));
	CHECK((wan.own & 3) == 2);
	TEST("IPv4: an address of host scope is no source");
	AFTER("ip -4 addr flush dev wan0 && ip addr add 10.3.3.3/32 scope host dev wan0",
	      has_prefix("10.3.3.3", 128));
	CHECK(addr_is_any(&wan.ipv4));
	TEST("more addresses than there is room for");
	for (int i = 0; i < 40; i++)
		CHECK(netns_run("ip addr add 10.4.%d.1/24 dev wan0", i));
	COMES(wan.prefix_count == IFACE_PREFIXES);
	CHECK(is(&wan.ipv4, "10.4.0.1"));
	AFTER("ip -4 addr flush dev wan0", addr_is_any(&wan.ipv4));
}

static void test_ipv6(void)
{
	TEST("IPv6: a link-local address counts when it is no longer tentative");
	AFTER("ip -6 addr flush dev wan0", addr_is_any(&wan.link_local) && !wan.prefix_count);
	CHECK(netns_run("echo 1 >/proc/sys/net/ipv6/conf/wan0/accept_dad && "
			"ip addr add fe80::5/64 dev wan0"));
	turn(100);
	CHECK(addr_is_any(&wan.link_local));
	COMES(is(&wan.link_local, "fe80::5"));
	TEST("IPv6: of several the lowest, but none that is deprecated");
	AFTER("ip addr add fe80::7/64 dev wan0 nodad && "
	      "ip addr add fe80::3/64 dev wan0 nodad",
	      is(&wan.link_local, "fe80::3"));
	AFTER("ip addr change fe80::3/64 dev wan0 preferred_lft 0 valid_lft 1000",
	      is(&wan.link_local, "fe80::5"));
	AFTER("ip addr del fe80::5/64 dev wan0 && ip addr del fe80::7/64 dev wan0",
	      is(&wan.link_local, "fe80::3"));
	TEST("IPv6: a global address is a prefix, not a source");
	AFTER("ip addr add 2001:db8::1/64 dev wan0 nodad",
	      has_prefix("2001:db8::1", 64) && has_prefix("fe80::3", 64));
	CHECK(is(&wan.link_local, "fe80::3"));
	TEST("IPv6: an address that is found elsewhere (DAD) is not used");
	CHECK(netns_run("ip addr flush dev far && ip addr add fe80::2/64 dev far nodad && "
			"ip addr add fe80::2/64 dev wan0"));
	for (int i = 0; i < 20 && !netns_run("ip addr show dev wan0 | grep -q dadfailed"); i++)
		turn(100);
	CHECK(netns_run("ip addr show dev wan0 | grep -q dadfailed"));
	turn(0);
	CHECK(is(&wan.link_local, "fe80::3"), "%s", describe());
}

static void test_names(void)
{
	unsigned index = wan.index;

	TEST("a rename takes the interface away, and brings it back");
	AFTER("ip link set dev wan0 name away", !wan.index && !wan.up);
	AFTER("ip link set dev away name wan0", wan.index == index);
	TEST("it vanishes and comes back with another index");
	AFTER("ip link del wan0", !wan.index && addr_is_any(&wan.link_local) && !wan.prefix_count);
	AFTER("ip link add name wan0 type veth peer name far", wan.index && wan.index != index);
	TEST("both in one go: its end is told, too");
	settle();
	index = wan.index;
	AFTER("ip link del wan0 && ip link add name wan0 type veth peer name far",
	      wan.index && wan.index != index);
	CHECK(changes == 2 && vanished == 1, "%u changes, %u ends", changes, vanished);
	TEST("even if it comes back with the same index");
	settle();
	CHECK(netns_run("ip link del wan0 && "
			"ip link add name wan0 index %u type veth peer name far",
			wan.index));
	COMES(vanished == 1 && wan.index);
	TEST("a port that leaves its bridge is not gone");
	CHECK(netns_run("ip link add name br type bridge && ip link set dev wan0 master br"));
	CHECK(!wan.asks[PROTOCOL_IGMP] && !wan.asks[PROTOCOL_MLD]);
	settle();
	CHECK(netns_run("ip link set dev wan0 nomaster"));
	turn(200);
	CHECK(!vanished && wan.index);
}

static void test_quiet(void)
{
	TEST("one change is told once, however many messages it took");
	settle();
	CHECK(netns_run("for i in 1 2 3 4 5; do ip addr add 10.5.$i.1/24 dev wan0; done"));
	turn(100);
	CHECK(changes == 1, "%u", changes);
	TEST("what changes nothing is not told");
	CHECK(netns_run("ip addr flush dev far && ip link set dev wan0 txqueuelen 77 && "
			"ip link add name dummy0 type veth peer name dummy1 && ip addr add "
			"10.6.0.1/24 dev dummy0"));
	turn(100);
	CHECK(changes == 1, "%u", changes);
	TEST("a flood of notifications is survived, the last state is right");
	CHECK(netns_run(
		"i=0; while [ $i -lt 3000 ]; do echo addr add 10.7.$((i / 250)).$((i %% 250)) "
		"dev dummy0; i=$((i + 1)); done | ip -batch - && "
		"for i in $(seq 1500); do echo link set dev wan0 mtu 1200; "
		"echo link set dev wan0 mtu 1201; done | ip -batch -"));
	COMES(wan.mtu == 1201);
}

static void test_lost_notifications(void)
{
	unsigned index;
	int size = 1;

	TEST("lost notifications are made up for");
	CHECK(!setsockopt(ifaces.source.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	AFTER("for i in 1 2 3 4 5 6 7 8 9 10; do ip link set dev dummy0 mtu $((1500 + i)); "
	      "done; ip link set dev wan0 mtu 1222",
	      wan.mtu == 1222);
	TEST("... also that another interface has the name now");
	settle();
	index = wan.index;
	AFTER("for i in 1 2 3 4 5 6 7 8 9 10; do ip link set dev dummy0 mtu $((1400 + i)); "
	      "done; ip link del wan0 && ip link add name wan0 type veth peer name far",
	      wan.index && wan.index != index);
	CHECK(vanished == 1);
}

static void test_other_senders(void)
{
	struct abi_sockaddr_nl to;
	socklen_t size = sizeof(to);
	struct {
		struct abi_nlmsghdr header;
		struct abi_ifinfomsg link;
	} message = {{.nlmsg_len = sizeof(message), .nlmsg_type = ABI_RTM_DELLINK},
		     {.ifi_index = (int)wan.index}};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, ABI_NETLINK_ROUTE);

	TEST("only the kernel is believed");
	settle();
	CHECK(!getsockname(ifaces.source.fd, (struct sockaddr *)&to, &size));
	CHECK(sendto(fd, &message, sizeof(message), 0, (struct sockaddr *)&to, size) ==
	      sizeof(message));
	turn(100);
	CHECK(!changes && wan.index);
	close(fd);
}

/* A second watcher of wan0, who watches no more when it vanishes. */
static struct iface second;
static unsigned second_changes;

static void second_changed(void *ctx, struct iface *iface)
{
	CHECK(ctx == &second && iface == &second);
	second_changes++;
	if (!iface->index)
		iface_unwatch(&ifaces, iface);
}

static void test_watchers(void)
{
	TEST("two may watch the same interface");
	settle();
	strcpy(second.name, "wan0");
	second.changed = second_changed;
	second.ctx = &second;
	CHECK(!iface_watch(&ifaces, &second) && second_changes == 1 && second.mtu == wan.mtu);
	AFTER("ip link set dev wan0 mtu 1333", wan.mtu == 1333 && second.mtu == 1333);
	CHECK(changes == 1 && second_changes == 2);
	TEST("a bridge that it becomes a port of is told");
	AFTER("ip link set dev wan0 master br", wan.master == if_nametoindex("br"));
	AFTER("ip link set dev wan0 nomaster", !wan.master && !second.master);
	TEST("who watches no more hears no more, not even of what is being told");
	second_changes = 0;
	settle();
	AFTER("ip link del wan0 && ip link add name wan0 type veth peer name far",
	      vanished == 1 && wan.index && !wan.up);
	CHECK(second_changes == 1 && !second.index, "%u", second_changes);
	AFTER("ip link set dev wan0 mtu 1400", wan.mtu == 1400);
	CHECK(second_changes == 1);
	iface_unwatch(&ifaces, &second);
}

static unsigned name_changes;

static void names_changed(void *ctx)
{
	CHECK(ctx == &name_changes);
	name_changes++;
}

/* The names, with blanks between them. */
static const char *names(void)
{
	static char text[512];
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ifaces.names.count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, " %s",
					   ifaces.names.name[i]);
	return text;
}

static void test_names_that_match(void)
{
	static const char pattern[][IF_NAMESIZE] = {"ppp*", "vlan-?.2"};
	int size = 1;

	TEST("names that match a pattern are known, those that come and go are told");
	CHECK(netns_run("ip link add name ppp7 type veth peer name vlan-a.2"));
	settle();
	CHECK(!iface_match(&ifaces, pattern, 2, names_changed, &name_changes));
	CHECK(!strcmp(names(), " ppp7 vlan-a.2") && !name_changes, "%s", names());
	AFTER("ip link add name ppp10 type veth peer name qqq0", name_changes == 1);
	CHECK(!strcmp(names(), " ppp10 ppp7 vlan-a.2"), "%s", names());
	AFTER("ip link del ppp7", name_changes == 2);
	CHECK(!strcmp(names(), " ppp10"), "%s", names());
	TEST("a burst of changes is told once, other interfaces are not");
	CHECK(netns_run("for i in 1 2 3 4 5; do ip link add name ppp$i type veth peer name q$i; "
			"done; ip link del ppp10; ip link set dev q2 up; ip link set dev ppp2 up"));
	turn(100);
	CHECK(name_changes == 3 && !strcmp(names(), " ppp1 ppp2 ppp3 ppp4 ppp5"), "%s", names());
	CHECK(netns_run("ip link set dev ppp2 mtu 1300; ip link del q5"));
	turn(100);
	CHECK(name_changes == 4 && !strcmp(names(), " ppp1 ppp2 ppp3 ppp4"), "%s", names());
	CHECK(netns_run("ip link set dev ppp2 mtu 1400; ip link set dev ppp1 down; "
			"ip link set dev q1 name q9"));
	turn(100);
	CHECK(name_changes == 4);
	TEST("a rename is one that goes, or one that comes");
	AFTER("ip link set dev ppp1 name xyz", name_changes == 5);
	CHECK(!strcmp(names(), " ppp2 ppp3 ppp4"), "%s", names());
	AFTER("ip link set dev xyz name ppp8", name_changes == 6);
	AFTER("ip link set dev ppp8 name ppp0", name_changes == 7);
	CHECK(!strcmp(names(), " ppp0 ppp2 ppp3 ppp4"), "%s", names());
	TEST("lost notifications of names are made up for");
	CHECK(!setsockopt(ifaces.source.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	AFTER("for i in 1 2 3 4 5 6 7 8 9 10; do ip link set dev dummy0 mtu $((1500 + i)); "
	      "done; ip link del ppp3; ip link add name ppp33 type veth peer name q33",
	      name_changes == 8);
	CHECK(!strcmp(names(), " ppp0 ppp2 ppp33 ppp4"), "%s", names());
	TEST("without a pattern none is known");
	CHECK(!iface_match(&ifaces, NULL, 0, names_changed, &name_changes));
	CHECK(netns_run("ip link del ppp33"));
	turn(100);
	CHECK(!ifaces.names.count && name_changes == 8);
}

static unsigned route(const char *text)
{
	struct addr addr;

	return text_to_addr(text, &addr) ? iface_route(&ifaces, &addr) : 99999;
}

static void test_route(void)
{
	TEST("the unicast route to an address, for both families");
	CHECK(netns_run(
		"ip link set dev wan0 mtu 1500 up && ip link set dev far up && "
		"ip link set dev dummy0 up && ip link set dev dummy1 up && ip addr flush dev wan0 "
		"&& "
		"ip addr add 192.0.2.1/24 dev wan0 && ip addr add 2001:db8::1/64 dev wan0 nodad && "
		"ip route add 203.0.113.0/24 dev dummy0 && "
		"ip route add 2001:db8:5::/48 dev dummy0 && "
		"ip route add blackhole 198.51.100.0/24"));
	CHECK(route("192.0.2.9") == if_nametoindex("wan0"), "%u", route("192.0.2.9"));
	CHECK(route("203.0.113.7") == if_nametoindex("dummy0"));
	CHECK(route("2001:db8::9") == if_nametoindex("wan0"), "%u", route("2001:db8::9"));
	CHECK(route("2001:db8:5::7") == if_nametoindex("dummy0"));
	TEST("no route, a route to nowhere, a route to ourselves");
	CHECK(route("9.9.9.9") == 0);
	CHECK(route("198.51.100.1") == 0);
	CHECK(route("192.0.2.1") == 0);
	CHECK(route("2001:db8:9::1") == 0);
	/* the kernel makes this route a while after it has made the address */
	COMES(route("2001:db8::1") == 0);
}

static void test_events(void)
{
	TEST("a link that is up again before anybody looks is told");
	AFTER("ip link set dev wan0 up && ip link set dev far up", wan.up);
	turn(200);
	settle();
	CHECK(netns_run("ip link set dev wan0 down && ip link set dev wan0 up"));
	COMES(moves == 1 && wan.up);
	TEST("the kernel begins anew with IPv6 where the MTU was too small");
	AFTER("ip link set dev wan0 mtu 1500", wan.mtu == 1500 && !addr_is_any(&wan.link_local));
	turn(200);
	settle();
	CHECK(netns_run("ip link set dev wan0 mtu 1200 && ip link set dev wan0 mtu 1500"));
	COMES(drops[PROTOCOL_MLD] == 1);
	CHECK(!drops[PROTOCOL_IGMP] && !moves && wan.mtu == 1500);
	TEST("what another interface does is no event");
	turn(200);
	settle();
	CHECK(netns_run("ip link set dev dummy1 up; ip link set dev dummy0 up; "
			"ip link set dev dummy0 mtu 1200 && ip link set dev dummy0 mtu 1500"));
	turn(200);
	CHECK(!moves && !drops[PROTOCOL_IGMP] && !drops[PROTOCOL_MLD]);
}

static void test_routing(void)
{
	TEST("multicast routing that begins and ends is told, for each family");
	for (unsigned n = 0; n < PROTOCOLS; n++) {
		int fd = rawsock_open((enum protocol)n, 65536);

		turn(100);
		memset(ifaces.routing, 0, sizeof(ifaces.routing));
		CHECK(fd >= 0 && !mroute_init(fd, (enum protocol)n, 0));
		COMES(ifaces.routing[n]);
		ifaces.routing[n] = false;
		close(fd);
		COMES(ifaces.routing[n]);
		CHECK(!ifaces.routing[!n]);
	}
	TEST("what becomes of one interface is none of it");
	memset(ifaces.routing, 0, sizeof(ifaces.routing));
	CHECK(netns_run("echo 1 >/proc/sys/net/ipv4/conf/wan0/forwarding && "
			"echo 1 >/proc/sys/net/ipv6/conf/wan0/forwarding"));
	turn(100);
	CHECK(!ifaces.routing[0] && !ifaces.routing[1]);
}

int main(void)
{
	strcpy(wan.name, "wan0");
	strcpy(lan.name, "lo");
	wan.changed = lan.changed = changed;
	netns_enter();
	TEST("the sockets open");
	if (!CHECK(!loop_open(&loop)) || !CHECK(!iface_open(&ifaces, &loop)))
		return test_end();
	CHECK(!iface_watch(&ifaces, &lan) && changes == 1 && lan.index == 1 && lan.up);
	changes = 0;
	RUN(test_link, test_ipv4, test_ipv6, test_names, test_quiet, test_events, test_watchers,
	    test_lost_notifications, test_other_senders, test_names_that_match, test_route,
	    test_routing);
	iface_close(&ifaces);
	loop_close(&loop);
	return test_end();
}
