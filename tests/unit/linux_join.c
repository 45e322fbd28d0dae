/* SPDX-License-Identifier: MIT */
/* core/daemon/join.c on a real kernel: what /proc/net says that it is a member of. */
#include <sys/resource.h>

#include "core/daemon/join.h"
#include "core/base/sockaddr.h"
#include "netns.h"

/* Calls until one fails; 0: none does. */
static unsigned until;
static int failure;

static bool fails(void)
{
	if (!until || --until)
		return false;
	errno = failure;
	return true;
}

static void *try_malloc(size_t size)
{
	return fails() ? NULL : malloc(size);
}

static void *try_calloc(size_t count, size_t size)
{
	return fails() ? NULL : calloc(count, size);
}

static void *try_realloc(void *block, size_t size)
{
	return fails() ? NULL : realloc(block, size);
}

static int try_socket(int family, int type, int protocol)
{
	return fails() ? -1 : socket(family, type, protocol);
}

static int try_setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	return fails() ? -1 : setsockopt(fd, level, name, value, size);
}

#define malloc try_malloc
#define calloc try_calloc
#define realloc try_realloc
#define socket(family, type, protocol) try_socket(family, type, protocol)
#define setsockopt try_setsockopt
#include "core/daemon/join.c"
#undef malloc
#undef calloc
#undef realloc
#undef socket
#undef setsockopt

enum { SOURCES = 70, GROUPS = 60, ROUNDS = 500, FILE_MAX = 1 << 22 };

struct filter {
	bool exclude;
	unsigned count;
	struct addr source[SOURCES];
};

static unsigned ifindex;
static char text[FILE_MAX];
static uint32_t seed = 1;

static unsigned random_number(unsigned below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % below;
}

static const char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = 0, part = 1;

	while (part > 0 && length < FILE_MAX - 1) {
		part = read(fd, text + length, (size_t)(FILE_MAX - 1 - length));
		length += part > 0 ? part : 0;
	}
	text[length] = '\0';
	close(fd);
	return text;
}

static struct addr group(enum protocol protocol, unsigned n)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(0xef010100 + n);
	return (struct addr){{0xff, 0x1e, [14] = (uint8_t)(n >> 8), [15] = (uint8_t)n}};
}

static struct addr source(enum protocol protocol, unsigned n)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(0x0a000001 + n);
	return (struct addr){{0x20, 1, 0x0d, 0xb8, [14] = (uint8_t)(n >> 8), [15] = (uint8_t)n}};
}

/* As /proc/net has it. */
static void write_hex(enum protocol protocol, const struct addr *addr, char result[40])
{
	size_t from = protocol == PROTOCOL_IGMP ? 12 : 0;

	if (protocol == PROTOCOL_IGMP)
		result += sprintf(result, "0x");
	for (size_t i = from; i < 16; i++)
		result += sprintf(result, "%02x", addr->byte[i]);
}

static bool is_member(enum protocol protocol, const struct addr *g)
{
	char hex[40], line[64];

	if (protocol == PROTOCOL_IGMP) {
		uint32_t number;

		memcpy(&number, g->byte + 12, 4);
		snprintf(line, sizeof(line), "\t%08X ", number);
		return strstr(read_file("/proc/net/igmp"), line);
	}
	write_hex(protocol, g, hex);
	snprintf(line, sizeof(line), " %s ", hex);
	return strstr(read_file("/proc/net/igmp6"), line);
}

/* The kernel lists no filter of an interface at all if the group that was joined last has none. */
static void join_last(enum protocol protocol)
{
	const struct addr g = group(protocol, 9999), s = source(protocol, 9999);
	static struct joins joins;

	join_close(&joins);
	join_open(&joins, NULL, protocol, ifindex);
	CHECK(!join_set(&joins, &g, INCLUDE, &s, 1));
}

/* Is the kernel a member with just this filter? */
static bool holds(enum protocol protocol, const struct addr *g, const struct filter *f)
{
	char hex[40], other[40], line[128];
	unsigned count = 0;

	if (is_member(protocol, g) != (f->exclude || f->count))
		return false;
	join_last(protocol);
	read_file(protocol == PROTOCOL_IGMP ? "/proc/net/mcfilter" : "/proc/net/mcfilter6");
	write_hex(protocol, g, hex);
	snprintf(line, sizeof(line), " %s ", hex);
	for (const char *at = text; (at = strstr(at, line)); at++)
		count++;
	for (unsigned i = 0; i < f->count; i++) {
		write_hex(protocol, &f->source[i], other);
		snprintf(line, sizeof(line), " %s %s %6u %6u\n", hex, other, !f->exclude,
			 f->exclude);
		if (!strstr(text, line))
			return false;
	}
	return count == f->count;
}

static int set(struct joins *joins, unsigned g, const struct filter *f)
{
	struct addr address = group(joins->protocol, g);

	return join_set(joins, &address, f->exclude ? EXCLUDE : INCLUDE, f->source, f->count);
}

static bool check(struct joins *joins, unsigned g, const struct filter *f)
{
	struct addr address = group(joins->protocol, g);

	return holds(joins->protocol, &address, f);
}

static struct filter make(enum protocol protocol, bool exclude, unsigned first, unsigned count)
{
	struct filter f = {.exclude = exclude, .count = count};

	for (unsigned i = 0; i < count; i++)
		f.source[i] = source(protocol, first + i);
	return f;
}

static void test_random(enum protocol protocol)
{
	static struct filter is[GROUPS];
	struct joins joins;
	unsigned members = 0;

	TEST("whatever the filters, the kernel has just these, in as few sockets as they fit into");
	memset(is, 0, sizeof(is));
	join_open(&joins, NULL, protocol, ifindex);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned g = random_number(GROUPS);

		is[g] = make(protocol, random_number(2), random_number(9), random_number(9));
		if (!CHECK(!set(&joins, g, &is[g]), "%u", round) ||
		    !CHECK(check(&joins, g, &is[g]), "round %u group %u: %s %u sources", round, g,
			   is[g].exclude ? "EXCLUDE" : "INCLUDE", is[g].count))
			break;
	}
	for (unsigned g = 0; g < GROUPS; g++) {
		CHECK(check(&joins, g, &is[g]), "%u", g);
		members += is[g].exclude || is[g].count;
	}
	CHECK(joins.count == members && !joins.pending && !joins.wider);
	CHECK(joins.socket_count == (protocol == PROTOCOL_IGMP ? 3 : 1), "%zu", joins.socket_count);
	TEST("all are left in the end");
	join_close(&joins);
	join_close(&joins);
	for (unsigned g = 0; g < GROUPS; g++) {
		struct addr address = group(protocol, g);

		CHECK(!is_member(protocol, &address));
	}
}

static void test_wider(enum protocol protocol)
{
	const unsigned most = protocol == PROTOCOL_IGMP ? 10 : 64;
	struct filter f = make(protocol, false, 0, most), all = {.exclude = true};
	struct joins joins;

	TEST("with more sources than the kernel takes, all are asked for");
	join_open(&joins, NULL, protocol, ifindex);
	CHECK(!set(&joins, 1, &all) && !set(&joins, 2, &f) && check(&joins, 2, &f));
	f = make(protocol, false, 0, most + 1);
	CHECK(!set(&joins, 2, &f) && check(&joins, 2, &all) && joins.wider == 1);
	CHECK(!set(&joins, 3, &f) && check(&joins, 3, &all) && joins.wider == 2);
	f.exclude = true;
	CHECK(!set(&joins, 3, &f) && check(&joins, 3, &all) && joins.wider == 2);
	CHECK(joins.socket_count == 1 && joins.count == 3 && !joins.pending);
	TEST("... until there are fewer, or the kernel takes more");
	f = make(protocol, false, 1, most);
	CHECK(!set(&joins, 2, &f) && check(&joins, 2, &f) && joins.wider == 1);
	/* IPv6's limit is not a network namespace's. */
	netns_write("/proc/sys/net/ipv4/igmp_max_msf", "64");
	f = make(protocol, true, 0, 64);
	CHECK(!set(&joins, 3, &f) && check(&joins, 3, &f) && !joins.wider);
	f = make(protocol, false, 0, 0);
	CHECK(!set(&joins, 3, &f) && !set(&joins, 2, &f) && !set(&joins, 1, &f));
	CHECK(check(&joins, 3, &f) && !joins.count && !joins.wider);
	join_close(&joins);
}

/* The memory that the kernel gives a socket for filters (optmem_max) is shared by its groups. */
static void test_many(enum protocol protocol)
{
	struct filter f = make(protocol, false, 0, 64), one = make(protocol, false, 0, 1);
	struct joins joins;

	TEST("many groups with many sources");
	join_open(&joins, NULL, protocol, ifindex);
	for (unsigned g = 0; g < 300; g++)
		CHECK(!set(&joins, g, &one), "%u", g);
	for (unsigned g = 0; g < 300; g++)
		CHECK(!set(&joins, g, &f), "%u", g);
	for (unsigned g = 0; g < 300; g += 17)
		CHECK(check(&joins, g, &f), "%u", g);
	CHECK(!joins.wider && !joins.pending && joins.socket_count > 2, "%zu wider, %zu sockets",
	      joins.wider, joins.socket_count);
	for (unsigned g = 0; g < 300; g++)
		CHECK(!set(&joins, g, &one), "%u", g);
	CHECK(check(&joins, 299, &one));
	join_close(&joins);
}

static void test_retry(enum protocol protocol)
{
	struct filter all = {.exclude = true}, none = {.exclude = false},
		      one = make(protocol, false, 3, 1);
	struct rlimit limit, few;
	struct joins joins;

	TEST("what cannot be joined is joined later, what is joined stays");
	join_open(&joins, NULL, protocol, ifindex);
	getrlimit(RLIMIT_NOFILE, &limit);
	few = limit;
	few.rlim_cur = (rlim_t)open("/dev/null", O_RDONLY) + 1;
	setrlimit(RLIMIT_NOFILE, &few);
	close((int)few.rlim_cur - 1);
	for (unsigned g = 0; g < 20; g++)
		CHECK(!set(&joins, g, &all));
	few.rlim_cur--;
	setrlimit(RLIMIT_NOFILE, &few);
	if (protocol == PROTOCOL_IGMP) {
		CHECK(set(&joins, 20, &one) == -EMFILE && set(&joins, 21, &all) == -EMFILE);
		CHECK(set(&joins, 22, &all) == -EMFILE && !set(&joins, 22, &none));
		CHECK(joins.pending == 2 && joins.count == 22);
		CHECK(join_retry(&joins) == -EMFILE && joins.pending == 2);
		setrlimit(RLIMIT_NOFILE, &limit);
		CHECK(!check(&joins, 20, &one) && check(&joins, 19, &all));
		CHECK(!join_retry(&joins) && !joins.pending);
		CHECK(check(&joins, 20, &one) && check(&joins, 21, &all) &&
		      check(&joins, 22, &none));
	}
	setrlimit(RLIMIT_NOFILE, &limit);
	TEST("nothing can be joined where there is no interface, and nothing breaks when it goes");
	CHECK(!set(&joins, 5, &one) && !set(&joins, 6, &none));
	CHECK(netns_run("ip link del v0"));
	CHECK(!set(&joins, 5, &none) && set(&joins, 50, &all) && set(&joins, 51, &one));
	CHECK(joins.pending == 2);
	join_close(&joins);
	CHECK(netns_wire("v0", "v1"));
	CHECK(if_nametoindex("v0") != ifindex);
	ifindex = if_nametoindex("v0");
	join_open(&joins, NULL, protocol, ifindex);
	CHECK(!set(&joins, 5, &one) && check(&joins, 5, &one));
	join_close(&joins);
	CHECK(check(&joins, 5, &none));
}

/* Each call of the system and each allocation fails now and then. */
static void test_faults(enum protocol protocol)
{
	static const int error_of[] = {ENOMEM, ENOBUFS, EPERM, EMFILE};
	static struct filter is[GROUPS];
	const struct filter all = {.exclude = true};
	unsigned failed = 0, widened = 0;
	struct joins joins;

	TEST("where a call fails, what there was stays until it is tried again");
	memset(is, 0, sizeof(is));
	join_open(&joins, NULL, protocol, ifindex);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned g = random_number(GROUPS);
		struct filter f =
			make(protocol, random_number(2), random_number(9), random_number(9));
		int error;

		until = 1 + random_number(6);
		failure = error_of[random_number(4)];
		error = set(&joins, g, &f);
		until = 0;
		failed += error != 0;
		widened += joins.wider != 0;
		if (!CHECK(check(&joins, g,
				 error	       ? &is[g]
				 : joins.wider ? &all
					       : &f),
			   "%u: %d", round, error))
			break;
		CHECK(!join_retry(&joins) && !joins.pending);
		/* It may not even have been remembered. */
		if (joins.wider || error == -ENOMEM)
			CHECK(!set(&joins, g, &f) && !joins.wider);
		is[g] = f;
		if (!CHECK(check(&joins, g, &f), "%u: %d", round, error))
			break;
	}
	for (unsigned g = 0; g < GROUPS; g++)
		CHECK(check(&joins, g, &is[g]), "%u", g);
	CHECK(failed > ROUNDS / 10 && widened, "%u %u", failed, widened);
	join_close(&joins);
}

int main(void)
{
	netns_enter();
	if (!netns_wire("v0", "v1"))
		return NETNS_SKIP;
	ifindex = if_nametoindex("v0");
	for (int i = 0; i < PROTOCOLS; i++) {
		test_random((enum protocol)i);
		test_faults((enum protocol)i);
		test_wider((enum protocol)i);
		test_many((enum protocol)i);
		test_retry((enum protocol)i);
	}
	return test_end();
}
