/* SPDX-License-Identifier: MIT */
/*
 * The processors: what others take of them while the bench measures, and how to keep them awake.
 * Waking a halted processor can take longer than all that a proxy does, above all in a virtual
 * machine, where it is the host that has to be woken.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdint.h>
#include <sys/types.h>

struct load {
	int64_t total, busy; /* of all processors, in ticks */
	int64_t own;	     /* of the bench and the daemons it has stopped, in ticks */
};

void load_begin(struct load *);
/* Percentage of all processor time since load_begin() that neither the bench nor what it started
 * used, the host's part of it in a virtual machine included. */
unsigned load_of_others(const struct load *begin);

enum { AWAKE_MAX = 64 };

/* Processes that do nothing all the time, one for each processor. */
struct awake {
	unsigned count;
	pid_t pid[AWAKE_MAX];
};

/* They run under SCHED_IDLE: whatever else wants the processor gets it at once. */
void awake_start(struct awake *);
void awake_stop(struct awake *);

#endif
