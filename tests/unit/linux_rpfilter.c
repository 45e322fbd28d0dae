/* SPDX-License-Identifier: MIT */
/* core/rpfilter.c on a real kernel. */
#include "../../core/rpfilter.h"
#include "netns.h"

static struct rpfilter filter;

static void set(const char *name, const char *value)
{
	CHECK(netns_run("echo %s >/proc/sys/net/ipv4/conf/%s/rp_filter", value, name));
}

static int get(const char *name)
{
	char path[64], value = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &value, 1) != 1)
		value = '0' - 1;
	close(fd);
	return value - '0';
}

static void test_hold(void)
{
	TEST("the filter is switched off for the interface and for all, and restored");
	set("all", "1");
	set("a", "2");
	set("b", "1");
	set("default", "1");
	CHECK(!rpfilter_hold(&filter, "a"));
	CHECK(get("a") == 0 && get("all") == 0 && get("b") == 1 && get("default") == 1);
	rpfilter_release(&filter, "a");
	CHECK(get("a") == 2 && get("all") == 1 && !filter.count);
	TEST("for as long as one holder is left");
	CHECK(!rpfilter_hold(&filter, "a") && !rpfilter_hold(&filter, "b") &&
	      !rpfilter_hold(&filter, "a"));
	rpfilter_release(&filter, "a");
	CHECK(get("a") == 0 && get("b") == 0 && get("all") == 0);
	rpfilter_release(&filter, "a");
	CHECK(get("a") == 2 && get("b") == 0 && get("all") == 0);
	rpfilter_release(&filter, "a");
	CHECK(get("all") == 0);
	rpfilter_release(&filter, "b");
	CHECK(get("b") == 1 && get("all") == 1);
	TEST("what was off stays off, what others switch on meanwhile stays on");
	set("a", "0");
	CHECK(!rpfilter_hold(&filter, "a") && !rpfilter_hold(&filter, "b"));
	set("b", "2");
	set("all", "2");
	rpfilter_release(&filter, "a");
	rpfilter_release(&filter, "b");
	CHECK(get("a") == 0 && get("b") == 2 && get("all") == 2, "%d %d %d", get("a"), get("b"),
	      get("all"));
}

static void test_appear(void)
{
	TEST("an interface that appears later, and comes back as another one");
	set("all", "1");
	CHECK(!rpfilter_hold(&filter, "x.1"));
	CHECK(netns_run("ip link add name x.1 type veth peer name y"));
	CHECK(get("x.1") == 1);
	CHECK(!rpfilter_refresh(&filter, "x.1") && get("x.1") == 0);
	set("default", "2");
	CHECK(netns_run("ip link del x.1 && ip link add name x.1 type veth peer name y"));
	CHECK(get("x.1") == 2);
	CHECK(!rpfilter_refresh(&filter, "x.1") && get("x.1") == 0);
	CHECK(!rpfilter_refresh(&filter, "x.1") && !rpfilter_refresh(&filter, "b"));
	rpfilter_release(&filter, "x.1");
	CHECK(get("x.1") == 2 && get("b") == 2 && get("all") == 1);
	TEST("one that is gone when it is released");
	CHECK(!rpfilter_hold(&filter, "x.1") && netns_run("ip link del x.1"));
	rpfilter_release(&filter, "x.1");
	CHECK(!filter.count && get("all") == 1);
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
	CHECK(filter.count == 102 && get("a") == 0 && get("all") == 0);
	rpfilter_close(&filter);
	rpfilter_close(&filter);
	CHECK(get("a") == 1 && get("all") == 1 && !filter.count);
}

int main(void)
{
	netns_enter();
	if (!netns_run("ip link add name a type veth peer name b"))
		return 1;
	TEST("it opens");
	if (!CHECK(!rpfilter_open(&filter)))
		return test_end();
	test_hold();
	test_appear();
	test_end_of_all();
	return test_end();
}
