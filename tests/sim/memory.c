/* SPDX-License-Identifier: MIT */
/*
 * Counts what the code under test allocates. The program is linked with --wrap for the four
 * functions below, so that calls to malloc() come here.
 */
#include <malloc.h>

#include "sim.h"

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void __wrap_free(void *);

static size_t *counted, *counted_bytes;
static bool within; /* a library that is linked statically calls itself by these names, too */

void memory_enter(size_t *count, size_t *bytes)
{
	counted = count;
	counted_bytes = bytes;
}

void memory_leave(void)
{
	counted = counted_bytes = NULL;
}

static void *gained(void *block)
{
	within = false;
	if (counted && block) {
		++*counted;
		*counted_bytes += malloc_usable_size(block);
	}
	return block;
}

static void lost(void *block)
{
	within = true;
	if (counted && block) {
		--*counted;
		*counted_bytes -= malloc_usable_size(block);
	}
}

void *__wrap_malloc(size_t size)
{
	if (within)
		return __real_malloc(size);
	within = true;
	return gained(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	if (within)
		return __real_calloc(count, size);
	within = true;
	return gained(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
	if (within)
		return __real_realloc(block, size);
	lost(block);
	return gained(__real_realloc(block, size));
}

void __wrap_free(void *block)
{
	if (within) {
		__real_free(block);
		return;
	}
	lost(block);
	__real_free(block);
	within = false;
}
