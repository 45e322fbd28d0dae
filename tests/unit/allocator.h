/* SPDX-License-Identifier: MIT */
/* An allocator that fails when it is told to and counts its blocks. The linker gives it to the code
 * under test in place of the C library's: --wrap, in the Makefile. */
#ifndef TESTS_UNIT_ALLOCATOR_H
#define TESTS_UNIT_ALLOCATOR_H

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

static unsigned long allocations, failing; /* 1: the first; 0: none */
static long blocks;
static size_t requested; /* bytes, by calloc() */
static size_t held;	 /* bytes of the blocks; below 0 it wraps */

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void __wrap_free(void *);

static bool inside; /* a C library that is linked statically calls itself through here, too */

static bool fails(void)
{
	return !inside && ++allocations == failing;
}

/* After enter(), which tells whether it is the outermost. */
static void *counted(bool outermost, void *block)
{
	if (outermost) {
		blocks += !!block;
		held += malloc_usable_size(block);
		inside = false;
	}
	return block;
}

static bool enter(void)
{
	bool outermost = !inside;

	inside = true;
	return outermost;
}

void *__wrap_malloc(size_t size)
{
	bool outermost;

	if (fails())
		return NULL;
	outermost = enter();
	return counted(outermost, __real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	bool outermost;

	if (fails())
		return NULL;
	outermost = enter();
	requested += outermost ? count * size : 0;
	return counted(outermost, __real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
	bool outermost;

	if (fails())
		return NULL;
	outermost = enter();
	blocks -= outermost && old;
	held -= outermost ? malloc_usable_size(old) : 0;
	return counted(outermost, __real_realloc(old, size));
}

void __wrap_free(void *block)
{
	blocks -= !inside && block;
	held -= inside ? 0 : malloc_usable_size(block);
	__real_free(block);
}

#endif
