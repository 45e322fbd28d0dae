/* SPDX-License-Identifier: MIT */
/* core/kernel/rpfilter.c on a real kernel. */
#include "core/kernel/rpfilter.h"
#include "netns.h"

static struct rpfilter filter;

static void set(const char *name, const char *value)
{
	CHECK(netns_run("echo %s >/proc/sys/net/ipv4/conf/%s/rp_filter", value, name));
}

static void test_hold(void)
{
	TEST("the filter is switched off for the interface and for all, and restored");
	set("all", "1");
	set("a", "2");
	set("b", "1");
	set("default", "1");
	CHECK(!rpfilter_hold(&filter, "a"));
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("all") == 0 &&
	      netns_rp_filter("b") == 1 && netns_rp_filter("default") == 1);
	rpfilter_release(&filter, "a");
	CHECK(netns_rp_filter("a") == 2 && netns_rp_filter("all") == 1 && !filter.count);
	TEST("for as long as one holder is left");
	CHECK(!rpfilter_hold(&filter, "a") && !rpfilter_hold(&filter, "b") &&
	      !rpfilter_hold(&filter, "a"));
	rpfilter_release(&filter, "a");
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("b") == 0 &&
	      netns_rp_filter("all") == 0);
	rpfilter_release(&filter, "a");
	CHECK(netns_rp_filter("a") == 2 && netns_rp_filter("b") == 0 &&
	      netns_rp_filter("all") == 0);
	rpfilter_release(&filter, "a");
	CHECK(netns_rp_filter("all") == 0);
	rpfilter_release(&filter, "b");
	CHECK(netns_rp_filter("b") == 1 && netns_rp_filter("all") == 1);
	TEST("what was off stays off, what others switch on meanwhile stays on");
	set("a", "0");
	CHECK(!rpfilter_hold(&filter, "a") && !rpfilter_hold(&filter, "b"));
	set("b", "2");
	set("all", "2");
	rpfilter_release(&filter, "a");
	rpfilter_release(&filter, "b");
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("b") == 2 && netns_rp_filter("all") == 2,
	      "%d %d %d", netns_rp_filter("a"), netns_rp_filter("b"), netns_rp_filter("all"));
}

static void test_appear(void)
{
	TEST("an interface that appears later, and comes back as another one");
	set("all", "1");
	CHECK(!rpfilter_hold(&filter, "x.1"));
	CHECK(netns_run("ip link add name x.1 type veth peer name y"));
	CHECK(netns_rp_filter("x.1") == 1);
	CHECK(!rpfilter_refresh(&filter, "x.1") && netns_rp_filter("x.1") == 0);
	set("default", "2");
	CHECK(netns_run("ip link del x.1 && ip link add name x.1 type veth peer name y"));
	CHECK(netns_rp_filter("x.1") == 2);
	CHECK(!rpfilter_refresh(&filter, "x.1") && netns_rp_filter("x.1") == 0);
	CHECK(!rpfilter_refresh(&filter, "x.1") && !rpfilter_refresh(&filter, "b"));
	rpfilter_release(&filter, "x.1");
	CHECK(netns_rp_filter("x.1") == 2 && netns_rp_filter("b") == 2 &&
	      netns_rp_filter("all") == 1);
	TEST("one that is gone when it is released");
	CHECK(!rpfilter_hold(&filter, "x.1") && netns_run("ip link del x.1"));
	rpfilter_release(&filter, "x.1");
	CHECK(!filter.count && netns_rp_filter("all") == 1);
}

static void test_limit(void)
{
	char name[IF_NAMESIZE];

	TEST("as many are held as there may be, and \"all\"; of one more nothing changes");
	set("a", "1");
	set("b", "1");
	for (int i = 0; i < CONFIG_MAX_RP_FILTERS - 1; i++) {
		snprintf(name, sizeof(name), "interface-%d", i);
		CHECK(!rpfilter_hold(&filter, name));
	}
	CHECK(!rpfilter_hold(&filter, "a") && filter.count == CONFIG_MAX_RP_FILTERS + 1);
	CHECK(rpfilter_hold(&filter, "b") == -ENOSPC && rpfilter_hold(&filter, "b") == -ENOSPC);
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("b") == 1 &&
	      netns_rp_filter("all") == 0);
	rpfilter_release(&filter, "b");
	TEST("... those that are held can be held again");
	CHECK(!rpfilter_hold(&filter, "a") && filter.count == CONFIG_MAX_RP_FILTERS + 1);
	rpfilter_release(&filter, "a");
	TEST("... and what is released makes room");
	rpfilter_release(&filter, "interface-0");
	CHECK(!rpfilter_hold(&filter, "b") && netns_rp_filter("b") == 0);
	rpfilter_release(&filter, "b");
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("b") == 1 &&
	      netns_rp_filter("all") == 0);
	for (int i = 1; i < CONFIG_MAX_RP_FILTERS - 1; i++) {
		snprintf(name, sizeof(name), "interface-%d", i);
		rpfilter_release(&filter, name);
	}
	CHECK(netns_rp_filter("all") == 0);
	rpfilter_release(&filter, "a");
	CHECK(!filter.count && netns_rp_filter("a") == 1 && netns_rp_filter("all") == 1);
}

/* As when a worker has died: the next one holds what it holds. */
static void test_renew(void)
{
	TEST("who held them is no more: they stay off");
	set("b", "2");
	CHECK(!rpfilter_hold(&filter, "a") && !rpfilter_hold(&filter, "a") &&
	      !rpfilter_hold(&filter, "b") && !rpfilter_hold(&filter, "gone"));
	rpfilter_renew(&filter);
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("b") == 0 &&
	      netns_rp_filter("all") == 0);
	TEST("... who has not held one cannot release it, nor others with it");
	CHECK(!rpfilter_hold(&filter, "a"));
	rpfilter_release(&filter, "b");
	rpfilter_release(&filter, "b");
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("b") == 0 &&
	      netns_rp_filter("all") == 0);
	TEST("... until it is clear that nobody holds them again");
	rpfilter_sweep(&filter);
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("b") == 2 &&
	      netns_rp_filter("all") == 0 && filter.count == 2);
	rpfilter_sweep(&filter);
	CHECK(netns_rp_filter("a") == 0 && netns_rp_filter("all") == 0);
	TEST("... as often as they were held by the one that is left");
	rpfilter_release(&filter, "a");
	CHECK(netns_rp_filter("a") == 1 && netns_rp_filter("all") == 1 && !filter.count);
	TEST("nobody holds any");
	CHECK(!rpfilter_hold(&filter, "a"));
	rpfilter_renew(&filter);
	rpfilter_renew(&filter);
	rpfilter_sweep(&filter);
	CHECK(netns_rp_filter("a") == 1 && netns_rp_filter("all") == 1 && !filter.count);
}

static void test_end_of_all(void)
{
	char name[IF_NAMESIZE];

	TEST("many are held, and all restored in the end");
	set("a", "1");
	CHECK(!rpfilter_hold(&filter, "a") && !rpfilter_hold(&filter, "a"));
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "interface-%d", i);
		CHECK(!rpfilter_hold(&filter, name));
	}
	CHECK(filter.count == 102 && netns_rp_filter("a") == 0 && netns_rp_filter("all") == 0);
	rpfilter_close(&filter);
	rpfilter_close(&filter);
	CHECK(netns_rp_filter("a") == 1 && netns_rp_filter("all") == 1 && !filter.count);
}

int main(void)
{
	netns_enter();
	if (!netns_run("ip link add name a type veth peer name b"))
		return 1;
	TEST("it opens");
	if (!CHECK(!rpfilter_open(&filter)))
		return test_end();
	RUN(test_hold, test_appear, test_limit, test_renew, test_end_of_all);
	return test_end();
}
