/* SPDX-License-Identifier: MIT */
/*
 * core/privilege/privilege.c on a real kernel: what the program can still do as nobody in an empty
 * root directory, and what it cannot. A process that is still root stands beside it for what needs
 * commands.
 */
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>

#include "core/kernel/iface.h"
#include "core/daemon/join.h"
#include "core/base/log.h"
#include "core/kernel/mroute.h"
#include "core/privilege/privilege.h"
#include "core/kernel/rawsock.h"
#include "core/kernel/rpfilter.h"
#include "core/kernel/rule.h"
#include "netns.h"

static int helper[2]; /* a command goes out at [0], its success comes back */
static struct loop loop;
static struct ifaces ifaces;
static struct iface late = {.name = "late"};
static struct rules rules;
static struct rpfilter filter;
static int mroute[PROTOCOLS];
static unsigned v0, changes;

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

static const uint32_t network = 1u << ABI_CAP_NET_ADMIN | 1u << ABI_CAP_NET_RAW;

static struct privilege find(const char *user, const char *group, const char *root)
{
	enum privilege_failure failure = PRIVILEGE_IDS;
	struct privilege privilege;
	int error = privilege_find(&privilege, user, group, root, &failure);

	CHECK(!error, "%s, %d", strerror(-error), failure);
	return privilege;
}

/* Is the directory gone, but for the descriptor? Closes that. */
static bool is_nowhere(int directory)
{
	struct stat status;
	bool result = !fstat(directory, &status) && S_ISDIR(status.st_mode) && !status.st_nlink;

	return result && !close(directory);
}

static void test_find(void)
{
	struct privilege privilege;
	char root[] = "/tmp/privilege-XXXXXX";

	TEST("nothing that is said: all stays as it is");
	privilege = find("", "", "");
	CHECK(privilege.uid == UINT32_MAX && privilege.gid == UINT32_MAX && privilege.root == -1 &&
	      !privilege.optional);
	TEST("a user has a group, unless another one is said");
	privilege = find("nobody", "", "");
	CHECK(privilege.uid == 65534 && privilege.gid == 65534);
	privilege = find("nobody", "root", "");
	CHECK(privilege.uid == 65534 && privilege.gid == 0);
	privilege = find("", "12", "");
	CHECK(privilege.uid == UINT32_MAX && privilege.gid == 12);
	privilege = find("34", "", "");
	CHECK(privilege.uid == 34 && privilege.gid == 34);
	TEST("a root directory by its path, or an empty one that is nowhere");
	CHECK(mkdtemp(root));
	privilege = find("", "", root);
	CHECK(privilege.root >= 0 && !rmdir(root) && is_nowhere(privilege.root));
	privilege = find("", "", NULL);
	CHECK(privilege.root >= 0 && is_nowhere(privilege.root));
	CHECK(netns_run("! ls -d /run/mcproxy.[0-9]* /tmp/mcproxy.[0-9]* 2>/dev/null"));
}

static bool refuses(const char *user, const char *group, const char *root, int error,
		    enum privilege_failure expected)
{
	enum privilege_failure failure = PRIVILEGE_IDS;
	struct privilege privilege;

	return privilege_find(&privilege, user, group, root, &failure) == error &&
	       failure == expected;
}

static void test_refused(void)
{
	TEST("what there is not");
	CHECK(refuses("no-such-user", "", "", -EINVAL, PRIVILEGE_USER));
	CHECK(refuses("nobody", "no-such-group", "", -EINVAL, PRIVILEGE_GROUP));
	CHECK(refuses("nobody", "", "/no/such/directory", -ENOENT, PRIVILEGE_CHROOT));
	CHECK(refuses("", "", "/etc/passwd", -ENOTDIR, PRIVILEGE_CHROOT));
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

static bool has_capabilities(int status, const char *set, const char *mask)
{
	char line[64];

	snprintf(line, sizeof(line), "%s:\t%s\n", set, mask);
	return has_status(status, line);
}

/* Of the directory that this process has as its root, as root of the outside sees it, too. ERROR:
 * of whoever tries from inside. */
static void check_empty(int error)
{
	char command[128];
	int pid = (int)getpid();

	CHECK(mkdir("/x", 0777) && errno == error, "%d", errno);
	CHECK(open("/x", O_CREAT | O_WRONLY, 0666) < 0 && errno == error, "%d", errno);
	CHECK(mkdir("x", 0777) && mkdir("../x", 0777) && errno == error, "%d", errno);
	CHECK(access("/etc", F_OK) && access("/proc", F_OK));
	snprintf(command, sizeof(command), "mkdir /proc/%d/root/x 2>/dev/null", pid);
	CHECK(!ask(command));
	snprintf(command, sizeof(command), "touch /proc/%d/root/x 2>/dev/null", pid);
	CHECK(!ask(command));
	snprintf(command, sizeof(command), "test -d /proc/%d/root/ && ! ls /proc/%d/root/ | grep .",
		 pid, pid);
	CHECK(ask(command));
}

static void run_empty(void)
{
	const uint32_t files = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 3; /* CAP_CHOWN ... CAP_FOWNER */
	struct privilege privilege = find("", "", NULL);
	enum privilege_failure failure = PRIVILEGE_IDS;

	TEST("into the empty directory nobody can put anything, not root, not from outside");
	CHECK(!privilege_drop(&privilege, files, &failure) && privilege.root == -1);
	CHECK(!geteuid());
	check_empty(ENOENT);
}

/* In a user namespace that has one user only. */
static void enter_alone(void)
{
	CHECK(!unshare(CLONE_NEWUSER));
	netns_write("/proc/self/setgroups", "deny");
	netns_write("/proc/self/uid_map", "0 0 1");
	netns_write("/proc/self/gid_map", "0 0 1");
}

static void run_without_users(void)
{
	int status = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
	struct privilege privilege = find("nobody", "", ""), asked = privilege;
	enum privilege_failure failure = PRIVILEGE_CHROOT;
	int error;

	TEST("in a user namespace without that user: an error");
	enter_alone();
	error = privilege_drop(&privilege, 0, &failure);
	CHECK((error == -EINVAL || error == -EPERM) && failure == PRIVILEGE_IDS);
	CHECK(!has_capabilities(status, "CapEff", "0000000000000000"));
	TEST("... or without him, if that was optional, but also without any capability");
	asked.optional = true;
	CHECK(!privilege_drop(&asked, 0, &failure));
	CHECK(!geteuid() && has_capabilities(status, "CapEff", "0000000000000000") &&
	      has_capabilities(status, "CapPrm", "0000000000000000") &&
	      has_status(status, "NoNewPrivs:\t1\n"));
}

static void check_nobody(int status)
{
	CHECK(getuid() == 65534 && geteuid() == 65534 && getgid() == 65534 && getegid() == 65534);
	CHECK(!getgroups(0, NULL) && access("/etc", F_OK) && access("/proc", F_OK));
	CHECK(has_capabilities(status, "CapInh", "0000000000000000") &&
	      has_capabilities(status, "CapAmb", "0000000000000000") &&
	      has_status(status, "NoNewPrivs:\t1\n"));
	CHECK(has_status(status, "Uid:\t65534\t65534\t65534\t65534\n") &&
	      has_status(status, "Gid:\t65534\t65534\t65534\t65534\n"));
	CHECK(setuid(0) && errno == EPERM);
	CHECK(kill(getppid(), 0) && errno == EPERM);
}

static void test_dropped(void)
{
	enum privilege_failure failure = PRIVILEGE_IDS;
	int status = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
	char root[] = "/tmp/privilege-XXXXXX";
	struct privilege privilege;
	int error;

	TEST("another user, group and root directory, two capabilities");
	CHECK(mkdtemp(root));
	privilege = find("nobody", "", root);
	setgroups(1, &(gid_t){1}); /* where that is allowed */
	error = privilege_drop(&privilege, network, &failure);
	CHECK(!error && privilege.root == -1, "%s, %d", strerror(-error), failure);
	CHECK(ask("rmdir /tmp/privilege-??????"));
	check_nobody(status);
	CHECK(has_capabilities(status, "CapEff", "0000000000003000") &&
	      has_capabilities(status, "CapPrm", "0000000000003000"));
	close(status);
}

/* With the socket that was opened before, and with a new one in another table. */
static void test_mroute(enum protocol protocol, int fd)
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
	CHECK(!mroute_delete_vif(fd, protocol, 1));
}

/* As a worker is: what its sockets can do goes on, all else is somebody else's to do. */
static void run_worker(void)
{
	struct privilege privilege = find("nobody", "", NULL);
	int status = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
	enum privilege_failure failure = PRIVILEGE_IDS;

	TEST("nobody in the empty directory, no capability is left");
	CHECK(!privilege_drop(&privilege, 0, &failure));
	check_nobody(status);
	check_empty(EACCES);
	CHECK(has_capabilities(status, "CapEff", "0000000000000000") &&
	      has_capabilities(status, "CapPrm", "0000000000000000"));
	for (int i = 0; i < PROTOCOLS; i++) {
		enum protocol protocol = (enum protocol)i;

		TEST(i ? "... IPv6: VIFs, routes, packets, joins go on"
		       : "... IPv4: VIFs, routes, packets, joins go on");
		test_mroute(protocol, mroute[i]);
		TEST("... but no new socket, no rule");
		CHECK(rawsock_open(protocol, CONFIG_RECEIVE_BUFFER) == -EPERM);
		CHECK(rule_add(&rules, protocol, "v0", 78) == -EPERM);
	}
	TEST("... and no reverse-path filter");
	CHECK(rpfilter_hold(&filter, "v0") == -EACCES);
}

static void test_work(void)
{
	const struct addr group = addr_ipv4(0xef010101);
	struct joins joins;

	for (int i = 0; i < PROTOCOLS; i++) {
		enum protocol protocol = (enum protocol)i;
		int other;

		TEST(i ? "IPv6: VIFs, routes, packets, joins"
		       : "IPv4: VIFs, routes, packets, joins");
		test_mroute(protocol, mroute[i]);
		TEST("... also with a new socket and table, and rules");
		other = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER);
		CHECK(other >= 0 && !mroute_init(other, protocol, 78));
		CHECK(!mroute_add_vif(other, protocol, 0, v0, 1));
		test_mroute(protocol, other);
		CHECK(!rule_add(&rules, protocol, "v0", 78));
		CHECK(ask("{ ip mrule; ip -6 mrule; } | grep -q 'iif v0 lookup 78'"));
		CHECK(!rule_remove(&rules, protocol, "v0", 78));
		CHECK(ask("! { ip mrule; ip -6 mrule; } | grep 'v0 lookup 78'"));
		mroute_done(other, protocol);
		close(other);
	}
	if (ENABLE_KERNEL_HOST) {
		TEST("joins by the kernel");
		join_open(&joins, NULL, PROTOCOL_IGMP, v0);
		CHECK(!join_set(&joins, &group, EXCLUDE, NULL, 0));
		CHECK(ask("ip maddr show dev v0 | grep -q 239.1.1.1"));
		join_close(&joins);
	}
	TEST("a new interface is seen");
	CHECK(!iface_watch(&ifaces, &late) && changes == 1 && !late.index);
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
		mroute_done(mroute[i], (enum protocol)i);
		close(mroute[i]);
	}
	CHECK(ask("test $(wc -l </proc/net/ip_mr_vif) -eq 1"));
	iface_close(&ifaces);
}

static void start(void)
{
	late.changed = changed;
	TEST("everything opens");
	CHECK(!loop_open(&loop) && !iface_open(&ifaces, &loop) &&
	      !rule_open(&rules, &loop, NULL, NULL) && !rpfilter_open(&filter));
	for (int i = 0; i < PROTOCOLS; i++) {
		mroute[i] = rawsock_open((enum protocol)i, CONFIG_RECEIVE_BUFFER);
		CHECK(mroute[i] >= 0 && !mroute_init(mroute[i], (enum protocol)i, 0) &&
		      !mroute_add_vif(mroute[i], (enum protocol)i, 0, v0, 1));
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
	bool apart;
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
	RUN(start, test_find, test_refused);
	apart = test_apart(run_empty) && test_apart(run_without_users) && test_apart(run_worker);
	RUN(test_dropped, test_work);
	close(helper[0]);
	waitpid(pid, NULL, 0);
	/* A leak sanitizer would want /proc. */
	_exit(test_end() || !apart);
}
