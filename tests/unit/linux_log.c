/* SPDX-License-Identifier: MIT */
/* core/base/log.c: to stderr, and to a /dev/log of our own (in a mount namespace); what it
 * remembers. */
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "netns.h"

static int64_t passed = 1000; /* seconds that the clock goes ahead of the system's */

static int try_clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = clock_gettime(clock, now);

	now->tv_sec += (time_t)passed;
	return result;
}

#define clock_gettime try_clock_gettime
#include "core/base/log.c"
#undef clock_gettime

static int output = -1; /* what is written to stderr */
static char text[65536];

/* Everything that has been written to stderr since. */
static const char *written(void)
{
	ssize_t length = read(output, text, sizeof(text) - 1);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

static unsigned lines(const char *of)
{
	unsigned count = 0;

	for (; *of; of++)
		count += *of == '\n';
	return count;
}

static void redirect(void)
{
	int fd[2];

	CHECK(!pipe2(fd, O_NONBLOCK) && dup2(fd[1], STDERR_FILENO) >= 0);
	fcntl(fd[0], F_SETPIPE_SZ, (int)sizeof(text));
	output = fd[0];
}

static void test_stderr(void)
{
	char wide[2000];

	TEST("one line, with the program's name");
	log_notice("interface %s is up, %d of %d", "eth0", 1, 2);
	CHECK(!strcmp(written(), "mcproxy: interface eth0 is up, 1 of 2\n"), "%s", text);
	TEST("what is below the level is not written");
	log_info("info");
	log_debug("debug");
	CHECK(!*written());
	log_open(false, LOG_LEVEL_ERROR);
	log_warning("warning");
	CHECK(!*written());
	log_error("error");
	CHECK(!strcmp(written(), "mcproxy: error\n"));
	TEST("a name cannot make a line of its own");
	log_error("interface %s", "a\nmcproxy: all is well\033[2J");
	CHECK(!strcmp(written(), "mcproxy: interface a?mcproxy: all is well?[2J\n"), "%s", text);
	TEST("a long line is cut off");
	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	log_error("%s", wide);
	CHECK(strlen(written()) == 511 && lines(text) == 1, "%zu", strlen(text));
}

static void test_limit(void)
{
	log_open(false, LOG_LEVEL_INFO);
	TEST("a burst is cut off, the lost lines are counted in the next one");
	for (int i = 0; i < 1000; i++)
		log_info("line %d", i);
	CHECK(lines(written()) >= 20 && lines(text) < 30, "%u", lines(text));
	TEST("a flood of one level does not swallow another");
	log_warning("still here");
	CHECK(!strcmp(written(), "mcproxy: still here\n"));
	TEST("after a second there is room again");
	passed++;
	log_info("again");
	CHECK(!strncmp(written(), "mcproxy: (", 10) && strstr(text, " lines lost) again\n"), "%s",
	      text);
	TEST("but for no more than the burst, however long the silence was");
	passed += 3600;
	for (int i = 0; i < 1000; i++)
		log_info("line %d", i);
	CHECK(lines(written()) >= 20 && lines(text) < 30, "%u", lines(text));
	TEST("debug lines are many");
	log_open(false, LOG_LEVEL_DEBUG);
	for (int i = 0; i < 900; i++)
		log_debug("line %d", i);
	CHECK(lines(written()) == 900, "%u", lines(text));
}

/* ---- what is remembered ---- */

enum { LINES = 900 };

static char said[LINES][LOG_LINE];
static uint64_t position;

/* The next remembered line, or "". */
static const char *recalled(void)
{
	static struct log_entry entry;

	return log_recall(&position, &entry) ? entry.text : "";
}

static void test_memory(void)
{
	struct log_entry entry;

	TEST("lines are remembered as they were written, in their order");
	position = ring.end;
	log_open(false, LOG_LEVEL_NOTICE);
	log_notice("interface %s is up", "eth0");
	log_info("that is not written");
	log_error("interface %s", "a\nmcproxy: all is\twell\033[2J");
	CHECK(log_recall(&position, &entry) && entry.level == LOG_LEVEL_NOTICE &&
		      !strcmp(entry.text, "interface eth0 is up"),
	      "%s", entry.text);
	CHECK(log_recall(&position, &entry) && entry.level == LOG_LEVEL_ERROR &&
		      !strcmp(entry.text, "interface a?mcproxy: all is?well?[2J"),
	      "%s", entry.text);
	CHECK(!log_recall(&position, &entry));

	TEST("how long ago that was, a year, too");
	position = 0;
	passed += 365 * 86400;
	log_notice("now");
	while (strcmp(recalled(), "interface eth0 is up"))
		;
	CHECK(log_recall(&position, &entry) && entry.age / 10000 == 365 * 8640, "%llu",
	      (unsigned long long)entry.age);
	CHECK(log_recall(&position, &entry) && entry.age < 10000, "%llu",
	      (unsigned long long)entry.age);

	TEST("what is swallowed is not remembered, but counted");
	for (int i = 0; i < 100; i++)
		log_notice("flood");
	passed += 60;
	log_notice("the flood is over");
	for (int i = 0; i < 19; i++)
		CHECK(!strcmp(recalled(), "flood"));
	CHECK(!strcmp(recalled(), "(81 lines lost) the flood is over"));
	CHECK(!*recalled());
}

/* Line N, of some length; the longest ones are cut off. */
static void say_line(unsigned n)
{
	unsigned width = n * 2654435761u % 600;
	char line[601 + LOG_LINE] = "";

	snprintf(line, sizeof(line), "%u %0*u", n, width, n);
	memcpy(said[n], line, sizeof(said[n]) - sizeof("mcproxy: ") - 1);
	log_debug("%s", line);
}

/* Of N lines all that there is room for, and before them only what was there before. */
static bool recalls_last(unsigned n)
{
	size_t used = 0;
	unsigned first = n;
	const char *line;

	while (first && used + strlen(said[first - 1]) + 8 <= CONFIG_LOG_RING_SIZE)
		used += strlen(said[--first]) + 8;
	position = 0;
	do {
		line = recalled();
	} while (!first && !strncmp(line, "filler", 6));
	for (; first < n && !strcmp(line, said[first]); first++)
		line = recalled();
	return first == n && !*line;
}

/* Is LINE a whole one, and later than the LAST one? */
static bool is_said(const char *line, int *last)
{
	int n = atoi(line);

	if (!*line || n <= *last || strcmp(line, said[n]) != 0)
		return false;
	*last = n;
	return true;
}

static void test_ring(void)
{
	uint64_t slow;
	bool right = true;
	int last = -1;

	TEST("as many lines as there is room for, never a part of one");
	log_open(false, LOG_LEVEL_DEBUG);
	passed += 60;
	for (unsigned n = 0; n < CONFIG_LOG_RING_SIZE / 400; n++)
		log_debug("filler%0*d", LOG_LINE, 0);
	for (unsigned n = 0; n < LINES; n++) {
		say_line(n);
		written();
		right = right && recalls_last(n + 1);
	}
	CHECK(right);
	slow = position;

	TEST("a reader who is overtaken goes on with the oldest line that is left");
	passed += 60;
	for (unsigned n = 0; n < LINES; n++) {
		say_line(n);
		written();
		position = slow;
		right = right && (n % 3 || is_said(recalled(), &last));
		slow = position;
	}
	CHECK(right && last < LINES - 2, "%d", last);
	while (is_said(recalled(), &last))
		;
	CHECK(last == LINES - 1, "%d", last);
}

static int bind_log(void)
{
	static const struct sockaddr_un address = {AF_UNIX, "/dev/log"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	unlink("/dev/log");
	CHECK(!bind(fd, (const struct sockaddr *)&address, sizeof(address)));
	return fd;
}

static void test_syslog(void)
{
	char expected[64];
	int fd;

	if (unshare(CLONE_NEWNS) || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/dev", "tmpfs", 0, NULL))
		return;
	TEST("syslog: without a syslogd, stderr");
	log_open(true, LOG_LEVEL_INFO);
	log_notice("one");
	snprintf(expected, sizeof(expected), "mcproxy[%d]: one\n", (int)getpid());
	CHECK(!strcmp(written(), expected), "%s", text);
	TEST("syslog: as soon as there is one, it is told");
	fd = bind_log();
	snprintf(expected, sizeof(expected), "<29>mcproxy[%d]: two", (int)getpid());
	log_notice("two");
	CHECK(recv(fd, text, sizeof(text), 0) == (ssize_t)strlen(expected) &&
		      !memcmp(text, expected, strlen(expected)),
	      "%s", text);
	CHECK(!*written());
	TEST("syslog: it may be started again");
	close(fd);
	fd = bind_log();
	log_error("three");
	CHECK(recv(fd, text, sizeof(text), 0) > 0 && !strncmp(text, "<27>", 4));
	close(fd);
}

int main(void)
{
	netns_enter();
	TEST("stderr is ours");
	RUN(redirect, test_stderr);
	if (ENABLE_LOG_RING) {
		RUN(test_memory, test_ring);
	}
	passed += 60;
	test_limit();
	if (ENABLE_SYSLOG)
		test_syslog();
	return test_end();
}
