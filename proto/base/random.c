/* SPDX-License-Identifier: MIT */
/* xorshift64*; see random.h. */
#include "proto/base/random.h"

int64_t random_below(uint64_t *state, int64_t below)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	if (below <= 1)
		return 0;
	return (int64_t)((*state * 0x2545f4914f6cdd1du >> 1) % (uint64_t)below);
}
