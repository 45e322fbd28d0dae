/* SPDX-License-Identifier: MIT */
/* The daemon's own account of what arrived at dn1, as `mcproxy-stat -t counters` tells it. */
#ifndef BENCH_COUNTERS_H
#define BENCH_COUNTERS_H

#include "frame.h"

struct counters {
	uint64_t accepted; /* messages of a known kind */
	uint64_t dropped;  /* for any reason, but not for being the router's own */
};

/* Asks by means of PROGRAM, the multi-call binary. False: it does not tell. */
bool counters_read(struct counters *, const char *program, enum protocol);

#endif
