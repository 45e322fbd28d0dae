/* SPDX-License-Identifier: MIT */
/* core/log.c: to stderr, and to a /dev/log of our own (in a mount namespace). */
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../../core/log.h"
#include "netns.h"

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
	for (int i = 0; i < 300 && !strstr(text, "lines lost"); i++) {
		usleep(10000);
		log_info("again");
		written();
	}
	CHECK(!strncmp(text, "mcproxy: (", 10) && strstr(text, " lines lost) again\n"), "%s", text);
	TEST("debug lines are many");
	log_open(false, LOG_LEVEL_DEBUG);
	for (int i = 0; i < 900; i++)
		log_debug("line %d", i);
	CHECK(lines(written()) == 900, "%u", lines(text));
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
	redirect();
	test_stderr();
	test_limit();
	if (ENABLE_SYSLOG)
		test_syslog();
	return test_end();
}
