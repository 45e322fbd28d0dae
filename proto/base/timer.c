/* SPDX-License-Identifier: MIT */
/* A binary heap; see timer.h. */
#include "proto/base/timer.h"

#include <stdlib.h>

static void put_slot(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	heap->slot[i] = slot;
	slot.timer->slot = i;
}

static void rise(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	for (; i && heap->slot[(i - 1) / 2].key > slot.key; i = (i - 1) / 2)
		put_slot(heap, i, heap->slot[(i - 1) / 2]);
	put_slot(heap, i, slot);
}

static void sink(struct timer_heap *heap, uint32_t i, struct timer_slot slot)
{
	uint32_t child;

	while ((child = 2 * i + 1) < heap->count) {
		if (child + 1 < heap->count && heap->slot[child + 1].key < heap->slot[child].key)
			child++;
		if (heap->slot[child].key >= slot.key)
			break;
		put_slot(heap, i, heap->slot[child]);
		i = child;
	}
	put_slot(heap, i, slot);
}

bool timer_add(struct timer_heap *heap, struct timer *timer, int64_t deadline)
{
	if (heap->count == heap->capacity) {
		uint32_t capacity = heap->capacity + heap->capacity / 2 + 16;
		struct timer_slot *slot = realloc(heap->slot, capacity * sizeof(*slot));

		if (!slot)
			return false;
		heap->slot = slot;
		heap->capacity = capacity;
	}
	rise(heap, heap->count++, (struct timer_slot){deadline, timer});
	return true;
}

void timer_remove(struct timer_heap *heap, struct timer *timer)
{
	struct timer_slot last = heap->slot[--heap->count];

	if (last.timer != timer) {
		struct timer_slot hole = heap->slot[timer->slot];

		if (last.key < hole.key)
			rise(heap, timer->slot, last);
		else
			sink(heap, timer->slot, last);
	}
	if (!heap->count)
		timer_heap_free(heap);
}

void timer_advance(struct timer_heap *heap, struct timer *timer, int64_t deadline)
{
	if (deadline < heap->slot[timer->slot].key)
		rise(heap, timer->slot, (struct timer_slot){deadline, timer});
}

void timer_set(struct timer_heap *heap, struct timer *timer, int64_t deadline)
{
	struct timer_slot slot = {deadline, timer};

	if (deadline < heap->slot[timer->slot].key)
		rise(heap, timer->slot, slot);
	else
		sink(heap, timer->slot, slot);
}

void timer_limit(struct timer_heap *heap, int64_t deadline)
{
	uint32_t n;

	for (n = 0; n < heap->count; n++)
		if (heap->slot[n].key > deadline)
			heap->slot[n].key = deadline;
}

void timer_heap_free(struct timer_heap *heap)
{
	free(heap->slot);
	*heap = (struct timer_heap){0};
}
