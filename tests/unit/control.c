/* SPDX-License-Identifier: MIT */
/*
 * core/control/control.c: what every request answers, that a dump is whole and never holds the loop
 * up, and what becomes of clients that misbehave. The proxy behind it is made up here, so that it
 * can have any number of groups and sources and count what is done to it.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/control/control.h"
#include "core/control/control_ask.h"
#include "core/control/socket.h"
#include "core/base/log.h"
#include "core/kernel/mroute.h"
#include "core/base/text.h"
#include "proto/status.h"
#include "test.h"

enum { VIFS = 3, UPSTREAM = 0, PATIENCE = 20000 /* ms until a test gives up */ };

/* ---- the proxy: GROUPS groups on lan0, of which group N has SOURCES(N) sources ---- */

struct proxy {
	bool mld;
	unsigned groups;
	unsigned sources, first_source; /* of group 0; all others have none */
	unsigned walks;			/* begun and not ended */
	unsigned visited, most_visited; /* in this turn of the loop, in any */
	struct counters counters;
};

static struct proxy igmp, mld = {.mld = true};

static struct addr numbered(bool is_mld, uint32_t first_byte, uint32_t number)
{
	struct addr addr = addr_ipv4(first_byte << 24 | 1 << 16 | number);

	if (is_mld) {
		memset(addr.byte, 0, 12);
		addr.byte[0] = 0xff;
		addr.byte[1] = 0x3e;
	}
	return addr;
}

static int64_t next_query; /* of VIF 1 */
static enum proxy_forwarder forwarder;
static bool anonymous; /* whose address is not known */

void proxy_interface_status(const struct proxy *proxy, unsigned vif,
			    struct proxy_interface_status *status)
{
	*status = (struct proxy_interface_status){
		.vif = vif,
		.upstream = vif == UPSTREAM,
		.up = vif != 2,
		.querier = vif == 1 && !proxy->mld,
		.address = addr_ipv4(0x0a000001 + vif),
		.other_querier = addr_ipv4(vif == 1 ? 0x0a000099 : 0),
		.forwarder = vif == 1 ? forwarder : FORWARDER_DOWN,
		.other_forwarder = addr_ipv4(vif == 1 && !anonymous ? 0x0a000099 : 0),
		.version = proxy->mld ? 2 : 3,
		.values = {.version = 3,
			   .robustness = 2,
			   .last_member_query_count = 2,
			   .query_interval = 125000,
			   .query_response_interval = 10000,
			   .last_member_query_interval = 1000},
		.groups = vif == 1 ? proxy->groups : 0,
		.next_query = vif == 1 ? next_query : 0,
		.counters = &proxy->counters,
	};
}

void proxy_walk_start(struct proxy *proxy, struct proxy_walk *walk)
{
	*walk = (struct proxy_walk){0};
	walk->wildcard = true;
	proxy->walks++;
}

void proxy_walk_stop(struct proxy *proxy, struct proxy_walk *walk)
{
	(void)walk;
	proxy->walks--;
}

static void get_source(const struct group_status *group, unsigned i, struct source_status *source)
{
	const struct proxy *proxy = group->record;

	source->address = numbered(false, 10, proxy->first_source + i);
	source->expires = group->upstream ? INT64_MAX : i % 2 ? 0 : group->expires;
}

static bool visit(const struct proxy *proxy, unsigned i, int64_t now,
		  const struct proxy_visitor *visitor, void *ctx)
{
	struct group_status group = {.vif = 1,
				     .group = numbered(proxy->mld, 239, i),
				     .filter_mode = EXCLUDE,
				     .version = 3,
				     .expires = now + 1234,
				     .tracked = proxy->mld,
				     .host_count = 17,
				     .source_count = i ? 0 : proxy->sources,
				     .source = get_source,
				     .record = proxy};
	struct route route = {.group = group.group, .outputs = 1 << 1 | 1 << 2};

	if (visitor->group && !visitor->group(ctx, &group))
		return false;
	group.vif = UPSTREAM;
	group.upstream = true;
	group.expires = INT64_MAX;
	if (visitor->group && !visitor->group(ctx, &group))
		return false;
	if (!visitor->route)
		return true;
	if (!visitor->route(ctx, &route))
		return false;
	for (unsigned source = 0; source < group.source_count; source++) {
		route.source = numbered(false, 10, proxy->first_source + source);
		if (!visitor->route(ctx, &route))
			return false;
	}
	return true;
}

bool proxy_walk(struct proxy *proxy, struct proxy_walk *walk, int64_t now, unsigned count,
		const struct proxy_visitor *visitor, void *ctx)
{
	const struct route wildcard = {.outputs = 1};
	uintptr_t next = (uintptr_t)walk->next;

	if (walk->wildcard && visitor->route && !visitor->route(ctx, &wildcard))
		return true;
	walk->wildcard = false;
	for (; count && next < proxy->groups; count--, next++) {
		proxy->visited++;
		if (!visit(proxy, (unsigned)next, now, visitor, ctx))
			break;
	}
	walk->next = (struct membership *)next;
	return next < proxy->groups;
}

bool proxy_has_group(const struct proxy *proxy, const struct addr *group, unsigned vif)
{
	struct addr first = numbered(proxy->mld, 239, 0);

	return proxy->groups && (vif == 1 || vif == PROXY_VIFS) && addr_equal(&first, group);
}

bool proxy_is_subscribed(const struct proxy *proxy, const struct addr *group)
{
	return proxy_has_group(proxy, group, 1);
}

enum proxy_forwarding proxy_forwarding(const struct proxy *proxy)
{
	return proxy->mld ? PER_SOURCE_GROUPS : FORWARDING_WILDCARD;
}

void proxy_totals(const struct proxy *proxy, struct proxy_totals *totals)
{
	*totals = (struct proxy_totals){proxy->groups, proxy->groups, 0, proxy->groups};
}

int mroute_read_counters(int fd, enum protocol protocol, const struct route *route,
			 struct mroute_counters *counters)
{
	(void)fd;
	if (protocol == PROTOCOL_MLD)
		return -EADDRNOTAVAIL;
	*counters = (struct mroute_counters){100 + route->group.byte[15], 5000, 7};
	return 0;
}

/* ---- the server: a loop that runs until something has happened ---- */

static const struct iface interfaces[VIFS] = {
	{.name = "wan0", .index = 1}, {.name = "lan0", .index = 2}, {.name = "lan\x1b[1"}};
static const struct control_view views[] = {
	{.next = &views[1],
	 .instance = "tv",
	 .protocol = PROTOCOL_IGMP,
	 .table = 7,
	 .proxy = &igmp,
	 .mroute = 5,
	 .entry_count = VIFS,
	 .interface = {&interfaces[0], &interfaces[1], &interfaces[2]}},
	{.instance = "tv",
	 .protocol = PROTOCOL_MLD,
	 .proxy = &mld,
	 .mroute = 6,
	 .entry_count = VIFS,
	 .interface = {&interfaces[0], &interfaces[1], &interfaces[2]}},
};

/* ---- the daemon: it remembers what it was told to do ---- */

static struct script script;
static char commanded[CONTROL_REQUEST];

#define COMMAND(name, least, most, command, usage) {name, command},
#define NOTHING(...)
static const struct {
	const char *name;
	enum control_command command;
} commands[] = {CONTROL_COMMANDS(COMMAND, NOTHING)};

static bool command(void *ctx, enum control_command command, const char *line,
		    char error[CONTROL_ERROR])
{
	size_t row = 0;

	(void)ctx;
	while (strncmp(line, commands[row].name, strlen(commands[row].name)) != 0)
		row++;
	CHECK(commands[row].command == command, "%s: %d", line, command);
	strcpy(commanded, line);
	if (!strstr(line, "wrong"))
		return true;
	memset(error, 'e', CONTROL_ERROR - 1);
	error[CONTROL_ERROR - 1] = '\0';
	return false;
}

static const char *ailment; /* NULL: none */

static bool healthy(void *ctx, char reason[CONTROL_ERROR])
{
	(void)ctx;
	if (ailment)
		snprintf(reason, CONTROL_ERROR, "%s", ailment);
	return !ailment;
}

static const uint32_t restarts = 3;
static const struct control_daemon shown = {
	.view = views,
	.script = &script,
	.process = {.pid = 77, .user = 65534, .root = "empty", .restarts = &restarts},
	.command = command,
	.healthy = healthy};

static const struct control_daemon idle = {
	.script = &script, .process = {.pid = 77, .root = "/"}, .healthy = healthy};

static char directory[] = "/tmp/control-XXXXXX", path[64];
static struct loop loop;
static struct control control;

struct wait {
	bool (*done)(void *ctx);
	void *ctx;
	int64_t end;
	bool happened;
	unsigned turns;
	int64_t left, longest; /* processor time, ns: at the end of the last turn; of a turn */
};

static int64_t processor_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void count_visits(struct proxy *proxy)
{
	if (proxy->visited > proxy->most_visited)
		proxy->most_visited = proxy->visited;
	proxy->visited = 0;
}

static int64_t turn(void *ctx, int64_t now)
{
	struct wait *wait = ctx;
	int64_t spent = processor_time() - wait->left;

	if (wait->left && spent > wait->longest)
		wait->longest = spent;
	count_visits(&igmp);
	count_visits(&mld);
	wait->turns++;
	wait->happened = wait->done(wait->ctx);
	loop.stop = wait->happened || now > wait->end;
	wait->left = processor_time();
	return now + 1;
}

/* Runs the loop until DONE; false: that took too long. LONGEST: see struct wait. */
static bool run_until(bool (*done)(void *ctx), void *ctx, int64_t *longest)
{
	struct wait wait = {.done = done, .ctx = ctx, .end = loop_now() + PATIENCE};

	loop.stop = false;
	loop_run(&loop, turn, &wait);
	if (longest)
		*longest = wait.longest;
	return wait.happened;
}

static int dial(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		CHECK(false, "connect: %m");
	return fd;
}

static void say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		CHECK(false, "send: %m");
}

/* What a client has got so far. */
struct answer {
	int fd;
	size_t length, size;
	char *text;
	bool ended;
};

static bool has_ended(void *ctx)
{
	struct answer *answer = ctx;
	ssize_t got;

	do {
		if (answer->length + 65536 > answer->size) {
			answer->size = 2 * answer->size + 65536;
			answer->text = realloc(answer->text, answer->size + 1);
		}
		got = recv(answer->fd, answer->text + answer->length, 65536, MSG_DONTWAIT);
		if (got > 0)
			answer->length += (size_t)got;
	} while (got > 0);
	answer->text[answer->length] = '\0';
	answer->ended = !got || errno != EAGAIN;
	return answer->ended;
}

static void hang_up(struct answer *answer)
{
	close(answer->fd);
	free(answer->text);
	*answer = (struct answer){.fd = -1};
}

/* Asks and waits for the end of the answer. */
static struct answer ask(const char *request)
{
	struct answer answer = {.fd = dial()};

	say(answer.fd, request);
	CHECK(run_until(has_ended, &answer, NULL), "no end of the answer to %s", request);
	return answer;
}

static bool answers(const char *request, const char *text)
{
	struct answer answer = ask(request);
	bool equal = !strcmp(answer.text, text);

	CHECK(equal, "%.40s -> %.200s", request, answer.text);
	hang_up(&answer);
	return equal;
}

static unsigned count_lines(const char *text)
{
	unsigned lines = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		lines++;
	}
	return lines;
}

/* ---- requests ---- */

static void check_tables(void)
{
	static const char lines[] = "tv\twan0\tigmp\tupstream\tup\t10.0.0.1\t-\t3\t0\t-"
				    "\t2\t125000\t10000\t1000\t2\t-\t-\n"
				    "tv\tlan0\tigmp\tdownstream\tup\t10.0.0.2\tself\t3\t2\t";
	struct answer answer;
	long left;

	TEST("interfaces: a line each, with the columns of the manual");
	igmp.groups = 2;
	mld.groups = 1;
	next_query = loop_now() + 100000;
	answer = ask("interfaces\n");
	CHECK(!strncmp(answer.text, lines, sizeof(lines) - 1), "%s", answer.text);
	left = strtol(answer.text + sizeof(lines) - 1, NULL, 10);
	CHECK(left > 90000 && left <= 100000, "%ld ms left", left);
	CHECK(strstr(answer.text, "\ntv\tlan?[1\tigmp\tdownstream\tabsent\t") != NULL, "%s",
	      answer.text);
	CHECK(strstr(answer.text, "\ntv\tlan0\tmld\tdownstream\tup\t10.0.0.2\t10.0.0.153\t2\t1\t"),
	      "%s", answer.text);
	CHECK(count_lines(answer.text) == 2 * VIFS + 1);
	hang_up(&answer);

	TEST("... who forwards on a downstream");
	for (forwarder = FORWARDER_DOWN; forwarder <= FORWARDER_OTHER; forwarder++) {
		static const char *const told[] = {"-\t-",
						   "alone\there",
						   "first\there",
						   "both\there+10.0.0.153",
						   "yields\there+10.0.0.153",
						   "other\t10.0.0.153"};
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "\t1000\t2\t%s\n", told[forwarder]);
		answer = ask("interfaces\n");
		CHECK(strstr(answer.text, wanted), "%s in %s", wanted, answer.text);
		hang_up(&answer);
	}
	anonymous = true;
	forwarder = FORWARDER_BESIDE;
	answer = ask("interfaces\n");
	CHECK(strstr(answer.text, "\tboth\there+another\n"), "%s", answer.text);
	hang_up(&answer);

	TEST("groups: the group, then its sources; excluded ones have no time left");
	igmp.sources = 2;
	answers("groups\n", "tv\tlan0\t239.1.0.0\t*\texclude\t3\t1234\t-\n"
			    "tv\tlan0\t239.1.0.0\t10.1.0.0\tinclude\t3\t1234\t-\n"
			    "tv\tlan0\t239.1.0.0\t10.1.0.1\texclude\t3\t-\t-\n"
			    "tv\tlan0\t239.1.0.1\t*\texclude\t3\t1234\t-\n"
			    "tv\tlan0\tff3e::ef01:0\t*\texclude\t3\t1234\t17\nok\n");

	TEST("upstream: the same without version and time");
	answers("upstream\n", "tv\twan0\t239.1.0.0\t*\texclude\n"
			      "tv\twan0\t239.1.0.0\t10.1.0.0\texclude\n"
			      "tv\twan0\t239.1.0.0\t10.1.0.1\texclude\n"
			      "tv\twan0\t239.1.0.1\t*\texclude\n"
			      "tv\twan0\tff3e::ef01:0\t*\texclude\nok\n");

	TEST("routes: with the kernel's counters, or dashes where it has none");
	igmp.sources = 1;
	answers("routes\n", "tv\t*\t*\twan0\twan0\t100\t5000\t7\n"
			    "tv\t*\t239.1.0.0\twan0\tlan0,lan?[1\t100\t5000\t7\n"
			    "tv\t10.1.0.0\t239.1.0.0\twan0\tlan0,lan?[1\t100\t5000\t7\n"
			    "tv\t*\t239.1.0.1\twan0\tlan0,lan?[1\t101\t5000\t7\n"
			    "tv\t*\t*\twan0\twan0\t-\t-\t-\n"
			    "tv\t*\tff3e::ef01:0\twan0\tlan0,lan?[1\t-\t-\t-\nok\n");

	TEST("counters: all of all interfaces");
	igmp.counters.value[DROP_CHECKSUM] = UINT64_MAX;
	answer = ask("counters\n");
	CHECK(count_lines(answer.text) == 2 * VIFS * COUNTER_COUNT + 1);
	CHECK(strstr(answer.text,
		     "tv\tlan0\tigmp\tdrop-checksum\t18446744073709551615\tdownstream\n"));
	hang_up(&answer);

	TEST("instances: tables, ways of forwarding and why, what there is");
	answers("instances\n", "tv\tigmp\t7\twildcard\t-\t2\t2\t0\n"
			       "tv\tmld\t0\tper-source\tgroups\t1\t1\t0\nok\n");

	TEST("summary: the daemon, then each protocol");
	answer = ask("summary\n");
	CHECK(!strncmp(answer.text, "-\t-\tpid\t77\n", 11), "%s", answer.text);
	CHECK(strstr(answer.text, "\n-\t-\tuser\t65534\n-\t-\troot\tempty\n") &&
		      strstr(answer.text, "\n-\t-\trestarts\t3\n"),
	      "%s", answer.text);
	CHECK(strstr(answer.text, "\n-\t-\tuptime\t") && strstr(answer.text, "\n-\t-\tcpu\t"));
	CHECK(strstr(answer.text, "\ntv\tigmp\tmemberships\t2\n") &&
		      strstr(answer.text, "\ntv\tmld\tsource-routes\t0\n"),
	      "%s", answer.text);
	hang_up(&answer);

	TEST("while no instance runs, it tells of the daemon");
	control.daemon = &idle;
	answer = ask("summary\n");
	CHECK(!strncmp(answer.text, "-\t-\tpid\t77\n", 11) && !strstr(answer.text, "\ntv\t"), "%s",
	      answer.text);
	hang_up(&answer);
	answers("instances\n", "ok\n");
	answers("groups\n", "ok\n");
	answers("group 239.1.0.0\n", "no\nok\n");
	control.daemon = &shown;
}

static void check_questions(void)
{
	TEST("questions");
	answers("running\n", "yes\nok\n");
	answers("group 239.1.0.0\n", "yes\nok\n");
	answers("group 239.1.0.0 lan0\n", "yes\nok\n");
	answers("group 239.1.0.0 wan0\n", "no\nok\n");
	answers("group 239.1.0.9\n", "no\nok\n");
	answers("group ff3e::ef01:0 lan0\n", "yes\nok\n");
	answers("subscribed 239.1.0.0\n", "yes\nok\n");
	answers("subscribed ff3e::\n", "no\nok\n");
	answers("querier wan0\n", "no\nok\n");

	TEST("the querier is who queries for every protocol");
	answers("querier lan0\n", "no\nok\n");

	TEST("is it healthy? If not, why, in one line");
	answers("healthy\n", "yes\nok\n");
	ailment = "lan\x1b[1: no\tVIF\n";
	answers("healthy\n", "no\tlan?[1: no?VIF?\nok\n");
	ailment = NULL;
	answers("healthy lan0\n", "error wrong number of arguments\n");

	TEST("questions that have no answer");
	answers("group 239.1.0.0 lan9\n", "error no such interface\n");
	answers("querier lan9\n", "error no such interface\n");
	answers("group 192.0.2.1\n", "error not a multicast address\n");
	answers("subscribed lan0\n", "error not a multicast address\n");
}

static void check_garbage(void)
{
	char request[2 * CONTROL_REQUEST + 1];

	TEST("what is no request is told so");
	answers("\n", "error unknown request\n");
	answers("  \n", "error unknown request\n");
	answers("nonsense\n", "error unknown request\n");
	answers("groups\r\n", "error unknown request\n");
	answers("group\x80s\n", "error unknown request\n");
	answers("groups all\n", "error wrong number of arguments\n");
	answers("group\n", "error wrong number of arguments\n");
	answers("group 239.1.0.0 lan0 lan0 lan0 lan0\n", "error wrong number of arguments\n");
	answers("running\ngroups\n", "yes\nok\n");

	TEST("a request of 1,023 bytes and its newline is read, a longer one is not");
	memset(request, 'x', sizeof(request));
	strcpy(request + CONTROL_REQUEST - 1, "\n");
	answers(request, "error unknown request\n");
	memset(request, 'x', sizeof(request));
	strcpy(request + CONTROL_REQUEST, "\n");
	answers(request, "error request too long\n");
	memset(request, 'x', sizeof(request));
	strcpy(request + 2 * CONTROL_REQUEST - 1, "\n");
	answers(request, "error request too long\n");
}

static void check_commands(void)
{
	char line[CONTROL_LINE];

	TEST("a command is the daemon's, as it was written");
	answers("reload\n", "ok\n");
	CHECK(!strcmp(commanded, "reload"), "%s", commanded);
	answers("set  pinstance tv in a  {(* | 10.0.0.1/8)} \"x\"\n", "ok\n");
	CHECK(!strcmp(commanded, "set  pinstance tv in a  {(* | 10.0.0.1/8)} \"x\""), "%s",
	      commanded);

	TEST("what is wrong with it is one line");
	memcpy(line, "error ", 6);
	memset(line + 6, 'e', CONTROL_ERROR - 1);
	strcpy(line + 6 + CONTROL_ERROR - 1, "\n");
	answers("add wrong\n", line);
	answers("set\n", "error wrong number of arguments\n");
	answers("add\n", "error wrong number of arguments\n");
	answers("stops\n", "error unknown request\n");
}

static void check_text(void)
{
	static char text[3000];
	struct answer answer;

	TEST("the configuration: lines, the long ones in parts");
	script = (struct script){.file = {.text = text, .size = sizeof(text)}};
	memset(text, 'x', sizeof(text));
	memcpy(text, "a\t\"\xc3\xa4\"\n\n\0b\n", 11);
	text[sizeof(text) - 1] = '\n';
	answer = ask("dump-config\n");
	CHECK(!strncmp(answer.text, "line\ta\t\"\xc3\xa4\"\nline\t\nline\t?b\npart\txxx", 30),
	      "%.40s", answer.text);
	CHECK(count_lines(answer.text) == 3 + 3 + 1, "%u lines", count_lines(answer.text));
	CHECK(answer.length == sizeof(text) + 6 * 5 + 2 + 3, "%zu", answer.length);
	hang_up(&answer);

	TEST("no configuration is no line");
	script = (struct script){.name = NULL};
	answers("dump-config\n", "ok\n");
}

static bool is_readable(void *ctx)
{
	struct answer *answer = ctx;

	return has_ended(answer) || answer->length;
}

/* ---- the log ---- */

/* Of which nothing is to be seen where the test is. */
static void log_quietly(const char *text, unsigned number)
{
	int stderr_copy = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	log_debug("%s %u", text, number);
	dup2(stderr_copy, STDERR_FILENO);
	close(stderr_copy);
	close(null);
}

static void check_log(void)
{
	struct answer answer;
	const char *line;

	TEST("the log: age, level and text of each line, whatever it says");
	log_open(false, LOG_LEVEL_DEBUG);
	answer = ask("log\n");
	CHECK(!strcmp(answer.text, "ok\n"), "%s", answer.text);
	hang_up(&answer);
	log_quietly("lan0 is up", 1);
	log_quietly("a\tb\nok\nerror \xc3\xa4\x1b[2J\x7f", 2);
	answer = ask("log\n");
	line = strchr(answer.text, '\t');
	CHECK(line && !strncmp(line, "\tdebug\tlan0 is up 1\n", 20) &&
		      strtoul(answer.text, NULL, 10) < 9999,
	      "%s", answer.text);
	CHECK(strstr(answer.text, "\tdebug\ta?b?ok?error ???[2J? 2\nok\n") &&
		      count_lines(answer.text) == 3,
	      "%s", answer.text);
	hang_up(&answer);
	answers("log 5\n", "error wrong number of arguments\n");
}

/* The numbers at the end of the lines of TEXT rise. Returns the last one; 0: they do not, or
 * something is no line of the log. */
static unsigned last_number(const char *text)
{
	unsigned last = 0;

	while (strcmp(text, "ok\n") != 0) {
		const char *end = strchr(text, '\n'), *debug = strstr(text, "\tdebug\t");
		unsigned number;

		if (!end || !debug || debug > end)
			return 0;
		while (end > text && end[-1] != ' ')
			end--;
		number = (unsigned)strtoul(end, NULL, 10);
		if (number <= last)
			return 0;
		last = number;
		text = strchr(end, '\n') + 1;
	}
	return last;
}

/* 120 lines are more than one piece tells, and more than the ring holds. */
static void check_changing_log(void)
{
	struct answer answer = {.fd = dial()};
	char text[481];
	unsigned i;

	TEST("lines that are overwritten while the log is told are left out, none is torn");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (i = 1; i <= 120; i++)
		log_quietly(text + i * 4, i);
	say(answer.fd, "log\n");
	CHECK(run_until(is_readable, &answer, NULL) && !answer.ended);
	for (; i <= 240; i++)
		log_quietly(text + (i - 120) * 4, i);

	TEST("a change of the configuration is none of the log");
	control_interrupt(&control);
	CHECK(run_until(has_ended, &answer, NULL));
	CHECK(last_number(answer.text) == 240, "%s", answer.text);
	hang_up(&answer);
}

static bool is_longer(void *ctx)
{
	struct answer *answer = ctx;
	size_t length = answer->length;

	return has_ended(answer) || answer->length > length;
}

static bool has_no_walks(void *ctx)
{
	(void)ctx;
	return !igmp.walks && !mld.walks;
}

static unsigned clients(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < CONFIG_CONTROL_CLIENTS; i++)
		count += control.client[i] != NULL;
	return count;
}

static bool has_clients(void *ctx)
{
	return clients() == *(unsigned *)ctx;
}

static void check_partial(void)
{
	struct answer answer = {.fd = dial()};
	unsigned one = 1, none = 0;

	TEST("a request may come in pieces");
	CHECK(run_until(has_clients, &one, NULL));
	for (const char *byte = "running"; *byte; byte++) {
		send(answer.fd, byte, 1, MSG_NOSIGNAL);
		CHECK(run_until(has_clients, &one, NULL));
	}
	CHECK(!is_readable(&answer), "%s", answer.text);
	say(answer.fd, "\n");
	CHECK(run_until(has_ended, &answer, NULL) && !strcmp(answer.text, "yes\nok\n"));
	hang_up(&answer);

	TEST("half a request and an end are no request");
	answer.fd = dial();
	say(answer.fd, "running");
	shutdown(answer.fd, SHUT_WR);
	CHECK(run_until(has_ended, &answer, NULL));
	CHECK(!answer.length, "%s", answer.text);
	CHECK(!clients());
	hang_up(&answer);

	TEST("a request and an end are one");
	answer.fd = dial();
	say(answer.fd, "running\n");
	shutdown(answer.fd, SHUT_WR);
	CHECK(run_until(has_ended, &answer, NULL) && !strcmp(answer.text, "yes\nok\n"));
	hang_up(&answer);
	CHECK(run_until(has_clients, &none, NULL));
}

/* ---- dumps ---- */

/* Is every group of TEXT there once? Lines are in order, as the proxy here has them so. */
static unsigned count_groups(const char *text)
{
	unsigned count = 0;
	char line[96], addr[TEXT_ADDR];

	for (; *text == 't'; text = strchr(text, '\n') + 1) {
		struct addr group = numbered(false, 239, count);

		snprintf(line, sizeof(line), "tv\tlan0\t%s\t*\texclude\t3\t1234\t-\n",
			 text_addr(&group, addr));
		if (strncmp(text, line, strlen(line)))
			break;
		count++;
	}
	return count;
}

static bool all_have_ended(void *ctx)
{
	struct answer *answer = ctx;
	bool all = true;

	for (unsigned i = 0; i < CONFIG_CONTROL_CLIENTS; i++)
		all = (answer[i].ended || has_ended(&answer[i])) && all;
	return all;
}

static void check_big_dumps(void)
{
	struct answer answer[CONFIG_CONTROL_CLIENTS] = {{0}};
	int64_t longest;

	TEST("100,000 groups to as many clients as may be, and no turn of the loop is long");
	igmp = (struct proxy){.groups = 100000};
	mld = (struct proxy){.mld = true};
	for (unsigned i = 0; i < CONFIG_CONTROL_CLIENTS; i++) {
		answer[i].fd = dial();
		say(answer[i].fd, "groups\n");
	}
	CHECK(run_until(all_have_ended, answer, &longest));
	printf("# %u clients: a turn took %lld us of the processor at most\n",
	       CONFIG_CONTROL_CLIENTS, (long long)longest / 1000);
	CHECK(longest < 5000000, "%lld ns", (long long)longest);
	CHECK(igmp.most_visited <= 32 * CONFIG_CONTROL_CLIENTS, "%u visited in a turn",
	      igmp.most_visited);
	for (unsigned i = 0; i < CONFIG_CONTROL_CLIENTS; i++) {
		const char *text = answer[i].text, *end = text + answer[i].length;

		CHECK(count_groups(text) == 100000, "%u groups", count_groups(text));
		CHECK(end - text > 3 && !strcmp(end - 3, "ok\n"));
		hang_up(&answer[i]);
	}
	CHECK(has_no_walks(NULL) && !clients());
}

/* Is every source in the lines that have PREFIX there once, in order? */
static unsigned count_sources(const char *text, const char *prefix, unsigned first)
{
	unsigned count = 0;
	char line[96], addr[TEXT_ADDR];

	for (text = strstr(text, prefix); text; text = strstr(text + 1, prefix)) {
		struct addr source = numbered(false, 10, first + count);

		text_addr(&source, addr);
		snprintf(line, sizeof(line), "%s%s\t", prefix, addr);
		count += !strncmp(text, line, strlen(line));
	}
	return count;
}

static void check_many_sources(void)
{
	struct answer answer;

	TEST("10,000 sources of one group, which no buffer holds, are all told once");
	igmp = (struct proxy){.groups = 3, .sources = 10000};
	answer = ask("groups\n");
	CHECK(count_sources(answer.text, "\ntv\tlan0\t239.1.0.0\t", 0) == 10000);
	CHECK(count_lines(answer.text) == 10000 + 3 + 1);
	hang_up(&answer);
	answer = ask("upstream\n");
	CHECK(count_sources(answer.text, "\ntv\twan0\t239.1.0.0\t", 0) == 10000);
	CHECK(count_lines(answer.text) == 10000 + 3 + 1);
	hang_up(&answer);
	answer = ask("routes\n");
	CHECK(count_sources(answer.text, "\ntv\t", 0) == 10000);
	CHECK(count_lines(answer.text) == 10000 + 3 + 2 + 1);
	hang_up(&answer);
	CHECK(has_no_walks(NULL));
}

/* REQUEST, during which sources come and go at the front of the list. */
static void check_changing_sources(const char *request, const char *prefix)
{
	struct answer answer = {.fd = dial()};

	igmp = (struct proxy){.groups = 1, .sources = 10000, .first_source = 1000};
	say(answer.fd, request);
	CHECK(run_until(is_readable, &answer, NULL) && !answer.ended);
	igmp.first_source = 950;
	igmp.sources += 50;
	CHECK(run_until(is_longer, &answer, NULL) && !answer.ended);
	igmp.first_source = 1020;
	igmp.sources -= 70;
	CHECK(run_until(has_ended, &answer, NULL));
	CHECK(count_sources(answer.text, prefix, 1000) == 10000, "%u",
	      count_sources(answer.text, prefix, 1000));
	CHECK(!strstr(answer.text, "\t10.1.3.182\t"));
	hang_up(&answer);
}

static void check_changes(void)
{
	TEST("a source that is there throughout is told once, whatever others do");
	check_changing_sources("groups\n", "\ntv\tlan0\t239.1.0.0\t");
	check_changing_sources("upstream\n", "\ntv\twan0\t239.1.0.0\t");
	check_changing_sources("routes\n", "\ntv\t");
}

static void check_abandoned_dump(void)
{
	struct answer answer = {.fd = dial()};
	unsigned none = 0;

	TEST("a client that goes away in the middle of a dump leaves nothing behind");
	igmp = (struct proxy){.groups = 100000};
	say(answer.fd, "groups\n");
	CHECK(run_until(is_readable, &answer, NULL));
	CHECK(!answer.ended && clients() == 1 && igmp.walks == 1);
	hang_up(&answer);
	CHECK(run_until(has_clients, &none, NULL));
	CHECK(has_no_walks(NULL));
}

static void check_interrupted_dump(void)
{
	struct answer answer = {.fd = dial()}, text = {.fd = dial()};
	const char *last;
	unsigned two = 2, none = 0;

	TEST("what a dump is about goes: the dump ends, and says so, after a whole line");
	igmp = (struct proxy){.groups = 100000};
	say(answer.fd, "groups\n");
	CHECK(run_until(is_readable, &answer, NULL));
	CHECK(!answer.ended && igmp.walks == 1);
	CHECK(run_until(has_clients, &two, NULL));
	control_interrupt(&control);
	CHECK(!igmp.walks);
	igmp = (struct proxy){0};
	say(text.fd, "running\n");
	CHECK(run_until(has_ended, &answer, NULL));
	last = strstr(answer.text, "error ");
	CHECK(last && last[-1] == '\n' &&
	      !strcmp(last, "error the configuration has changed; ask again\n"));

	TEST("one that was not asked yet is answered");
	CHECK(run_until(has_ended, &text, NULL) && !strcmp(text.text, "yes\nok\n"), "%s",
	      text.text);
	hang_up(&answer);
	hang_up(&text);
	CHECK(run_until(has_clients, &none, NULL));
}

struct crowd {
	struct answer answer[CONFIG_CONTROL_CLIENTS];
	struct answer late;
	int64_t again; /* when it tries again */
};

/* The late one is told that there are too many, and tries again, until it is not. The first one
 * takes its time over its request. */
static bool is_served(void *ctx)
{
	struct crowd *crowd = ctx;

	if (loop_now() < crowd->again || !has_ended(&crowd->late))
		return false;
	crowd->again = loop_now() + 20;
	send(crowd->answer[0].fd, "x", 1, MSG_NOSIGNAL);
	if (!strcmp(crowd->late.text, "yes\nok\n"))
		return true;
	CHECK(!strcmp(crowd->late.text, "error too many clients\n"), "%s", crowd->late.text);
	hang_up(&crowd->late);
	crowd->late.fd = dial();
	send(crowd->late.fd, "running\n", 8, MSG_NOSIGNAL);
	return false;
}

static void check_crowd(void)
{
	struct crowd crowd = {.late = {.fd = -1}};
	unsigned all = CONFIG_CONTROL_CLIENTS, none = 0, dropped = 0;

	TEST("one client too many is told so");
	for (unsigned i = 0; i < all; i++) {
		crowd.answer[i].fd = dial();
		/* Some never ask, some never read. */
		if (i % 2)
			say(crowd.answer[i].fd, "groups\n");
	}
	CHECK(run_until(has_clients, &all, NULL));
	answers("", "error too many clients\n");

	TEST("of those that do nothing for long, one makes room");
	crowd.late.fd = dial();
	CHECK(run_until(is_served, &crowd, NULL));
	for (unsigned i = 0; i < all; i++)
		dropped += has_ended(&crowd.answer[i]);
	CHECK(dropped == 1 && !has_ended(&crowd.answer[0]), "%u dropped", dropped);
	for (unsigned i = 0; i < all; i++)
		hang_up(&crowd.answer[i]);
	hang_up(&crowd.late);
	CHECK(run_until(has_clients, &none, NULL));
	CHECK(has_no_walks(NULL));
}

static bool has_passed(void *ctx)
{
	return loop_now() >= *(int64_t *)ctx;
}

static void check_no_descriptors(void)
{
	struct answer answer = {.fd = dial()}, next;
	struct rlimit limit, none;
	struct wait wait = {.done = has_passed};
	int64_t end = loop_now() + 100;

	TEST("a connection that cannot be taken for want of descriptors does not keep the loop "
	     "busy");
	getrlimit(RLIMIT_NOFILE, &limit);
	none = limit;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	wait.ctx = &end;
	wait.end = end + PATIENCE;
	loop.stop = false;
	loop_run(&loop, turn, &wait);
	CHECK(!clients());
	CHECK(wait.turns <= 150, "%u turns in 0.1 s", wait.turns);

	TEST("it is taken together with the next one");
	setrlimit(RLIMIT_NOFILE, &limit);
	say(answer.fd, "running\n");
	next = ask("running\n");
	CHECK(run_until(has_ended, &answer, NULL));
	CHECK(!strcmp(answer.text, "yes\nok\n"), "%s", answer.text);
	CHECK(!strcmp(next.text, "yes\nok\n") || CONFIG_CONTROL_CLIENTS == 1, "%s", next.text);
	hang_up(&answer);
	hang_up(&next);
}

/* ---- the socket file ---- */

static int open_control(struct control *again, const char *group)
{
	int fd = socket_listen(path, group);

	*again = (struct control){.listener.fd = -1};
	return fd < 0 ? fd : control_open(again, &loop, fd, &shown);
}

static void end_control(struct control *again)
{
	control_close(again);
	socket_remove(path);
}

static void check_file(void)
{
	char group[32], too_long[200];
	struct control again;
	struct stat status;
	int64_t end;
	int error;

	TEST("the socket file is for its owner and its group");
	CHECK(!stat(path, &status) && S_ISSOCK(status.st_mode) && (status.st_mode & 07777) == 0660,
	      "%o", status.st_mode);

	TEST("a live daemon's socket is not taken");
	error = open_control(&again, "");
	CHECK(error == -EADDRINUSE, "%d", error);
	end = loop_now() + 20; /* until the question whether it is alive has been taken */
	CHECK(run_until(has_passed, &end, NULL));
	answers("running\n", "yes\nok\n");

	TEST("the file is removed at the end");
	end_control(&control);
	CHECK(stat(path, &status) && errno == ENOENT);

	TEST("a dead daemon's socket is replaced, by one of the group asked for");
	CHECK(!open_control(&again, ""));
	close(again.listener.fd);
	snprintf(group, sizeof(group), "%u", (unsigned)getgid());
	error = open_control(&control, group);
	CHECK(!error, "%d", error);
	CHECK(!stat(path, &status) && status.st_gid == getgid());
	answers("running\n", "yes\nok\n");

	TEST("another one's socket is not removed");
	unlink(path);
	CHECK(!open_control(&again, ""));
	end_control(&control);
	CHECK(!stat(path, &status));
	end_control(&again);
	CHECK(stat(path, &status) && errno == ENOENT);

	TEST("a file that is no socket is not touched");
	close(open(path, O_CREAT | O_WRONLY, 0600));
	error = open_control(&control, "");
	CHECK(error == -EADDRINUSE, "%d", error);
	end_control(&control);
	CHECK(!stat(path, &status) && S_ISREG(status.st_mode));
	unlink(path);

	TEST("no such group, no such directory, no path, a path too long");
	error = open_control(&control, "no-such-group");
	CHECK(error == -EINVAL, "%d", error);
	error = open_control(&control, "4294967295");
	CHECK(error == -EINVAL, "%d", error);
	CHECK(stat(path, &status) && errno == ENOENT);
	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	CHECK(socket_listen(too_long, "") == -ENAMETOOLONG);
	CHECK(socket_listen("", "") == -ENAMETOOLONG);
	CHECK(socket_listen("/nonexistent/x", "") == -ENOENT);
	end_control(&control);
}

/* Not everybody may give a file to any group, but to the own one. */
static void check_named_group(void)
{
	struct group *group;
	struct stat status;

	TEST("the group by its name");
	while ((group = getgrent())) {
		int error = open_control(&control, group->gr_name);

		if ((error == -EPERM || error == -EINVAL) && group->gr_gid != getgid())
			continue;
		CHECK(!error && !stat(path, &status) && status.st_gid == group->gr_gid, "%s %d",
		      group->gr_name, error);
		end_control(&control);
	}
	endgrent();
}

/* ---- the client's end ---- */

static void keep_line(void *ctx, char *line)
{
	char *kept = ctx;

	snprintf(kept + strlen(kept), 256 - strlen(kept), "%s|", line);
}

static bool child_has_ended(void *ctx)
{
	return waitpid(*(pid_t *)ctx, NULL, WNOHANG) != 0;
}

static void check_client(void)
{
	char error[CONTROL_ERROR], lines[256] = "";
	int result[2];
	pid_t child;

	TEST("control_ask() gives the lines without the last one");
	if (pipe(result))
		return;
	igmp = (struct proxy){.groups = 1};
	child = fork();
	if (!child) {
		control_ask(path, "groups", false, keep_line, lines, error);
		control_ask(path, "group x", false, keep_line, lines, error);
		dprintf(result[1], "%s%s", lines, error);
		_exit(0);
	}
	CHECK(run_until(child_has_ended, &child, NULL));
	close(result[1]);
	memset(lines, 0, sizeof(lines));
	CHECK(read(result[0], lines, sizeof(lines) - 1) > 0 &&
		      !strcmp(lines, "tv\tlan0\t239.1.0.0\t*\texclude\t3\t1234\t-|not a multicast "
				     "address"),
	      "%s", lines);
	close(result[0]);
}

/* What control_ask() makes of a daemon that sends TEXT and is gone. */
static int ask_impostor(const char *text, bool raw, char lines[256], char error[CONTROL_ERROR])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), result;
	pid_t child;

	strcpy(address.sun_path, path);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1))
		CHECK(false, "%m");
	child = fork();
	if (!child) {
		int fd = accept(listener, NULL, NULL);

		_exit(fd < 0 || write(fd, text, strlen(text)) < 0);
	}
	lines[0] = '\0';
	result = control_ask(path, "running", raw, keep_line, lines, error);
	close(listener);
	waitpid(child, NULL, 0);
	unlink(path);
	return result;
}

static void check_impostors(void)
{
	char error[CONTROL_ERROR], lines[256], longest[5 * CONTROL_LINE];
	int result;

	TEST("nobody there");
	result = control_ask(path, "running", false, keep_line, lines, error);
	CHECK(result == -ENOENT && !strcmp(error, strerror(ENOENT)), "%d %s", result, error);

	TEST("what is not for a terminal does not get there");
	result = ask_impostor("a\x1b[2Jb\xc3\xa4\tc\x7f\r\nok\n", false, lines, error);
	CHECK(!result && !strcmp(lines, "a?[2Jb??\tc??|"), "%d %s", result, lines);
	result = ask_impostor("line\ta\x1b[\xc3\xa4\tc\na\x1b\nok\n", true, lines, error);
	CHECK(!result && !strcmp(lines, "line\ta\x1b[\xc3\xa4\tc|a?|"), "%d %s", result, lines);
	result = ask_impostor("error a\x1b[2Jb\n", false, lines, error);
	CHECK(result == -EPROTO && !strcmp(error, "a?[2Jb"), "%d %s", result, error);

	TEST("an answer that is cut off is an error");
	result = ask_impostor("yes\n", false, lines, error);
	CHECK(result == -ECONNRESET && *error && !strcmp(lines, "yes|"), "%d %s", result, error);
	result = ask_impostor("yes\nok", false, lines, error);
	CHECK(result == -ECONNRESET, "%d %s", result, error);
	result = ask_impostor("", false, lines, error);
	CHECK(result == -ECONNRESET, "%d %s", result, error);

	TEST("a line or an error without end is not kept");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	result = ask_impostor(longest, false, lines, error);
	CHECK(result == -EMSGSIZE, "%d %s", result, error);
	memcpy(longest, "error ", 6);
	strcpy(longest + 3000, "\n");
	result = ask_impostor(longest, false, lines, error);
	CHECK(result == -EPROTO && strlen(error) == CONTROL_ERROR - 1, "%d %s", result, error);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	TEST("a socket is opened");
	if (!CHECK(mkdtemp(directory)))
		return test_end();
	snprintf(path, sizeof(path), "%s/socket", directory);
	if (CHECK(!loop_open(&loop)) && CHECK(!open_control(&control, ""))) {
		RUN(check_tables, check_questions, check_garbage, check_commands, check_text);
		if (ENABLE_LOG_RING) {
			check_log();
			check_changing_log();
		}
		RUN(check_partial, check_big_dumps, check_many_sources, check_changes,
		    check_interrupted_dump, check_abandoned_dump, check_crowd, check_no_descriptors,
		    check_client, check_file, check_named_group, check_impostors);
		loop_close(&loop);
	}
	rmdir(directory);
	return test_end();
}
