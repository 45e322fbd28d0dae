/* SPDX-License-Identifier: MIT */
/*
 * The time that the kernel stamps packets with, ways to wait for it, and the wish of whoever runs
 * the bench to have it end: every wait is bounded by a deadline and by SIGINT or SIGTERM.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define MICROSECOND INT64_C(1000)
#define MILLISECOND INT64_C(1000000)
#define SECOND INT64_C(1000000000)

/* Nanoseconds of CLOCK_REALTIME, the clock of packet time stamps. */
int64_t clock_now(void);
/* Gives the processor away until then: for waits in which nothing is measured. */
void clock_sleep(int64_t nanoseconds);
/* Keeps the processor until then: a wait that leaves the caches and the clock speed as they are. */
void clock_spin(int64_t until);

/* From now on SIGINT and SIGTERM end the waits instead of the program. */
void clock_catch_signals(void);
/* SIGINT or SIGTERM came. */
bool clock_interrupted(void);
/* The deadline has passed, or the bench was interrupted. */
bool clock_expired(int64_t deadline);

#endif
