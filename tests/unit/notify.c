/* SPDX-License-Identifier: MIT */
/* core/privilege/notify.c, with a service manager that is a socket, by path and by abstract name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "core/privilege/notify.c"
#include "test.h"

static char directory[] = "/tmp/notify-XXXXXX", path[64], name[64];

/* A manager's socket; its name as the environment has it. */
static int manage(const char *where)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(address.sun_path, where, strlen(where));
	if (*where == '@')
		address.sun_path[0] = '\0';
	CHECK(!bind(fd, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(where))),
	      "%s: %s", where, strerror(errno));
	return fd;
}

/* The next message, or "". */
static const char *heard(int fd)
{
	static char text[256];
	ssize_t length = recv(fd, text, sizeof(text) - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

static struct notify open_with(const char *where, const char *time, const char *pid)
{
	struct notify notify;

	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (where)
		setenv("NOTIFY_SOCKET", where, 1);
	if (time)
		setenv("WATCHDOG_USEC", time, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	notify_open(&notify);
	return notify;
}

static void check_messages(const char *where)
{
	int manager = manage(where);
	struct notify notify = open_with(where, NULL, NULL);
	unsigned long long before, said = 0;
	struct timespec now;

	CHECK(notify.fd >= 0 && !notify.interval, "%s", where);
	notify_send(&notify, "READY=1");
	CHECK(!strcmp(heard(manager), "READY=1"));
	notify_send(&notify, "STATUS=some\nSTOPPING=1");
	CHECK(!strcmp(heard(manager), "STATUS=some\nSTOPPING=1"));
	clock_gettime(CLOCK_MONOTONIC, &now);
	before = (unsigned long long)now.tv_sec * 1000000 + (unsigned)now.tv_nsec / 1000;
	notify_reloading(&notify);
	CHECK(sscanf(heard(manager), "RELOADING=1\nMONOTONIC_USEC=%llu", &said) == 1 &&
		      said >= before && said < before + 10000000,
	      "%llu after %llu", said, before);
	close(manager);
	notify_send(&notify, "READY=1");
	notify_close(&notify);
	CHECK(notify.fd < 0);
	notify_send(&notify, "READY=1");
	notify_close(&notify);
}

static void check_no_manager(void)
{
	char longest[110];

	TEST("without a socket that can be reached nothing is sent, and nothing is wrong");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	CHECK(open_with(NULL, "1000000", NULL).fd < 0);
	CHECK(!open_with(NULL, "1000000", NULL).interval);
	CHECK(open_with("", NULL, NULL).fd < 0);
	CHECK(open_with("/", NULL, NULL).fd < 0);
	CHECK(open_with("@", NULL, NULL).fd < 0);
	CHECK(open_with("run/notify", NULL, NULL).fd < 0);
	CHECK(open_with("vsock:2:1234", NULL, NULL).fd < 0);
	CHECK(open_with("/nonexistent/notify", NULL, NULL).fd < 0);
	CHECK(open_with(longest, NULL, NULL).fd < 0);
	CHECK(open_with(directory, NULL, NULL).fd < 0);
}

static void check_watchdog(void)
{
	static const struct {
		const char *time, *pid; /* of the environment; "self": this process */
		int64_t interval;
	} rows[] = {
		{"30000000", NULL, 15000},
		{"30000000", "self", 15000},
		{"3001", "self", 1},
		{"2000", NULL, 1},
		{"1999", NULL, 0},
		{"0", NULL, 0},
		{"", NULL, 0},
		{"-1", NULL, 0},
		{"30s", NULL, 0},
		{"99999999999999999999999", NULL, 0},
		{"9223372036854775807", NULL, INT64_MAX / 2000},
		{"30000000", "1", 0},
		{"30000000", "", 0},
		{"30000000", "nobody", 0},
		{NULL, "self", 0},
	};
	int manager = manage(name);
	char self[16];

	TEST("how often a watchdog wants to hear, if it is this process that it watches");
	snprintf(self, sizeof(self), "%d", (int)getpid());
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool own = rows[i].pid && !strcmp(rows[i].pid, "self");
		struct notify notify = open_with(name, rows[i].time, own ? self : rows[i].pid);

		CHECK(notify.fd >= 0 && notify.interval == rows[i].interval, "row %zu: %lld", i,
		      (long long)notify.interval);
		notify_close(&notify);
	}
	close(manager);
}

/* Longer than the queue of any socket. */
static void check_full(void)
{
	int manager = manage(name);
	struct notify notify = open_with(name, NULL, NULL);
	struct timespec begin, end;
	unsigned heard_count = 0;

	TEST("a manager that takes nothing is not waited for");
	fcntl(notify.fd, F_SETFL, O_NONBLOCK);
	while (send(notify.fd, "x", 1, MSG_NOSIGNAL) == 1)
		;
	fcntl(notify.fd, F_SETFL, 0);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	notify_send(&notify, "WATCHDOG=1");
	clock_gettime(CLOCK_MONOTONIC, &end);
	CHECK(end.tv_sec - begin.tv_sec < 5);
	while (!strcmp(heard(manager), "x"))
		heard_count++;
	CHECK(heard_count);
	notify_send(&notify, "WATCHDOG=1");
	CHECK(!strcmp(heard(manager), "WATCHDOG=1"));
	notify_close(&notify);
	close(manager);
}

int main(void)
{
	TEST("messages to a socket with a path");
	if (!CHECK(mkdtemp(directory)))
		return test_end();
	snprintf(path, sizeof(path), "%s/notify", directory);
	snprintf(name, sizeof(name), "@%s/notify", directory);
	check_messages(path);
	unlink(path);
	TEST("messages to an abstract one");
	check_messages(name);
	RUN(check_no_manager, check_watchdog, check_full);
	rmdir(directory);
	return test_end();
}
