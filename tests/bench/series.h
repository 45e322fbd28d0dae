/* SPDX-License-Identifier: MIT */
/*
 * The measurements of one kind, lost ones included: what was not answered counts as later than
 * everything that was, so that no median gets better by losing packets.
 */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <stddef.h>
#include <stdint.h>

/* A measurement that was not answered in time. */
#define LOST INT64_MAX

struct series {
	int64_t *value; /* nanoseconds or LOST */
	size_t count, capacity;
	size_t lost;
	size_t lost_in_a_row;
};

/* Ends the program if there is no memory: a series with gaps would be worth nothing. */
void series_add(struct series *, int64_t value);
/* The value that PERMILLE of all measurements do not exceed: 500 is the median. LOST if it falls
 * among the lost ones or nothing was measured. Sorts the series. */
int64_t series_quantile(struct series *, unsigned permille);
void series_free(struct series *);

#endif
