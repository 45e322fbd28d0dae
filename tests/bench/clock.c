/* SPDX-License-Identifier: MIT */
/* Time and interruption. The flag that a signal handler sets is the bench's only global. */
#include "clock.h"

#include <signal.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

void clock_sleep(int64_t nanoseconds)
{
	const struct timespec wait = {.tv_sec = nanoseconds / SECOND,
				      .tv_nsec = nanoseconds % SECOND};

	clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
}

void clock_spin(int64_t until)
{
	while (!clock_expired(until))
		;
}

void clock_catch_signals(void)
{
	struct sigaction action = {.sa_handler = interrupt};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool clock_interrupted(void)
{
	return interrupted != 0;
}

bool clock_expired(int64_t deadline)
{
	return interrupted != 0 || clock_now() >= deadline;
}
