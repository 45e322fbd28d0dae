/* SPDX-License-Identifier: MIT */
/* The heap of deadlines (timer.h) against a list. */
#include "proto/base/timer.h"

#include "test.h"

enum { TIMERS = 200, STEPS = 20000, LATEST = 1000 };

static struct timer timer[TIMERS];
static int64_t key[TIMERS]; /* INT64_MAX: not in the heap */
static uint32_t count;

static uint32_t random_below(uint32_t below)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % below;
}

static int64_t first(void)
{
	int64_t least = INT64_MAX;

	for (unsigned n = 0; n < TIMERS; n++)
		if (key[n] < least)
			least = key[n];
	return least;
}

static void step(struct timer_heap *heap)
{
	unsigned n = random_below(TIMERS);
	int64_t deadline = random_below(LATEST);

	if (key[n] == INT64_MAX) {
		CHECK(timer_add(heap, &timer[n], deadline));
		key[n] = deadline;
		count++;
		return;
	}
	switch (random_below(3)) {
	case 0:
		timer_remove(heap, &timer[n]);
		key[n] = INT64_MAX;
		count--;
		break;
	case 1:
		timer_advance(heap, &timer[n], deadline);
		key[n] = deadline < key[n] ? deadline : key[n];
		break;
	default:
		timer_set(heap, &timer[n], deadline);
		key[n] = deadline;
	}
}

int main(void)
{
	struct timer_heap heap = {0};

	TEST("the first of the deadlines is the first, whatever is added, removed or moved");
	CHECK(timer_first(&heap) == INT64_MAX);
	for (unsigned n = 0; n < TIMERS; n++)
		key[n] = INT64_MAX;
	for (unsigned n = 0; n < STEPS; n++) {
		step(&heap);
		CHECK(timer_first(&heap) == first() && heap.count == count, "step %u", n);
	}
	TEST("they come in order");
	while (heap.count) {
		int64_t due = timer_first(&heap);
		long n = (long)(heap.slot[0].timer - timer);

		CHECK(due == first() && due == key[n]);
		timer_remove(&heap, &timer[n]);
		key[n] = INT64_MAX;
	}
	CHECK(first() == INT64_MAX && timer_first(&heap) == INT64_MAX);
	timer_heap_free(&heap);
	return test_end();
}
