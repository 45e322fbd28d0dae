/* SPDX-License-Identifier: MIT */
/* From nothing, or from the death of the worker, to a daemon that works: it answers at its control
 * socket, which it does when all is open. */
#include "clock.h"
#include "rows.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STARTS = 21, DEATHS = 11 };

#define START_LIMIT (5 * SECOND)
#define POLL_INTERVAL (100 * MICROSECOND)
/* A worker that has lived for so long is replaced at once. */
#define RIPE (1200 * MILLISECOND)

/* A connection to it, or -1. */
static int connect_to(const struct timeval *timeout)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = CONTROL_SOCKET};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, sizeof(*timeout)) &&
	    !connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

static bool answers(void)
{
	static const char request[] = "summary\n";
	const struct timeval timeout = {.tv_sec = START_LIMIT / SECOND};
	const int fd = connect_to(&timeout);
	char byte;
	bool answer;

	if (fd < 0)
		return false;
	answer = send(fd, request, strlen(request), MSG_NOSIGNAL) > 0 && recv(fd, &byte, 1, 0) == 1;
	close(fd);
	return answer;
}

static int64_t time_to_answer(struct rig *rig, int64_t start)
{
	while (!clock_expired(start + START_LIMIT) && daemon_alive(&rig->daemon)) {
		if (answers())
			return clock_now() - start;
		clock_sleep(POLL_INTERVAL);
	}
	return LOST;
}

static void measure_deaths(struct rig *rig, struct series *series)
{
	int n;

	for (n = 0; n < DEATHS && !clock_interrupted(); n++) {
		const pid_t worker = daemon_worker(&rig->daemon);

		if (!worker)
			return;
		clock_sleep(RIPE);
		kill(worker, SIGKILL);
		series_add(series, time_to_answer(rig, clock_now()));
	}
}

void row_start(struct rig *rig, struct result *result)
{
	int n;

	for (n = 0; n < STARTS && !clock_interrupted(); n++) {
		int64_t start;

		daemon_stop(&rig->daemon);
		start = clock_now();
		if (rig_launch(rig))
			return;
		series_add(&result->start.start, time_to_answer(rig, start));
	}
	measure_deaths(rig, &result->start.death);
}
