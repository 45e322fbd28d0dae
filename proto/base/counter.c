/* SPDX-License-Identifier: MIT */
/* The names of the counters; see counter.h. */
#include "proto/base/counter.h"

#include <string.h>

const char *counter_name(enum counter counter)
{
	/* A pointer to each, which a position-independent program has to relocate, would be longer
	 * than the names. */
	static const char names[] =
#define COUNTER_NAME(symbol, text) text "\0"
		COUNTERS(COUNTER_NAME);
#undef COUNTER_NAME
	const char *name = names;

	for (unsigned i = 0; i < counter; i++)
		name += strlen(name) + 1;
	return name;
}
