/* SPDX-License-Identifier: MIT */
/* Deadlines of further attempts; see backoff.h. Owns no clock: it is told the time. */
#include "core/base/backoff.h"

int64_t backoff_longer(int64_t delay, int64_t first, int64_t most)
{
	return delay < first ? first : delay < most / 2 ? 2 * delay : most;
}

void backoff_init(struct backoff *b)
{
	*b = (struct backoff){INT64_MAX, BACKOFF_FIRST};
}

void backoff_fail(struct backoff *b, int64_t now)
{
	if (b->at != INT64_MAX)
		return;
	b->at = now + b->delay;
	b->delay = backoff_longer(b->delay, BACKOFF_FIRST, BACKOFF_MOST);
}

bool backoff_begin(struct backoff *b, int64_t now)
{
	if (b->at > now)
		return false;
	b->at = INT64_MAX;
	return true;
}

void backoff_end(struct backoff *b)
{
	if (b->at == INT64_MAX)
		b->delay = BACKOFF_FIRST;
}
