/* SPDX-License-Identifier: MIT */
/* Counts what the code under test allocates; see tests/unit/allocator.h. */
#include "tests/unit/allocator.h"
#include "sim.h"

static size_t *count, *bytes;

void memory_leave(void)
{
	if (!count)
		return;
	*count += (size_t)blocks;
	*bytes += held;
	count = bytes = NULL;
}

void memory_enter(size_t *counted_blocks, size_t *counted_bytes)
{
	memory_leave();
	count = counted_blocks;
	bytes = counted_bytes;
	blocks = 0;
	held = 0;
}
