/* SPDX-License-Identifier: MIT */
/*
 * core/privilege/monitor_serve.c: what a worker can make the monitor do that is somebody else's by
 * then: every request in every wrong form, descriptors that nobody asked for, replies that nobody
 * reads. Whatever comes, the monitor does not wait, allocates nothing, and has all back in the end.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "core/base/log.h"
#include "core/privilege/monitor_serve.h"
#include "core/privilege/passing.h"
#include "allocator.h"
#include "netns.h"

enum {
	KEPT = CONFIG_MAX_KEPT,
	TABLES = PROTOCOLS * CONFIG_MAX_TABLES,
	RULES = 8 * PROXY_VIFS, /* of a table, at most */
	MESSAGES = 100000,
	WAIT = 20 /* seconds; what takes longer waits for something */
};

static struct monitor m;
static int worker; /* the other end */
static char file[] = "/tmp/monitor-XXXXXX", directory[] = "/tmp/monitor-XXXXXX";
static unsigned ready_calls;

static void count_ready(void *ctx, const struct priv_settings *settings)
{
	(void)ctx;
	(void)settings;
	ready_calls++;
}

static char word[] = "mcproxy";
static char *words[] = {word, NULL};
static const struct priv_job job = {.file = file, .argv = words, .ready = count_ready};

static void open_monitor(bool settled)
{
	int end[2];

	m = (struct monitor){.job = &job,
			     .settled = settled,
			     .notify.fd = -1,
			     .ready_at = INT64_MAX,
			     .state = {.shared = -1,
				       .script = -1,
				       .worker = 1,
				       .settings = {.control = -1, .privilege.root = -1}}};
	CHECK(!rpfilter_open(&m.state.rpfilter) && !netlink_open(&m.rules.request, 0));
	CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end));
	m.channel = end[0];
	worker = end[1];
}

/* As core/privilege/monitor.c does. */
static void close_monitor(void)
{
	monitor_release(&m);
	pidfile_set(&m.state.pidfile, "");
	netlink_close(&m.rules.request);
	close(m.state.settings.control);
	close(m.state.settings.privilege.root);
	close(m.state.script);
	close(m.channel);
	close(worker);
}

/* ---- asking ---- */

static struct monitor_reply reply;
static int replied[PASSING_MAX];

/* Sends it with two descriptors, serves it, reads the reply: its error, and in replied[] what came
 * along. */
static int ask_with(const struct monitor_request *request, int one, int other)
{
	const int passed[PASSING_MAX] = {one, other};

	memset(&reply, 0x55, sizeof(reply));
	if (!CHECK(!passing_send(worker, request, sizeof(*request), passed, PASSING_MAX,
				 MSG_DONTWAIT)) ||
	    !CHECK(monitor_serve(&m)) ||
	    !CHECK(!passing_receive(worker, &reply, sizeof(reply), replied, MSG_DONTWAIT)))
		return 1;
	return reply.error;
}

static int ask(struct monitor_request request)
{
	return ask_with(&request, -1, -1);
}

#define ASK(...) ask((struct monitor_request){.type = __VA_ARGS__})

/* What came with the reply is closed. How many there were. */
static unsigned drop_replied(void)
{
	unsigned count = 0;

	for (int i = 0; i < PASSING_MAX; i++)
		if (replied[i] >= 0)
			count += !close(replied[i]);
	return count;
}

static int udp(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/* Asks with a socket of its own. */
static int keep(int fd, uint32_t key)
{
	int error =
		ask_with(&(struct monitor_request){.type = MONITOR_KEEP, .number = key}, fd, -1);

	close(fd);
	return error;
}

static int text_in_memory(const char *text, size_t length)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	CHECK(write(fd, text, length) == (ssize_t)length);
	return fd;
}

static int change_rule(bool add, enum protocol protocol, uint32_t table, const char *name,
		       uint16_t attribute)
{
	struct monitor_request request = {.type = MONITOR_RULE,
					  .protocol = protocol,
					  .table = table,
					  .number = add,
					  .attribute = attribute};

	strncpy(request.name, name, sizeof(request.name));
	return ask(request);
}

/* How many multicast rules there are of ours, of both families. */
static unsigned rules(void)
{
	char digits[16] = "";
	FILE *pipe = popen("{ ip mrule; ip -6 mrule; } | grep -c '^32000:'", "r");

	if (!pipe || !fgets(digits, sizeof(digits), pipe))
		CHECK(false, "popen");
	if (pipe)
		pclose(pipe);
	return (unsigned)atoi(digits);
}

static int ask_rp_filter(enum priv_rp_filter what, const char *name)
{
	struct monitor_request request = {.type = MONITOR_RP_FILTER, .number = what};

	strncpy(request.name, name, sizeof(request.name));
	return ask(request);
}

/* ---- what is settled ---- */

static void test_unsettled(void)
{
	const uint32_t wrong[] = {MONITOR_REQUESTS, MONITOR_REQUESTS + 1, 255, 1u << 31,
				  UINT32_MAX};
	unsigned before;

	open_monitor(false);
	before = test_open();
	TEST("before it is settled, nothing else is served");
	for (uint32_t type = 0; type < MONITOR_REQUESTS; type++)
		if (type != MONITOR_SETTLE)
			CHECK(ask((struct monitor_request){.type = type, .name = "v0"}) == -EPERM,
			      "%u", (unsigned)type);
	CHECK(!m.state.table_count && !m.state.kept_count && !m.ready && !m.upgrade);
	TEST("what is no request");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(ask((struct monitor_request){.type = wrong[i]}) == -EPERM);
	m.settled = true;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(ask((struct monitor_request){.type = wrong[i]}) == -EPERM);
	TEST("when it is settled, it cannot be once more");
	CHECK(ASK(MONITOR_SETTLE) == -EPERM);
	CHECK(test_open() == before, "%u, not %u", test_open(), before);
	close_monitor();
}

static int settle(const struct priv_settings *settings, int root, int control)
{
	const struct monitor_request request = {.type = MONITOR_SETTLE, .settings = *settings};

	m.settled = false;
	return ask_with(&request, root, control);
}

static void test_settle(void)
{
	struct priv_settings settings = {.control = 5, .privilege.root = 6, .watchdog = 7};
	const struct priv_settings none = {.control = -1, .privilege.root = -1};
	int root = open("/", O_PATH | O_CLOEXEC), control = udp();
	struct monitor_state *state = &m.state;
	unsigned before;

	open_monitor(false);
	before = test_open();
	TEST("the root directory and the socket that come along are those that are kept");
	CHECK(!settle(&settings, root, control) && m.settled);
	CHECK(test_same_file(state->settings.privilege.root, root) &&
	      test_same_file(state->settings.control, control) && state->settings.watchdog == 7);
	CHECK(test_open() == before + 2);
	TEST("... one of them alone, too");
	settings.privilege.root = -1;
	CHECK(!settle(&settings, -1, control) && test_same_file(state->settings.control, control));
	CHECK(state->settings.privilege.root == -1 && test_open() == before + 1);
	TEST("... and what was said to come, but did not, is not there");
	settings.privilege.root = 6;
	CHECK(!settle(&settings, -1, -1));
	CHECK(state->settings.privilege.root == -1 && state->settings.control == -1);
	CHECK(test_open() == before);
	TEST("... nor is what came and was not said");
	CHECK(!settle(&none, root, control) && state->settings.control == -1 &&
	      state->settings.privilege.root == -1 && test_open() == before);
	TEST("paths end, whatever is in them");
	memset(settings.path, 'a', sizeof(settings.path));
	memset(settings.pidfile, 'b', sizeof(settings.pidfile));
	CHECK(!settle(&settings, -1, -1) && strlen(state->settings.path) == CONF_PATH - 1 &&
	      strlen(state->settings.pidfile) == CONF_PATH - 1);
	TEST("the socket's old path goes, unless it is the new one");
	snprintf(settings.path, sizeof(settings.path), "%s/socket", directory);
	netns_run("touch %s", settings.path);
	CHECK(!settle(&settings, -1, -1) && !settle(&settings, -1, -1) &&
	      !access(settings.path, F_OK));
	CHECK(!settle(&none, -1, -1) && access(settings.path, F_OK));
	close_monitor();
	close(root);
	close(control);
}

static void test_pidfile(void)
{
	struct priv_settings settings = {.control = -1, .privilege.root = -1};
	char path[64];

	open_monitor(false);
	snprintf(path, sizeof(path), "%s/pid", directory);
	snprintf(settings.pidfile, sizeof(settings.pidfile), "%s", path);
	TEST("the pid file is the one that was settled");
	CHECK(!settle(&settings, -1, -1) && access(path, F_OK));
	snprintf(settings.pidfile, sizeof(settings.pidfile), "%s.other", path);
	CHECK(!ask((struct monitor_request){.type = MONITOR_PIDFILE, .settings = settings}));
	CHECK(!access(path, F_OK) && access(settings.pidfile, F_OK));
	close_monitor();
	CHECK(access(path, F_OK));
}

/* ---- form ---- */

static void test_sizes(void)
{
	static char bytes[2 * sizeof(struct monitor_request)];
	unsigned before;
	int fd = udp();

	open_monitor(true);
	before = test_open();
	TEST("requests of another size are the end, with all that came along");
	for (size_t size = 0; size <= sizeof(bytes); size += size < 400 ? 1 : 37) {
		if (size == sizeof(struct monitor_request))
			continue;
		CHECK(!passing_send(worker, bytes, size, &fd, 1, 0));
		CHECK(!monitor_serve(&m), "%zu", size);
		CHECK(passing_receive(worker, &reply, sizeof(reply), replied, MSG_DONTWAIT) ==
		      -EAGAIN);
	}
	CHECK(test_open() == before, "%u, not %u", test_open(), before);
	TEST("nothing to be read is no end; the end is one");
	CHECK(monitor_serve(&m));
	CHECK(ASK(MONITOR_CLOSE) == -ENOENT);
	shutdown(worker, SHUT_WR);
	CHECK(!monitor_serve(&m) && !monitor_serve(&m));
	close_monitor();
	close(fd);
}

/* Each request that takes none, with two descriptors. */
static void test_unasked(void)
{
	unsigned before;
	int one = udp(), other = open("/", O_PATH | O_CLOEXEC);

	open_monitor(true);
	m.path[0] = '/';
	TEST("descriptors that nobody asked for are closed");
	CHECK(!ASK(MONITOR_MROUTE) && drop_replied() == 1);
	CHECK(!ASK(MONITOR_MROUTE, .table = 7) && drop_replied() == 1);
	before = test_open();
	for (uint32_t type = 0; type < MONITOR_REQUESTS; type++) {
		struct monitor_request request = {
			.type = type, .table = 7, .name = "v0", .attribute = ABI_FRA_IIFNAME};

		if (type == MONITOR_MROUTE_DONE || type == MONITOR_KEEP)
			continue;
		ask_with(&request, one, other);
		drop_replied();
		CHECK(test_open() == before, "%u: %u, not %u", (unsigned)type, test_open(), before);
	}
	CHECK(!ask_with(&(struct monitor_request){.type = MONITOR_KEEP}, one, other) &&
	      test_open() == before + 1);
	CHECK(!ASK(MONITOR_CLOSE) && test_open() == before);
	close_monitor();
	close(one);
	close(other);
}

static void test_names(void)
{
	static const char *const wrong[] = {
		"",    ".",    "..",   "all",  "default", "../x", "a/b", "/",
		"a b", "a\tb", "a\nb", "\x7f", "\x01",	  " ",	  "a/.", "0123456789abcdef"};
	static const char *const right[] = {"v0",  "absent.1", "a@b",	   "...",
					    "alL", "defaul",   "\xc3\xa4", "0123456789abcde"};

	open_monitor(true);
	CHECK(!ASK(MONITOR_MROUTE, .table = 7) && drop_replied() == 1);
	TEST("names that are no interface's");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CHECK(change_rule(true, PROTOCOL_IGMP, 7, wrong[i], ABI_FRA_IIFNAME) == -EPERM,
		      "'%s'", wrong[i]);
		for (uint32_t what = 0; what <= PRIV_RP_REFRESH + 1; what++)
			CHECK(ask_rp_filter(what, wrong[i]) == -EPERM, "'%s'", wrong[i]);
	}
	CHECK(!rules() && !m.state.rpfilter.count);
	TEST("names that may be one's, if none that there is");
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		CHECK(!change_rule(true, PROTOCOL_IGMP, 7, right[i], ABI_FRA_OIFNAME), "'%s'",
		      right[i]);
		CHECK(!ask_rp_filter(PRIV_RP_HOLD, right[i]));
	}
	CHECK(rules() == sizeof(right) / sizeof(right[0]), "%u", rules());
	close_monitor();
	CHECK(!rules());
}

/* ---- tables and rules ---- */

static void test_tables(void)
{
	int copy;

	open_monitor(true);
	TEST("a table that is held is the same one again");
	CHECK(!ASK(MONITOR_MROUTE, .table = 7) && !reply.kept);
	copy = replied[0];
	CHECK(!ASK(MONITOR_MROUTE, .table = 7) && reply.kept && test_same_file(copy, replied[0]));
	CHECK(drop_replied() == 1);
	CHECK(!ASK(MONITOR_MROUTE, .table = 7, .protocol = PROTOCOL_MLD) && !reply.kept);
	CHECK(!test_same_file(copy, replied[0]) && drop_replied() == 1);
	TEST("what is given back is free, whoever has the socket open");
	CHECK(!ASK(MONITOR_MROUTE_DONE, .table = 7));
	CHECK(ASK(MONITOR_MROUTE_DONE, .table = 7) == -ENOENT);
	CHECK(!ASK(MONITOR_MROUTE, .table = 7) && !reply.kept && !test_same_file(copy, replied[0]));
	CHECK(drop_replied() == 1 && !close(copy));
	TEST("numbers and protocols that there are not");
	CHECK(ASK(MONITOR_MROUTE, .table = UINT32_MAX) == -EINVAL && !drop_replied());
	CHECK(ASK(MONITOR_MROUTE, .table = 1000000000) == -EINVAL && !drop_replied());
	for (uint32_t protocol = PROTOCOLS; protocol; protocol <<= 1) {
		CHECK(ASK(MONITOR_MROUTE, .protocol = protocol) == -EPERM && !drop_replied());
		CHECK(ASK(MONITOR_MROUTE_DONE, .protocol = protocol, .table = 7) == -EPERM);
		CHECK(ASK(MONITOR_HOLDERS, .protocol = protocol) == -EPERM);
	}
	close_monitor();
}

/* The kernel never forgets a table, so it must not be made to know ever more. */
static void test_table_limit(void)
{
	unsigned before;

	open_monitor(true);
	before = test_open();
	TEST("no more tables than there may be, of all that there were");
	for (uint32_t i = 0; i < TABLES; i++)
		CHECK(!ASK(MONITOR_MROUTE, .table = 100 + i) && drop_replied() == 1);
	CHECK(ASK(MONITOR_MROUTE, .table = 99) == -ENOSPC && !drop_replied());
	for (uint32_t i = 0; i < TABLES; i++)
		CHECK(!ASK(MONITOR_MROUTE_DONE, .table = 100 + i));
	CHECK(test_open() == before);
	CHECK(ASK(MONITOR_MROUTE, .table = 99) == -ENOSPC && !drop_replied());
	CHECK(ASK(MONITOR_MROUTE, .table = 100, .protocol = PROTOCOL_MLD) == -ENOSPC);
	CHECK(!ASK(MONITOR_MROUTE, .table = 100) && !reply.kept && drop_replied() == 1);
	close_monitor();
	CHECK(netns_run("! ip mroute show table 99 2>/dev/null | grep ."));
}

static void test_rules(void)
{
	/* Addresses, marks, the priority, the table, and what a rule jumps to. */
	const uint16_t other[] = {0,  1,  2,	     4, ABI_FRA_PRIORITY, 10, ABI_FRA_TABLE,
				  16, 19, UINT16_MAX};

	open_monitor(true);
	CHECK(!ASK(MONITOR_MROUTE, .table = 7) && drop_replied() == 1);
	CHECK(!ASK(MONITOR_MROUTE) && drop_replied() == 1);
	TEST("rules are for a table that is held, and go by interfaces");
	CHECK(change_rule(true, PROTOCOL_IGMP, 8, "v0", ABI_FRA_IIFNAME) == -EPERM);
	CHECK(change_rule(true, PROTOCOL_MLD, 7, "v0", ABI_FRA_IIFNAME) == -EPERM);
	CHECK(change_rule(true, PROTOCOL_IGMP, 0, "v0", ABI_FRA_IIFNAME) == -EPERM);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		CHECK(change_rule(true, PROTOCOL_IGMP, 7, "v0", other[i]) == -EPERM, "%u",
		      other[i]);
	CHECK(!rules());
	CHECK(!change_rule(true, PROTOCOL_IGMP, 7, "v0", ABI_FRA_IIFNAME));
	CHECK(change_rule(true, PROTOCOL_IGMP, 7, "v0", ABI_FRA_IIFNAME) == -EEXIST);
	CHECK(!change_rule(true, PROTOCOL_IGMP, 7, "v0", ABI_FRA_OIFNAME) && rules() == 2);
	CHECK(netns_run("ip mrule | grep -q 'iif v0 lookup 7' && "
			"ip mrule | grep -q 'oif v0 lookup 7'"));
	TEST("... nobody's are removed but its own");
	CHECK(netns_run("ip mrule add iif v0 lookup 9 prio 32000"));
	CHECK(change_rule(false, PROTOCOL_IGMP, 9, "v0", ABI_FRA_IIFNAME) == -EPERM);
	CHECK(change_rule(false, PROTOCOL_IGMP, 7, "v1", ABI_FRA_IIFNAME) == -ENOENT);
	CHECK(!change_rule(false, PROTOCOL_IGMP, 7, "v0", ABI_FRA_OIFNAME) && rules() == 2);
	TEST("... and they go with the table");
	CHECK(!ASK(MONITOR_MROUTE_DONE, .table = 7) && rules() == 1);
	CHECK(change_rule(true, PROTOCOL_IGMP, 7, "v0", ABI_FRA_IIFNAME) == -EPERM);
	close_monitor();
	CHECK(rules() == 1 && netns_run("ip mrule del iif v0 lookup 9"));
}

static int add_numbered(unsigned n)
{
	char name[IF_NAMESIZE];

	snprintf(name, sizeof(name), "i%u", n);
	return change_rule(true, PROTOCOL_IGMP, 7, name, ABI_FRA_IIFNAME);
}

static void test_rule_limit(void)
{
	open_monitor(true);
	CHECK(!ASK(MONITOR_MROUTE, .table = 7) && drop_replied() == 1);
	TEST("no more rules than there may be");
	for (unsigned i = 0; i < RULES; i++)
		CHECK(!add_numbered(i), "%u", i);
	CHECK(add_numbered(RULES) == -ENOSPC && add_numbered(RULES) == -ENOSPC);
	CHECK(rules() == RULES, "%u", rules());
	TEST("... what others have removed makes room");
	CHECK(netns_run("ip mrule del iif i3 lookup 7 && ip mrule del iif i4 lookup 7"));
	CHECK(!add_numbered(3) && !add_numbered(RULES) && add_numbered(4) == -ENOSPC);
	CHECK(rules() == RULES, "%u", rules());
	TEST("... as often as it happens");
	for (unsigned i = 0; i < 3 * RULES; i++)
		CHECK(!change_rule(false, PROTOCOL_IGMP, 7, "i3", ABI_FRA_IIFNAME) &&
			      !add_numbered(3),
		      "%u", i);
	TEST("... and all go in the end");
	close_monitor();
	CHECK(!rules(), "%u", rules());
}

/* ---- rp_filter ---- */

static void test_rp_filter(void)
{
	char name[IF_NAMESIZE];

	open_monitor(true);
	CHECK(netns_run(
		"for i in v0 v1 all; do echo 1 >/proc/sys/net/ipv4/conf/$i/rp_filter; done"));
	TEST("rp_filter is switched off and restored, to what it was and nothing else");
	CHECK(!ask_rp_filter(PRIV_RP_HOLD, "v0") && !netns_rp_filter("v0") &&
	      !netns_rp_filter("all"));
	CHECK(!ask_rp_filter(PRIV_RP_REFRESH, "v1") && netns_rp_filter("v1") == 1);
	CHECK(!ask_rp_filter(PRIV_RP_RELEASE, "v1") && !netns_rp_filter("all"));
	CHECK(!ask_rp_filter(PRIV_RP_RELEASE, "v0") && netns_rp_filter("v0") == 1 &&
	      netns_rp_filter("all") == 1);
	TEST("what it is not called by is as if it were released");
	CHECK(!ask_rp_filter(PRIV_RP_HOLD, "v0"));
	CHECK(!ask_rp_filter((enum priv_rp_filter)77, "v0") && netns_rp_filter("v0") == 1);
	TEST("no more than there may be; and all in the end");
	for (unsigned i = 0; i < CONFIG_MAX_RP_FILTERS - 1; i++) {
		snprintf(name, sizeof(name), "i%u", i);
		CHECK(!ask_rp_filter(PRIV_RP_HOLD, name));
	}
	CHECK(!ask_rp_filter(PRIV_RP_HOLD, "v0"));
	CHECK(ask_rp_filter(PRIV_RP_HOLD, "v1") == -ENOSPC && netns_rp_filter("v1") == 1);
	close_monitor();
	CHECK(netns_rp_filter("v0") == 1 && netns_rp_filter("all") == 1);
}

/* ---- sockets that are kept ---- */

static void test_keep(void)
{
	int pair[2];
	unsigned before;

	open_monitor(true);
	before = test_open();
	TEST("sockets that join are kept, nothing else");
	CHECK(!keep(udp(), 3) && !keep(socket(AF_INET6, SOCK_DGRAM, 0), 4));
	CHECK(test_open() == before + 2);
	CHECK(keep(-1, 5) == -EBADF);
	CHECK(keep(text_in_memory("x", 1), 5) == -EBADF);
	CHECK(keep(open("/", O_RDONLY | O_CLOEXEC), 5) == -EBADF);
	CHECK(keep(dup(worker), 5) == -EBADF);
	CHECK(!pipe2(pair, O_CLOEXEC) && keep(pair[0], 5) == -EBADF && !close(pair[1]));
	CHECK(test_open() == before + 2, "%u, not %u", test_open(), before + 2);
	TEST("they are closed by their names");
	CHECK(ASK(MONITOR_CLOSE, .number = 5) == -ENOENT);
	CHECK(!ASK(MONITOR_CLOSE, .number = 3) && ASK(MONITOR_CLOSE, .number = 3) == -ENOENT);
	CHECK(test_open() == before + 1);
	TEST("... not those of another worker, which go when they are not needed any more");
	m.state.worker++;
	CHECK(ASK(MONITOR_CLOSE, .number = 4) == -ENOENT && !keep(udp(), 4));
	CHECK(test_open() == before + 2 && !ASK(MONITOR_SWEEP) && test_open() == before + 1);
	CHECK(!ASK(MONITOR_CLOSE, .number = 4) && test_open() == before);
	TEST("no more than there may be");
	for (uint32_t i = 0; i < KEPT; i++)
		CHECK(!keep(udp(), i % 7), "%u", (unsigned)i);
	CHECK(keep(udp(), 1) == -ENOSPC && test_open() == before + KEPT);
	CHECK(!ASK(MONITOR_CLOSE, .number = 1) && !keep(udp(), 1));
	monitor_release(&m);
	CHECK(!m.state.kept_count && test_open() == before - 1, "%u", test_open());
	close_monitor();
}

/* ---- files ---- */

static bool leave_script(int fd, uint32_t number, int expected)
{
	int error = ask_with(&(struct monitor_request){.type = MONITOR_SCRIPT, .number = number},
			     fd, -1);

	close(fd);
	return error == expected;
}

static void test_script(void)
{
	static char longest[CONFIG_CONF_MAX_SIZE + 1];
	int pair[2], fd = text_in_memory("a\nb", 3), plain = memfd_create("plain", MFD_CLOEXEC);
	unsigned before;

	open_monitor(true);
	before = test_open();
	TEST("a text is left, and takes the place of the one before");
	CHECK(leave_script(dup(fd), 2, 0) && test_same_file(m.state.script, fd));
	CHECK(m.state.script_file == 2 && test_open() == before + 1);
	CHECK(leave_script(text_in_memory("a\nb", 3), 7, 0) && !test_same_file(m.state.script, fd));
	CHECK(m.state.script_file == 7 && test_open() == before + 1);
	TEST("... which cannot become longer then");
	CHECK(write(fd, "ccc", 3) == -1 && errno == EPERM && ftruncate(fd, 0) == -1);
	TEST("what is none leaves the one before");
	CHECK(leave_script(-1, 1, -EBADF));
	CHECK(leave_script(open("/", O_RDONLY | O_CLOEXEC), 1, -EBADF));
	CHECK(leave_script(open(file, O_RDWR | O_CLOEXEC), 1, -EBADF));
	CHECK(leave_script(dup(worker), 1, -EBADF) && leave_script(udp(), 1, -EBADF));
	CHECK(!pipe2(pair, O_CLOEXEC) && leave_script(pair[0], 1, -EBADF) && !close(pair[1]));
	CHECK(leave_script(dup(plain), 1, -EBADF));
	CHECK(leave_script(text_in_memory(longest, sizeof(longest)), 1, -EBADF));
	CHECK(m.state.script_file == 7 && test_open() == before + 1);
	TEST("... the longest is one");
	CHECK(leave_script(text_in_memory(longest, sizeof(longest) - 1), 1, 0));
	close_monitor();
	close(fd);
	close(plain);
}

static void test_file(void)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	unsigned before;

	open_monitor(true);
	before = test_open();
	TEST("the configuration is the file that was named, for reading");
	CHECK(!ASK(MONITOR_FILE, .name = "x", .number = 1) && test_same_file(replied[0], fd));
	CHECK(write(replied[0], "x", 1) == -1 && drop_replied() == 1 && test_open() == before);
	CHECK(!rename(file, "/tmp/monitor.away") && ASK(MONITOR_FILE) == -ENOENT &&
	      !drop_replied() && !rename("/tmp/monitor.away", file));
	TEST("a socket of the log, if there is a log");
	if (ASK(MONITOR_SYSLOG))
		CHECK(reply.error < 0 && !drop_replied());
	else
		CHECK(drop_replied() == 1);
	CHECK(test_open() == before);
	close_monitor();
	close(fd);
}

/* Another process that holds multicast routing. */
static pid_t hold_elsewhere(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) || (pid = fork()) < 0)
		abort();
	if (!pid) {
		int fd = socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);

		prctl(PR_SET_NAME, "holder\n/x");
		if (fd < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	CHECK(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	return pid;
}

static void test_holders(void)
{
	pid_t pid = hold_elsewhere();

	open_monitor(true);
	TEST("who else holds multicast routing");
	CHECK(!ASK(MONITOR_HOLDERS) && strstr(reply.text, "holder"), "%d", reply.error);
	CHECK(memchr(reply.text, '\0', PRIV_TEXT));
	CHECK(ASK(MONITOR_HOLDERS, .protocol = PROTOCOL_MLD) == -ENOENT);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	TEST("... not the monitor itself");
	CHECK(!ASK(MONITOR_MROUTE) && drop_replied() == 1);
	CHECK(ASK(MONITOR_HOLDERS) == -ENOENT);
	close_monitor();
}

static void set_path(const char *path)
{
	snprintf(m.path, sizeof(m.path), "%s", path);
}

static void test_upgrade(void)
{
	unsigned before;

	open_monitor(true);
	before = test_open();
	TEST("a program that takes over is one that says so");
	set_path("/bin/true");
	CHECK(!ASK(MONITOR_UPGRADE) && m.upgrade);
	set_path("/bin/false");
	CHECK(ASK(MONITOR_UPGRADE) == -ENOEXEC && !m.upgrade);
	CHECK(!strncmp(reply.text, "/bin/false cannot take over: it does not", 40), "%s",
	      reply.text);
	set_path("/no/such");
	CHECK(ASK(MONITOR_UPGRADE) == -ENOEXEC && strstr(reply.text, "cannot be executed"));
	memset(m.path, 'a', sizeof(m.path) - 1);
	CHECK(ASK(MONITOR_UPGRADE) == -ENOEXEC && memchr(reply.text, '\0', PRIV_TEXT));
	CHECK(test_open() == before && !getenv("MCPROXY_STATE"));
	close_monitor();
}

static void test_ready(void)
{
	open_monitor(true);
	ready_calls = 0;
	TEST("readiness is told once, whoever says so how often");
	for (int i = 0; i < 5; i++)
		CHECK(!ASK(MONITOR_READY) && !ASK(MONITOR_RELOADING, .number = i % 3 == 0));
	CHECK(ready_calls == 1 && m.ready && m.ready_at <= loop_now());
	close_monitor();
}

/* ---- much of it ---- */

/* Sends without ever reading. */
static void test_deaf(void)
{
	const uint32_t type[] = {MONITOR_FILE, MONITOR_MROUTE, MONITOR_CLOSE, MONITOR_RP_FILTER};
	unsigned before, served = 0;
	int status = 0;
	pid_t pid;

	open_monitor(true);
	CHECK(!ASK(MONITOR_MROUTE) && drop_replied() == 1);
	before = test_open();
	pid = m.pid = fork();
	if (pid < 0)
		abort();
	if (!pid)
		_exit(pause());
	TEST("a worker that reads no reply does not hold it up, and is killed");
	alarm(WAIT);
	for (int i = 0; i < MESSAGES / 10; i++) {
		struct monitor_request request = {.type = type[i % 4], .name = "v0"};

		if (!passing_send(worker, &request, sizeof(request), NULL, 0, MSG_DONTWAIT))
			served += monitor_serve(&m);
	}
	alarm(0);
	CHECK(served == MESSAGES / 10, "%u", served);
	CHECK(test_open() == before, "%u, not %u", test_open(), before);
	kill(pid, SIGTERM);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	      WTERMSIG(status) == SIGKILL);
	close_monitor();
}

static uint64_t seed;

static uint32_t chance(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* Bytes, or a request that is not quite wrong. */
static struct monitor_request any_request(void)
{
	static const char *const name[] = {"v0", "v1", "all", "a/b", "i1", "i2", "i3", "\xff\x01"};
	static const uint32_t table[] = {0, 1, 7, 8, 9, 1000000001};
	struct monitor_request request;
	uint8_t *byte = (uint8_t *)&request;

	for (size_t i = 0; i < sizeof(request); i++)
		byte[i] = (uint8_t)chance(256);
	if (chance(4)) {
		request.type = chance(MONITOR_REQUESTS + 1);
		/* What starts a process, or looks at all that there are. */
		while ((request.type == MONITOR_UPGRADE || request.type == MONITOR_HOLDERS) &&
		       chance(100))
			request.type = chance(MONITOR_REQUESTS + 1);
		request.protocol = chance(8) ? chance(PROTOCOLS) : chance(UINT32_MAX >> 1);
		request.table = chance(8) ? table[chance(6)] : chance(200);
		request.number = chance(3);
		request.attribute = chance(2) ? ABI_FRA_IIFNAME : ABI_FRA_OIFNAME;
		if (chance(8))
			strncpy(request.name, name[chance(8)], sizeof(request.name));
		else
			snprintf(request.name, sizeof(request.name), "i%u", (unsigned)chance(1000));
	}
	return request;
}

static int any_descriptor(const int fd[], uint32_t count)
{
	return chance(3) ? -1 : fd[chance(count)];
}

static void test_random(void)
{
	int fd[] = {udp(), worker, text_in_memory("a\nb", 3), open("/", O_PATH | O_CLOEXEC)};
	const unsigned most = KEPT + TABLES + 1; /* and the script */
	unsigned before, peak = 0, done[MONITOR_REQUESTS] = {0};

	open_monitor(true);
	set_path("/bin/true");
	before = test_open();
	TEST("100,000 requests of random bytes");
	alarm(10 * WAIT);
	for (unsigned i = 0; i < MESSAGES; i++) {
		struct monitor_request request = any_request();
		int passed[] = {any_descriptor(fd, 4), any_descriptor(fd, 4)};
		size_t size = chance(50) ? sizeof(request) : chance(sizeof(request));

		if (!chance(1000))
			m.state.worker++;
		CHECK(!passing_send(worker, &request, size, passed, PASSING_MAX, MSG_DONTWAIT));
		CHECK(monitor_serve(&m) == (size == sizeof(request)), "%u", i);
		if (size == sizeof(request) &&
		    CHECK(!passing_receive(worker, &reply, sizeof(reply), replied, MSG_DONTWAIT)))
			drop_replied();
		if (size == sizeof(request) && !reply.error && request.type < MONITOR_REQUESTS)
			done[request.type]++;
		if (i % 1000)
			continue;
		peak = test_open() > peak ? test_open() : peak;
	}
	alarm(0);
	/* They are not all refused. */
	for (uint32_t type = 0; type < MONITOR_REQUESTS; type++) {
		if (type == MONITOR_SETTLE)
			CHECK(!done[type]);
		else if (type != MONITOR_HOLDERS && type != MONITOR_SYSLOG)
			CHECK(done[type], "%u", (unsigned)type);
	}
	CHECK(peak <= before + most, "%u, not %u + %u", peak, before, most);
	CHECK(m.state.kept_count <= KEPT && m.state.table_count <= TABLES &&
	      m.state.rpfilter.count <= CONFIG_MAX_RP_FILTERS + 1);
	CHECK(rules() <= TABLES * RULES, "%u", rules());
	TEST("... nothing of them is left in the end");
	close_monitor();
	for (size_t i = 0; i < sizeof(fd) / sizeof(fd[0]); i++)
		if (i != 1)
			close(fd[i]);
	CHECK(test_open() == before - 4 - 3, "%u, not %u", test_open(), before - 4 - 3);
	CHECK(!rules(), "%u", rules());
	CHECK(netns_run("test $(wc -l </proc/net/ip_mr_vif) -eq 1 && "
			"test $(wc -l </proc/net/ip6_mr_vif) -eq 1 && "
			"test $(wc -l </proc/net/raw) -eq 1"));
	CHECK(netns_rp_filter("v0") == 1 && netns_rp_filter("v1") == 1 &&
	      netns_rp_filter("all") == 1);
}

/* Everything that there is to ask for, once. */
static void ask_everything(void)
{
	const struct priv_settings settings = {.control = 1, .privilege.root = 1};
	int root = open("/", O_PATH | O_CLOEXEC);

	settle(&settings, root, root);
	close(root);
	ASK(MONITOR_PIDFILE);
	ASK(MONITOR_READY);
	ASK(MONITOR_RELOADING);
	for (uint32_t protocol = 0; protocol < PROTOCOLS; protocol++) {
		CHECK(!ASK(MONITOR_MROUTE, .protocol = protocol, .table = 7) &&
		      drop_replied() == 1);
		CHECK(!change_rule(true, (enum protocol)protocol, 7, "v0", ABI_FRA_IIFNAME));
		ASK(MONITOR_HOLDERS, .protocol = protocol);
	}
	CHECK(!ask_rp_filter(PRIV_RP_HOLD, "v0") && !ask_rp_filter(PRIV_RP_REFRESH, "v0"));
	CHECK(!keep(udp(), 1) && !ASK(MONITOR_CLOSE, .number = 1) && !keep(udp(), 2));
	m.state.worker++;
	CHECK(!ASK(MONITOR_SWEEP));
	CHECK(leave_script(text_in_memory("a\n", 2), 2, 0));
	CHECK(!ASK(MONITOR_FILE) && drop_replied() == 1);
	ASK(MONITOR_SYSLOG);
	drop_replied();
	CHECK(ASK(MONITOR_UPGRADE) == -ENOEXEC);
	CHECK(!ASK(MONITOR_MROUTE_DONE, .table = 7));
	monitor_release(&m);
}

static void test_allocations(void)
{
	pid_t pid = hold_elsewhere();
	unsigned long before;

	open_monitor(false);
	TEST("nothing is allocated for all this");
	before = allocations;
	ask_everything();
	CHECK(allocations == before, "%lu times", allocations - before);
	close_monitor();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- another program's state ---- */

/* Of these bytes, in the file that the environment names. */
static int inherit(const void *bytes, size_t length, struct monitor_state *state)
{
	int fd = memfd_create("state", 0), result;
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	setenv("MCPROXY_STATE", number, 1);
	CHECK(write(fd, bytes, length) == (ssize_t)length);
	result = successor_inherit(state);
	close(fd);
	unsetenv("MCPROXY_STATE");
	return result;
}

static struct {
	uint32_t version, size;
	uint8_t state[sizeof(struct monitor_state) + 16];
} saved;

/* As the monitor writes it for a program that is tried, which copies it here. */
static void save_state(void)
{
	char path[64];
	int fd;

	open_monitor(true);
	m.state.table_count = 3;
	m.state.kept[KEPT - 1].key = 4711;
	snprintf(path, sizeof(path), "%s/state", directory);
	snprintf(m.path, sizeof(m.path), "%s/save", directory);
	CHECK(netns_run(
		"printf '#!/bin/sh\\ncat /proc/self/fd/$MCPROXY_STATE >%s' >%s && chmod 755 %s",
		path, m.path, m.path));
	CHECK(!ASK(MONITOR_UPGRADE));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(read(fd, &saved, sizeof(saved)) ==
	      (ssize_t)(offsetof(__typeof__(saved), state) + sizeof(struct monitor_state)));
	CHECK(saved.size == sizeof(struct monitor_state) &&
	      !memcmp(saved.state, &m.state, sizeof(m.state)));
	close(fd);
	m.state.table_count = 0;
	close_monitor();
}

static void test_inherit(void)
{
	static struct monitor_state got;
	const size_t header = offsetof(__typeof__(saved), state), whole = header + sizeof(got);
	static const char *const number[] = {"",   "x",		 "-1",
					     "1x", "99999",	 "2147483647",
					     "99", "4294967297", "99999999999999999999"};
	unsigned before = test_open();

	TEST("no state is none");
	unsetenv("MCPROXY_STATE");
	CHECK(!successor_inherit(&got) && !successor_inherit(NULL) && !priv_inherits() &&
	      !priv_understands());
	TEST("a state is what it was, and its file is closed");
	save_state();
	CHECK(inherit(&saved, whole, &got) == 1 && !memcmp(&got, saved.state, sizeof(got)));
	CHECK(got.table_count == 3 && got.kept[KEPT - 1].key == 4711);
	CHECK(inherit(&saved, whole, NULL) == 1);
	CHECK(test_open() == before, "%u, not %u", test_open(), before);
	TEST("what is damaged, or another program's");
	CHECK(inherit(&saved, 0, &got) == -EPROTO && inherit(&saved, 0, NULL) == -EPROTO);
	CHECK(inherit(&saved, header - 1, &got) == -EPROTO);
	CHECK(inherit(&saved, header, &got) == -EPROTO);
	CHECK(inherit(&saved, whole - 1, &got) == -EPROTO);
	saved.version++;
	CHECK(inherit(&saved, whole, &got) == -EPROTO && inherit(&saved, whole, NULL) == -EPROTO);
	saved.version--;
	saved.size++;
	CHECK(inherit(&saved, whole + 1, &got) == -EPROTO);
	saved.size -= 2;
	CHECK(inherit(&saved, whole - 1, &got) == -EPROTO);
	TEST("what is no file's number");
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++) {
		setenv("MCPROXY_STATE", number[i], 1);
		CHECK(successor_inherit(&got) == -EPROTO, "'%s'", number[i]);
		CHECK(priv_inherits() && priv_understands() == -EPROTO);
	}
	unsetenv("MCPROXY_STATE");
}

int main(void)
{
	int fd;

	netns_enter();
	if (!netns_run("ip mrule >/dev/null") || !netns_wire("v0", "v1"))
		return NETNS_SKIP;
	signal(SIGPIPE, SIG_IGN);
	fd = mkstemp(file);
	if (fd < 0 || close(fd) || !mkdtemp(directory))
		return 1;
	log_open(false, LOG_LEVEL_ERROR);
	RUN(test_unsettled, test_settle, test_pidfile, test_sizes, test_unasked, test_names,
	    test_tables, test_table_limit, test_rules, test_rule_limit, test_rp_filter, test_keep,
	    test_script, test_file, test_holders, test_upgrade, test_ready, test_deaf, test_random,
	    test_allocations, test_inherit);
	netns_run("rm -r %s %s", file, directory);
	return test_end();
}
