/* SPDX-License-Identifier: MIT */
/*
 * The event loop. Owns: the epoll set, the signals, when to wake up. There is
 * no timer here: whoever has deadlines keeps them in order, the loop only knows the next one, so a
 * quiet program wakes up for its deadlines and for nothing else.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "core/base/loop.h"

int64_t loop_nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t loop_now(void)
{
	return loop_nanoseconds() / 1000000;
}

/* The time to wait. loop_now() cuts fractions off, so a wait of the whole difference never ends
 * before the deadline. */
static int timeout_until(int64_t deadline)
{
	int64_t now = loop_now();

	if (deadline == INT64_MAX)
		return -1;
	if (deadline <= now)
		return 0;
	return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}

static int change_wait(struct loop *loop, int operation, int fd, struct loop_source *source,
		       uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	return epoll_ctl(loop->epoll, operation, fd, &event) ? -errno : 0;
}

/* Until the descriptor is closed the signals stay blocked: a second SIGTERM changes nothing. */
static int open_signals(struct loop *loop)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	loop->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signals < 0)
		return -errno;
	/* Blocked, and read by nobody, it is as good as ignored. */
	sigaddset(&set, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	return change_wait(loop, EPOLL_CTL_ADD, loop->signals, NULL, EPOLLIN);
}

int loop_open(struct loop *loop)
{
	int error;

	*loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC), .signals = -1};
	if (loop->epoll < 0)
		return -errno;
	error = open_signals(loop);
	if (error)
		loop_close(loop);
	return error;
}

void loop_close(struct loop *loop)
{
	if (loop->signals >= 0)
		close(loop->signals);
	if (loop->epoll >= 0)
		close(loop->epoll);
	loop->signals = loop->epoll = -1;
}

int loop_add(struct loop *loop, struct loop_source *source, uint32_t events)
{
	return change_wait(loop, EPOLL_CTL_ADD, source->fd, source, events);
}

int loop_change(struct loop *loop, struct loop_source *source, uint32_t events)
{
	return change_wait(loop, EPOLL_CTL_MOD, source->fd, source, events);
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
	change_wait(loop, EPOLL_CTL_DEL, source->fd, source, 0);
	for (unsigned i = 0; i < LOOP_EVENTS; i++)
		if (loop->pending[i] == source)
			loop->pending[i] = NULL;
}

static void read_signal(struct loop *loop)
{
	struct signalfd_siginfo info;

	if (read(loop->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP)
		loop->hangup = true;
	else
		loop->stop = true;
}

static void set_busy(const struct loop *loop, bool busy)
{
	if (ENABLE_PRIVSEP && loop->busy)
		*(volatile uint32_t *)loop->busy = busy ? (uint32_t)(loop_now() / 1000) + 1 : 0;
}

static int wait_and_dispatch(struct loop *loop, int timeout)
{
	struct epoll_event event[LOOP_EVENTS];
	int count;

	set_busy(loop, false);
	count = epoll_wait(loop->epoll, event, LOOP_EVENTS, timeout);
	set_busy(loop, true);
	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < count; i++) {
		loop->pending[i] = event[i].data.ptr;
		if (!loop->pending[i])
			read_signal(loop);
	}
	for (int i = 0; i < count; i++) {
		struct loop_source *source = loop->pending[i];

		loop->pending[i] = NULL;
		if (source)
			source->ready(source->ctx, event[i].events);
	}
	return 0;
}

int loop_run(struct loop *loop, int64_t (*turn)(void *ctx, int64_t now), void *ctx)
{
	int64_t deadline = turn(ctx, loop_now());
	int error = 0;

	while (!loop->stop && !error) {
		error = wait_and_dispatch(loop, timeout_until(deadline));
		if (!error)
			deadline = turn(ctx, loop_now());
	}
	return error;
}
