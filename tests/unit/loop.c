/* SPDX-License-Identifier: MIT */
/* core/base/loop.c: when it wakes up, and whom it calls. */
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/base/loop.h"
#include "test.h"

static struct loop loop;
static unsigned turns;
static int64_t deadline, turn_time[8];

/* The first turn only says when to come again, the second one is the end. */
static int64_t two_turns(void *ctx, int64_t now)
{
	(void)ctx;
	turn_time[turns++ % 8] = now;
	loop.stop = turns >= 2;
	return deadline;
}

static int64_t counting(void *ctx, int64_t now)
{
	(void)ctx;
	(void)now;
	turns++;
	return deadline;
}

static int run(int64_t (*turn)(void *, int64_t))
{
	int error;

	turns = 0;
	error = loop_run(&loop, turn, NULL);
	loop.stop = false;
	return error;
}

static struct {
	struct loop_source source;
	int writer;
	unsigned called;
} end[2];

static void drop_both(void *ctx, uint32_t events)
{
	(void)events;
	(*(unsigned *)ctx)++;
	loop_remove(&loop, &end[0].source);
	loop_remove(&loop, &end[1].source);
	loop.stop = true;
}

static void open_ends(void)
{
	for (int i = 0; i < 2; i++) {
		int fd[2];

		CHECK(!pipe(fd) && write(fd[1], "x", 1) == 1);
		end[i].writer = fd[1];
		end[i].called = 0;
		end[i].source = (struct loop_source){fd[0], drop_both, &end[i].called};
	}
}

static void test_deadlines(void)
{
	TEST("it wakes up at the deadline, not before");
	for (int i = 0; i < 20; i++) {
		deadline = loop_now() + 1 + i;
		CHECK(!run(two_turns) && turns == 2);
		CHECK(turn_time[1] >= deadline, "%d ms too early", (int)(deadline - turn_time[1]));
		CHECK(turn_time[1] < deadline + 1000);
	}
	TEST("a deadline that has passed does not wait");
	deadline = INT64_MIN;
	CHECK(!run(two_turns) && turns == 2);
	CHECK(turn_time[1] - turn_time[0] < 1000);
	TEST("no deadline, or one that is far away: it sleeps until something happens");
	for (int i = 0; i < 4; i++) {
		const struct itimerspec soon = {.it_value = {.tv_nsec = 100000000}};
		unsigned called = 0;
		struct loop_source timer = {timerfd_create(CLOCK_MONOTONIC, 0), drop_both, &called};

		end[0].source.fd = end[1].source.fd = -1;
		deadline = (const int64_t[]){INT64_MAX, INT64_MAX - 1, (int64_t)INT_MAX * 3,
					     loop_now() + ((int64_t)1 << 32)}[i];
		CHECK(!timerfd_settime(timer.fd, 0, &soon, NULL));
		CHECK(!loop_add(&loop, &timer, EPOLLIN) && !run(counting));
		CHECK(turns == 2 && called == 1, "%u turns", turns);
		close(timer.fd);
	}
}

static void test_sources(void)
{
	TEST("what is removed during a turn is not called any more");
	open_ends();
	for (int i = 0; i < 2; i++)
		CHECK(!loop_add(&loop, &end[i].source, EPOLLIN));
	deadline = INT64_MAX;
	CHECK(!run(counting) && turns == 2);
	CHECK(end[0].called + end[1].called == 1, "%u and %u", end[0].called, end[1].called);
	TEST("it waits for what a source is changed to");
	CHECK(!loop_add(&loop, &end[0].source, EPOLLOUT));
	deadline = loop_now() + 50;
	CHECK(!run(two_turns) && end[0].called + end[1].called == 1);
	CHECK(!loop_change(&loop, &end[0].source, EPOLLIN) && !run(counting));
	CHECK(end[0].called + end[1].called == 2);
	TEST("a source that cannot be waited for is an error");
	end[0].source.fd = -1;
	CHECK(loop_add(&loop, &end[0].source, EPOLLIN) == -EBADF);
}

static void test_signals(void)
{
	static const int number[] = {SIGTERM, SIGINT};

	for (int i = 0; i < 2; i++) {
		TEST("a signal ends the loop after one turn");
		deadline = INT64_MAX;
		CHECK(!kill(getpid(), number[i]));
		CHECK(!run(counting) && turns == 2, "%u turns", turns);
	}
	TEST("SIGHUP is for the owner, and does not end it");
	deadline = loop_now() + 50;
	CHECK(!kill(getpid(), SIGHUP));
	CHECK(!loop.hangup && !run(two_turns) && loop.hangup);
	CHECK(turn_time[1] < deadline, "it slept on");
	loop.hangup = false;
	TEST("SIGPIPE does not kill");
	open_ends();
	close(end[0].source.fd);
	CHECK(write(end[0].writer, "x", 1) == -1 && errno == EPIPE);
}

static uint32_t *busy; /* in memory that another process looks at */

static bool is_since_now(uint32_t since)
{
	uint32_t now = (uint32_t)(loop_now() / 1000) + 1;

	return since == now || since == now - 1;
}

static void look_busy(void *ctx, uint32_t events)
{
	CHECK(is_since_now(*busy), "%u", (unsigned)*busy);
	drop_both(ctx, events);
}

/* Ends what the loop waits for when it is seen to wait. */
static void watch(int fd)
{
	int64_t last = loop_now() + 10000;

	while (*(volatile uint32_t *)busy && loop_now() < last)
		;
	_exit(*busy || write(fd, "x", 1) != 1);
}

static void test_busy(void)
{
	int status = 1;
	char byte;
	pid_t pid;

	TEST("who looks sees since when it is about a turn, and that it waits");
	busy = mmap(NULL, sizeof(*busy), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(busy != MAP_FAILED);
	open_ends();
	CHECK(read(end[0].source.fd, &byte, 1) == 1);
	end[0].source.ready = look_busy;
	end[1].source.fd = -1;
	CHECK(!loop_add(&loop, &end[0].source, EPOLLIN));
	deadline = loop_now() + 20000;
	*busy = 4711;
	loop.busy = busy;
	pid = fork();
	if (!pid)
		watch(end[0].writer);
	CHECK(!run(counting) && end[0].called == 1);
	CHECK(waitpid(pid, &status, 0) == pid && !status, "%x", (unsigned)status);
	CHECK(is_since_now(*busy), "%u", (unsigned)*busy);
	TEST("nobody looks");
	loop.busy = NULL;
	*busy = 4711;
	deadline = loop_now();
	CHECK(!run(two_turns) && *busy == 4711);
}

int main(void)
{
	TEST("the loop opens");
	CHECK(!loop_open(&loop));
	RUN(test_deadlines, test_sources, test_signals);
	if (ENABLE_PRIVSEP)
		test_busy();
	loop_close(&loop);
	return test_end();
}
