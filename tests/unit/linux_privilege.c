/* SPDX-License-Identifier: MIT */
/*
 * core/privilege.c on a real kernel: what the program can still do as nobody in an empty root
 * directory, and what it cannot. A process that is still root stands beside it for what needs
 * commands.
 */
#include <signal.h>
#include <sys/wait.h>

#include "../../core/iface.h"
#include "../../core/join.h"
#include "../../core/log.h"
#include "../../core/mroute.h"
#include "../../core/privilege.h"
#include "../../core/rawsock.h"
#include "../../core/rpfilter.h"
#include "../../core/rule.h"
#include "netns.h"

static int helper[2]; /* a command goes out at [0], its success comes back */
static struct loop loop;
static struct iface_monitor monitor;
static struct iface late = {.name = "late"};
static struct rules rules;
static struct rpfilter filter;
static unsigned changes;

/* netns_run(), by who is still root. */
static bool ask(const char *command)
{
	char result = 0;

	return send(helper[0], command, strlen(command) + 1, 0) > 0 &&
	       recv(helper[0], &result, 1, 0) == 1 && result;
}

/* Ends with the test. */
static void serve(void)
{
	char command[512];

	while (recv(helper[1], command, sizeof(command), 0) > 0) {
		char result = netns_run("%s", command);

		if (send(helper[1], &result, 1, 0) != 1)
			break;
	}
	_exit(0);
}

static void changed(void *ctx, struct iface *iface)
{
	(void)ctx;
	(void)iface;
	changes++;
}

static int64_t stop(void *ctx, int64_t now)
{
	static unsigned turns;

	(void)ctx;
	loop.stop = turns++ % 2;
	return now + 100;
}

static void turn(void)
{
	loop_run(&loop, stop, NULL);
	loop.stop = false;
}

static void test_refused(void)
{
	enum privilege_failure failure = PRIVILEGE_IDS;

	TEST("nothing to give up, and what cannot be given up");
	CHECK(!privilege_drop("", "", "", &failure) && !geteuid());
	CHECK(privilege_drop("no-such-user", "", "", &failure) == -EINVAL &&
	      failure == PRIVILEGE_USER);
	CHECK(privilege_drop("nobody", "no-such-group", "", &failure) == -EINVAL &&
	      failure == PRIVILEGE_GROUP);
	CHECK(privilege_drop("nobody", "", "/no/such/directory", &failure) == -ENOENT &&
	      failure == PRIVILEGE_CHROOT);
	CHECK(privilege_drop("", "", "/etc/passwd", &failure) == -ENOTDIR);
	CHECK(!geteuid() && !access("/etc/passwd", W_OK));
}

/* A line of /proc/self/status, opened before there was no /proc. */
static bool has_status(int fd, const char *line)
{
	char text[4096];
	ssize_t length = pread(fd, text, sizeof(text) - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	return strstr(text, line);
}

static void test_dropped(void)
{
	enum privilege_failure failure = PRIVILEGE_IDS;
	int status = open("/proc/thread-self/status", O_RDONLY);
	char root[] = "/tmp/privilege-XXXXXX";
	int error;

	TEST("another user, group and root directory, two capabilities");
	CHECK(mkdtemp(root));
	error = privilege_drop("nobody", "", root, &failure);
	CHECK(!error, "%s, %d", strerror(-error), failure);
	CHECK(ask("rmdir /tmp/privilege-??????"));
	CHECK(getuid() == 65534 && geteuid() == 65534 && getgid() == 65534 && getegid() == 65534);
	CHECK(!getgroups(0, NULL) && access("/etc", F_OK) && access("/proc", F_OK));
	CHECK(has_status(status, "CapEff:\t0000000000003000\n") &&
	      has_status(status, "CapPrm:\t0000000000003000\n") &&
	      has_status(status, "CapInh:\t0000000000000000\n") &&
	      has_status(status, "NoNewPrivs:\t1\n"));
	CHECK(setuid(0) && errno == EPERM);
	CHECK(kill(getppid(), 0) && errno == EPERM);
	close(status);
}

/* With the socket that was opened before, and with a new one in another table. */
static void test_mroute(enum protocol protocol, int fd, unsigned v0)
{
	static const uint8_t threshold[PROXY_VIFS];
	static const uint8_t message[8] = {0x99};
	bool ipv4 = protocol == PROTOCOL_IGMP;
	const struct addr group = ipv4 ? addr_ipv4(0xef010203)
				       : (struct addr){{0xff, 0x1e, [15] = 1}},
			  any = ipv4 ? addr_ipv4(0) : (struct addr){{0}},
			  routers = ipv4 ? addr_ipv4(0xe0000016)
					 : (struct addr){{0xff, 0x02, [15] = 0x16}};
	const struct route route = {.group = group, .outputs = 1 << 0 | 1 << 1};

	CHECK(!mroute_add_vif(fd, protocol, 1, if_nametoindex("v1"), 1));
	CHECK(!mroute_route(fd, protocol, &route, threshold));
	CHECK(!rawsock_send(fd, protocol, v0, &any, &routers, message, sizeof(message)));
	CHECK(!rawsock_filter(fd, protocol, &v0, 1));
	CHECK(rawsock_join_routers(protocol, v0) >= 0);
	mroute_flush(fd, protocol);
	CHECK(!mroute_delete_vif(fd, protocol, 0) && !mroute_add_vif(fd, protocol, 0, v0, 1));
}

static void test_work(const int fd[PROTOCOLS], unsigned v0)
{
	const struct addr group = addr_ipv4(0xef010101);
	struct joins joins;

	for (int i = 0; i < PROTOCOLS; i++) {
		enum protocol protocol = (enum protocol)i;
		int other;

		TEST(i ? "IPv6: VIFs, routes, packets, joins"
		       : "IPv4: VIFs, routes, packets, joins");
		test_mroute(protocol, fd[i], v0);
		TEST("... also with a new socket and table, and rules");
		other = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER);
		CHECK(other >= 0 && !mroute_init(other, protocol, 78));
		CHECK(!mroute_add_vif(other, protocol, 0, v0, 1));
		test_mroute(protocol, other, v0);
		CHECK(!rule_add(&rules, protocol, "v0", 78));
		CHECK(ask("{ ip mrule; ip -6 mrule; } | grep -q 'iif v0 lookup 78'"));
		CHECK(!rule_remove(&rules, protocol, "v0", 78));
		CHECK(ask("! { ip mrule; ip -6 mrule; } | grep 'v0 lookup 78'"));
		mroute_done(other, protocol);
		close(other);
	}
	if (ENABLE_KERNEL_HOST) {
		TEST("joins by the kernel");
		join_open(&joins, PROTOCOL_IGMP, v0);
		CHECK(!join_set(&joins, &group, EXCLUDE, NULL, 0));
		CHECK(ask("ip maddr show dev v0 | grep -q 239.1.1.1"));
		join_close(&joins);
	}
	TEST("a new interface is seen");
	CHECK(!iface_watch(&monitor, &late) && changes == 1 && !late.index);
	CHECK(ask("ip link add name late type veth peer name peer"));
	for (int i = 0; i < 30 && !late.index; i++)
		turn();
	CHECK(late.index);
	TEST("a rule is put back");
	log_open(false, LOG_LEVEL_ERROR);
	CHECK(!rule_add(&rules, PROTOCOL_IGMP, "v1", 79) && ask("ip mrule del iif v1 lookup 79"));
	turn();
	rule_turn(&rules, loop_now());
	CHECK(ask("ip mrule | grep -q 'iif v1 lookup 79'"));
	TEST("the reverse-path filter is switched off and restored, of a new interface, too");
	CHECK(ask("echo 1 >/proc/sys/net/ipv4/conf/late/rp_filter"));
	CHECK(!rpfilter_hold(&filter, "late"));
	CHECK(ask("grep -qx 0 /proc/sys/net/ipv4/conf/late/rp_filter"));
	TEST("all is cleaned up in the end");
	rpfilter_close(&filter);
	CHECK(ask("grep -qx 1 /proc/sys/net/ipv4/conf/late/rp_filter"));
	rule_close(&rules);
	CHECK(ask("! ip mrule | grep 79"));
	for (int i = 0; i < PROTOCOLS; i++) {
		mroute_done(fd[i], (enum protocol)i);
		close(fd[i]);
	}
	CHECK(ask("test $(wc -l </proc/net/ip_mr_vif) -eq 1"));
	iface_close(&monitor);
}

static void start(int fd[PROTOCOLS], unsigned v0)
{
	late.changed = changed;
	TEST("everything opens");
	CHECK(!loop_open(&loop) && !iface_open(&monitor, &loop) && !rule_open(&rules, &loop) &&
	      !rpfilter_open(&filter));
	for (int i = 0; i < PROTOCOLS; i++) {
		fd[i] = rawsock_open((enum protocol)i, CONFIG_RECEIVE_BUFFER);
		CHECK(fd[i] >= 0 && !mroute_init(fd[i], (enum protocol)i, 0) &&
		      !mroute_add_vif(fd[i], (enum protocol)i, 0, v0, 1));
	}
}

/* In a user namespace there may be no other users. */
static bool has_nobody(void)
{
	unsigned inside = 1, outside, count = 0;
	FILE *map = fopen("/proc/self/uid_map", "r");

	if (map && fscanf(map, "%u %u %u", &inside, &outside, &count) != 3)
		count = 0;
	if (map)
		fclose(map);
	return !geteuid() && !inside && count > 65534;
}

int main(void)
{
	int fd[PROTOCOLS];
	unsigned v0;
	pid_t pid;

	if (!has_nobody() || !ENABLE_PRIVILEGES) {
		printf("not root, or no other user to become\n");
		return NETNS_SKIP;
	}
	netns_enter();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, helper) ||
	    !netns_wire("v0", "v1"))
		return 1;
	pid = fork();
	if (pid < 0)
		return 1;
	if (!pid) {
		close(helper[0]);
		serve();
	}
	close(helper[1]);
	v0 = if_nametoindex("v0");
	start(fd, v0);
	test_refused();
	test_dropped();
	test_work(fd, v0);
	close(helper[0]);
	waitpid(pid, NULL, 0);
	/* A leak sanitizer would want /proc. */
	_exit(test_end());
}
