/* SPDX-License-Identifier: MIT */
/* When what failed is tried again: ever more rarely, until an attempt fails at nothing. */
#ifndef CORE_BACKOFF_H
#define CORE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/* In milliseconds; each delay is twice the one before. */
enum { BACKOFF_FIRST = 1000, BACKOFF_MOST = 64000 };

struct backoff {
	int64_t at;    /* of the next attempt; INT64_MAX: nothing has failed */
	int64_t delay; /* to the attempt after the next failure */
};

/* The delay after DELAY: of FIRST at least, MOST at most. */
int64_t backoff_longer(int64_t delay, int64_t first, int64_t most);
/* Nothing has failed. */
void backoff_init(struct backoff *);
/* Something has failed: there is to be another attempt, if it is not to be already. */
void backoff_fail(struct backoff *, int64_t now);
/* Is the attempt due? If so it begins, and backoff_end() ends it. */
bool backoff_begin(struct backoff *, int64_t now);
/* If nothing has failed since backoff_begin(), the next failure is the first one again. */
void backoff_end(struct backoff *);

#endif
