/* SPDX-License-Identifier: MIT */
#include "counter.h"

const char *counter_name(enum counter counter)
{
	static const char *const name[COUNTER_COUNT] = {
#define COUNTER_NAME(symbol, text) text,
		COUNTERS(COUNTER_NAME)
#undef COUNTER_NAME
	};

	return name[counter];
}
