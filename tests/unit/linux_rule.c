/* SPDX-License-Identifier: MIT */
/* core/kernel/rule.c on a real kernel, as ip(8) sees it. That packets follow the rules is
 * linux_mroute's.
 */
#include "core/base/log.h"
#include "core/kernel/rule.h"
#include "netns.h"

/* System calls until one fails; 0: none does. */
static unsigned until;

static bool fails(void)
{
	if (!until || --until)
		return false;
	errno = ENOBUFS;
	return true;
}

static ssize_t try_sendmsg(int fd, const struct msghdr *message, int flags)
{
	return fails() ? -1 : sendmsg(fd, message, flags);
}

static ssize_t try_recvmsg(int fd, struct msghdr *message, int flags)
{
	return fails() ? -1 : recvmsg(fd, message, flags);
}

#define sendmsg try_sendmsg
#define recvmsg try_recvmsg
#include "core/kernel/netlink.c"

#include "core/kernel/rule.c"
#undef sendmsg
#undef recvmsg

static struct loop loop;
static struct rules held = {.events.fd = -1, .request.fd = -1};
static unsigned turns;
static int64_t end, due; /* DUE: as rule_turn() said last */

static int64_t take_turn(void *ctx, int64_t now)
{
	(void)ctx;
	due = rule_turn(&held, now);
	turns++;
	loop.stop = now >= end;
	return due < end ? due : end;
}

static void run(int milliseconds)
{
	end = loop_now() + milliseconds;
	turns = 0;
	loop_run(&loop, take_turn, NULL);
	loop.stop = false;
}

/* How many rules `ip mrule` shows that end in this: "iif v0 lookup 7". */
static int shown(const char *text, unsigned table)
{
	char command[256], digits[16] = "";
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "{ ip mrule; ip -6 mrule; } | sed 's/ \\[detached\\]//' | "
		 "grep -c '%s lookup %u proto [a-z0-9]* *$'",
		 text, table);
	pipe = popen(command, "r");
	if (!pipe || !fgets(digits, sizeof(digits), pipe))
		CHECK(false, "popen");
	if (pipe)
		pclose(pipe);
	return atoi(digits);
}

/* For both families, or for one: what arrives and what is sent. */
#define SHOWN(count, name, table)                                                           \
	CHECK(shown("iif " name, table) == (count) && shown("oif " name, table) == (count), \
	      "%d %d", shown("iif " name, table), shown("oif " name, table))

static void test_add(void)
{
	TEST("rules are made, for an interface that does not exist, too");
	for (int i = 0; i < PROTOCOLS; i++) {
		CHECK(!rule_add(&held, (enum protocol)i, "v0", 7));
		CHECK(!rule_add(&held, (enum protocol)i, "later", 100000));
	}
	SHOWN(2, "v0", 7);
	SHOWN(2, "later", 100000);
	TEST("twice is once");
	CHECK(!rule_add(&held, PROTOCOL_IGMP, "v0", 7) && held.count == 4);
	SHOWN(2, "v0", 7);
	TEST("a name of 15 bytes, a name that is another one's beginning");
	CHECK(!rule_add(&held, PROTOCOL_IGMP, "later-and-later", 7));
	SHOWN(1, "later-and-later", 7);
	SHOWN(2, "later", 100000);
	TEST("one is removed, twice is no error");
	CHECK(!rule_remove(&held, PROTOCOL_IGMP, "later", 100000));
	SHOWN(1, "later", 100000);
	CHECK(!rule_remove(&held, PROTOCOL_IGMP, "later", 100000));
	CHECK(!rule_remove(&held, PROTOCOL_IGMP, "later-and-later", 7));
	TEST("one that somebody has removed before is no error");
	CHECK(netns_run("ip -6 mrule del iif later lookup 100000"));
	CHECK(!rule_remove(&held, PROTOCOL_MLD, "later", 100000));
	SHOWN(0, "later", 100000);
	TEST("what is removed is not put back");
	run(50);
	SHOWN(0, "later", 100000);
	SHOWN(2, "v0", 7);
	CHECK(due == INT64_MAX);
}

static void test_repair(void)
{
	int64_t before;

	TEST("what somebody deletes is put back at once");
	CHECK(netns_run("ip mrule del iif v0 lookup 7"));
	CHECK(shown("iif v0", 7) == 1);
	run(20);
	SHOWN(2, "v0", 7);
	CHECK(due == INT64_MAX);
	TEST("again and again: ever more rarely");
	CHECK(netns_run("ip -6 mrule del oif v0 lookup 7"));
	before = loop_now();
	run(20);
	CHECK(shown("oif v0", 7) == 1);
	CHECK(due > before + 900 && due <= before + 1020, "%d", (int)(due - before));
	run((int)(due - loop_now()));
	SHOWN(2, "v0", 7);
	CHECK(netns_run("ip mrule del iif v0 lookup 7 && ip mrule del oif v0 lookup 7"));
	before = loop_now();
	run(20);
	CHECK(due > before + 1900 && due <= before + 2020, "%d", (int)(due - before));
	for (int i = 0; i < 8; i++) {
		CHECK(rule_turn(&held, due) == INT64_MAX);
		SHOWN(2, "v0", 7);
		CHECK(netns_run("ip mrule del iif v0 lookup 7"));
		before = loop_now();
		run(5);
	}
	CHECK(due > before + 63900 && due <= before + 64100, "%d", (int)(due - before));
	TEST("after two minutes of peace: at once");
	rule_turn(&held, due);
	held.repaired_at = loop_now() - 129000;
	CHECK(netns_run("ip mrule del iif v0 lookup 7"));
	run(20);
	SHOWN(2, "v0", 7);
	TEST("all of them, with the rule of the default table");
	held.repaired_at = loop_now() - 129000;
	CHECK(netns_run("ip mrule flush; ip -6 mrule flush"));
	run(20);
	SHOWN(2, "v0", 7);
}

static void test_lost(void)
{
	int size = 1;

	TEST("lost notifications are made up for");
	CHECK(!setsockopt(held.source.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	held.repaired_at = loop_now() - 129000;
	CHECK(netns_run("for i in $(seq 40); do ip mrule add iif x$i lookup $i; done; "
			"ip mrule del iif v0 lookup 7"));
	CHECK(shown("iif v0", 7) == 1);
	run(20);
	SHOWN(2, "v0", 7);
}

static void test_leftovers(void)
{
	struct rules other;

	TEST("what a daemon left behind that was killed is taken over");
	CHECK(!rule_open(&other, &loop, NULL, NULL));
	for (int i = 0; i < PROTOCOLS; i++) {
		CHECK(!rule_add(&other, (enum protocol)i, "old", 7));
		CHECK(!rule_add(&other, (enum protocol)i, "older", 7));
		CHECK(!rule_add(&other, (enum protocol)i, "old", 8));
	}
	SHOWN(2, "old", 7);
	CHECK(!rule_add(&held, PROTOCOL_IGMP, "old", 7));
	SHOWN(2, "old", 7);
	TEST("... and what is no longer wanted goes, but nothing of other tables");
	CHECK(!rule_sweep(&held, PROTOCOL_IGMP, 7));
	SHOWN(2, "old", 7);
	SHOWN(1, "older", 7);
	CHECK(!rule_sweep(&held, PROTOCOL_MLD, 7));
	SHOWN(1, "old", 7);
	SHOWN(0, "older", 7);
	SHOWN(2, "old", 8);
	SHOWN(2, "v0", 7);
	CHECK(netns_run("ip mrule | grep -q 'iif x1 .*lookup 1 *$'"));
	rule_close(&other);
	SHOWN(0, "old", 8);
}

/* Each system call fails once: the first that is made, the second, ... */
static void test_faults(void)
{
	unsigned refused = 0;
	int size = 1 << 20;

	CHECK(!setsockopt(held.source.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	run(5);
	TEST("where a call fails, there is either the whole rule, or none and an error");
	for (unsigned n = 1; n <= 10; n++) {
		int error;

		until = n;
		error = rule_add(&held, PROTOCOL_MLD, "v1", 9);
		until = 0;
		refused += error != 0;
		SHOWN(!error, "v1", 9);
		CHECK(!rule_add(&held, PROTOCOL_MLD, "v1", 9));
		SHOWN(1, "v1", 9);
		until = n;
		error = rule_remove(&held, PROTOCOL_MLD, "v1", 9);
		until = 0;
		CHECK(!error, "%u: %d", n, error);
		SHOWN(0, "v1", 9);
		run(5);
		SHOWN(0, "v1", 9);
	}
	CHECK(refused == 4, "%u", refused);
	TEST("a repair that fails is made later");
	CHECK(!rule_add(&held, PROTOCOL_MLD, "v1", 9));
	run(5);
	held.repair_at = INT64_MAX;
	CHECK(netns_run("ip -6 mrule del iif v1 lookup 9"));
	held.repaired_at = loop_now() - 129000;
	until = 4; /* the notification, the end of them, the question, the answer */
	run(5);
	until = 0;
	CHECK(due > loop_now() + 500 && due <= loop_now() + 1000, "%d", (int)(due - loop_now()));
	run((int)(due - loop_now()));
	SHOWN(1, "v1", 9);
	CHECK(!rule_remove(&held, PROTOCOL_MLD, "v1", 9));
	CHECK(due == INT64_MAX);
}

int main(void)
{
	netns_enter();
	if (!netns_run("ip mrule >/dev/null") ||
	    !netns_run("ip link add v0 type veth peer name v1"))
		return NETNS_SKIP;
	log_open(false, LOG_LEVEL_ERROR);
	TEST("it opens");
	if (!CHECK(!loop_open(&loop)) || !CHECK(!rule_open(&held, &loop, NULL, NULL)))
		return test_end();
	RUN(test_add, test_repair, test_lost, test_leftovers, test_faults);
	TEST("nothing is left in the end, and it can be closed twice");
	rule_close(&held);
	rule_close(&held);
	CHECK(!netns_run("{ ip mrule; ip -6 mrule; } | grep proto"));
	loop_close(&loop);
	return test_end();
}
