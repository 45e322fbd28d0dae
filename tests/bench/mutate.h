/* SPDX-License-Identifier: MIT */
/* Messages that are wrong in a way that a decoder has to find out. */
#ifndef BENCH_MUTATE_H
#define BENCH_MUTATE_H

#include "frame.h"

/* The next message of the sequence that *RANDOM (see random_below()) stands for: a valid report,
 * leave or query of any version, changed in one to four places. About half of them have the right
 * checksum all the same. The IP header is in order. Returns whether Linux hands it to a
 * daemon. */
bool mutate_next(struct frame *, enum protocol, uint64_t *random);

#endif
