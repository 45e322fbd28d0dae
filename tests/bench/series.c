/* SPDX-License-Identifier: MIT */
/* Measurements of one kind and their quantiles (nearest rank, no interpolation). */
#include "series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
	int64_t left, right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return (left > right) - (left < right);
}

static void grow(struct series *series)
{
	const size_t capacity = series->capacity ? 2 * series->capacity : 1024;
	int64_t *value = realloc(series->value, capacity * sizeof(*value));

	if (!value) {
		fprintf(stderr, "bench: out of memory\n");
		exit(2);
	}
	series->value = value;
	series->capacity = capacity;
}

void series_add(struct series *series, int64_t value)
{
	if (series->count == series->capacity)
		grow(series);
	series->value[series->count++] = value;
	if (value == LOST) {
		series->lost++;
		series->lost_in_a_row++;
	} else {
		series->lost_in_a_row = 0;
	}
}

int64_t series_quantile(struct series *series, unsigned permille)
{
	size_t rank;

	if (!series->count)
		return LOST;
	qsort(series->value, series->count, sizeof(*series->value), by_value);
	rank = (series->count * permille + 999) / 1000;
	return series->value[rank ? rank - 1 : 0];
}

void series_free(struct series *series)
{
	free(series->value);
	*series = (struct series){0};
}
