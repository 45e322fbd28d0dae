/* SPDX-License-Identifier: MIT */
/* Numbers that look like chance and are the same in every run. */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <stdint.h>

/* A number below BOUND; *STATE is the seed and must not be 0. */
static inline uint32_t random_below(uint64_t *state, uint32_t bound)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)(((*state * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % bound);
}

#endif
