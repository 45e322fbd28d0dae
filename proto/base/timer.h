/* SPDX-License-Identifier: MIT */
/*
 * Deadlines: a binary heap whose slots hold the keys, so that it is ordered without touching its
 * members. Putting a deadline off is free: the slot keeps its early key, and the owner, run too
 * early, says when it is really due. So a timer that is refreshed again and again costs one
 * comparison each time.
 */
#ifndef PROTO_TIMER_H
#define PROTO_TIMER_H

#include <stdbool.h>
#include <stdint.h>

/* Embedded in its owner. */
struct timer {
	uint32_t slot; /* its place in the heap */
};

struct timer_slot {
	int64_t key; /* at the latest when the owner is due */
	struct timer *timer;
};

struct timer_heap {
	struct timer_slot *slot;
	uint32_t count, capacity;
};

/* Adds TIMER, due at DEADLINE. False: no memory, nothing done. */
bool timer_add(struct timer_heap *, struct timer *, int64_t deadline);
void timer_remove(struct timer_heap *, struct timer *);
/* TIMER is due at DEADLINE at the earliest: only ever moves its key forward. */
void timer_advance(struct timer_heap *, struct timer *, int64_t deadline);
/* Sets the key of TIMER, either way. */
void timer_set(struct timer_heap *, struct timer *, int64_t deadline);
/* No key is later than DEADLINE: who is due later says so when it is run. */
void timer_limit(struct timer_heap *, int64_t deadline);
/* The first key; INT64_MAX if the heap is empty. */
static inline int64_t timer_first(const struct timer_heap *heap)
{
	return heap->count ? heap->slot[0].key : INT64_MAX;
}

/* Of two deadlines the next one. */
static inline int64_t timer_sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void timer_heap_free(struct timer_heap *);

#endif
