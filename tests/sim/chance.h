/* SPDX-License-Identifier: MIT */
/*
 * Chance as a function: the same question gets the same answer, whatever else was asked before. So
 * a world from which an event is taken stays as it was otherwise.
 */
#ifndef TESTS_SIM_CHANCE_H
#define TESTS_SIM_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t chance_mix(uint64_t key, uint64_t value)
{
	key = (key ^ value) * 0x9e3779b97f4a7c15u;
	key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9u;
	key = (key ^ key >> 27) * 0x94d049bb133111ebu;
	return key ^ key >> 31;
}

static inline uint64_t chance_of_octets(uint64_t key, const uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		key = (key ^ data[i]) * 0x100000001b3u;
	return chance_mix(key, length);
}

/* Uniform in 0 .. below - 1. */
static inline uint64_t chance_below(uint64_t key, uint64_t below)
{
	return below ? chance_mix(key, below) % below : 0;
}

/* True in PER_MILLE of 1000 cases. */
static inline bool chance_is(uint64_t key, unsigned per_mille)
{
	return chance_below(key, 1000) < per_mille;
}

#endif
