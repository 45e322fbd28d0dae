/* SPDX-License-Identifier: MIT */
/* Random numbers for delays, which need to differ, and no more: who has seen some can tell the
 * next. */
#ifndef PROTO_RANDOM_H
#define PROTO_RANDOM_H

#include <stdint.h>

/* Uniform in 0 .. BELOW - 1; 0 if BELOW <= 1. STATE, which is not 0, becomes another one. */
int64_t random_below(uint64_t *state, int64_t below);

#endif
