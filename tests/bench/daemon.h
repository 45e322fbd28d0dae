/* SPDX-License-Identifier: MIT */
/* A daemon under measurement: started, looked at from outside through /proc, stopped. */
#ifndef BENCH_DAEMON_H
#define BENCH_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct daemon {
	pid_t pid; /* 0: not running */
	int log;   /* what it wrote to stdout and stderr */
	const char *name;
};

/* Of all its processes (its own, and its children) and their threads together, since their start.
 */
struct usage {
	int64_t cpu;	  /* nanoseconds on a processor */
	uint64_t wakeups; /* times that they went to sleep by themselves */
	uint64_t
		resident; /* bytes, exact: counted from the page tables; what is shared each time */
	uint64_t
		proportional; /* the same, but what N processes share counts 1/N for each of them */
};

/* What it used from one look to another. */
struct cost {
	int64_t cpu;
	uint64_t wakeups;
	int64_t memory; /* resident bytes more than before */
};

/* Starts PROGRAM with these arguments. It is killed when the bench ends, however that happens.
 * 0 or -errno. */
int daemon_start(struct daemon *, const char *program, const char *const arguments[]);
/* SIGTERM, and SIGKILL two seconds later. */
void daemon_stop(struct daemon *);
/* Its child, which does the work; 0: it does it itself, or the kernel does not tell
 * (CONFIG_PROC_CHILDREN). */
pid_t daemon_worker(const struct daemon *);
/* False: it has ended, and the end of its log was shown on stderr, once. */
bool daemon_alive(struct daemon *);
/* False: it has ended, or the kernel does not tell (CONFIG_SCHED_INFO). */
bool daemon_usage(const struct daemon *, struct usage *);
/* What it used since BEFORE; all zero if it has ended. */
struct cost daemon_cost(const struct daemon *, const struct usage *before);

#endif
