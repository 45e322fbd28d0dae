/* SPDX-License-Identifier: MIT */
/* The event loop: epoll, one absolute deadline, SIGTERM, SIGINT and SIGHUP by signalfd. */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

enum { LOOP_EVENTS = 16 };

struct loop {
	int epoll, signals;
	bool stop;   /* set: loop_run() returns after this turn */
	bool hangup; /* SIGHUP has come; for its owner to clear */
	/* Kept for whoever looks: since which second of loop_now(), and one more, it is about a
	 * turn; 0 while it waits. */
	uint32_t *busy;
	struct loop_source *pending[LOOP_EVENTS]; /* of this turn, not called yet */
};

/* A descriptor to wait for; the owner keeps the struct in place until loop_remove(). */
struct loop_source {
	int fd;
	void (*ready)(void *ctx, uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
	void *ctx;
};

/* CLOCK_MONOTONIC, in nanoseconds. */
int64_t loop_nanoseconds(void);
/* In milliseconds. */
int64_t loop_now(void);
/* 0 or -errno. Blocks SIGTERM and SIGINT, which set loop->stop from now on, and SIGHUP, which sets
 * loop->hangup; ignores SIGPIPE. */
int loop_open(struct loop *);
void loop_close(struct loop *);
int loop_add(struct loop *, struct loop_source *, uint32_t events);
int loop_change(struct loop *, struct loop_source *, uint32_t events);
/* Safe from within any ready(): no event of this turn reaches a removed source any more. */
void loop_remove(struct loop *, struct loop_source *);
/* Waits and dispatches until loop->stop. turn() runs after the events of each turn, and when its
 * deadline has come; it returns the next deadline (absolute; INT64_MAX: none). Returns 0 or -errno.
 */
int loop_run(struct loop *, int64_t (*turn)(void *ctx, int64_t now), void *ctx);

#endif
