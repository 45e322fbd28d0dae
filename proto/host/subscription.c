/* SPDX-License-Identifier: MIT */
/* See subscription.h. */
#include "proto/host/subscription.h"

#include <stdlib.h>

#include "proto/state/membership.h"

struct subscription *subscription_create(struct interface *i, struct membership *m)
{
	struct subscription *s = calloc(1, sizeof(*s));

	if (!s || !timer_add(&i->timers, &s->timer, INT64_MAX)) {
		free(s);
		i->counters.value[NO_MEMORY]++;
		return NULL;
	}
	s->retransmit_at = s->answer_at = INT64_MAX;
	s->vif = i->vif;
	s->membership = m;
	s->next = m->subscriptions;
	m->subscriptions = s;
	return s;
}

void subscription_delete(struct proxy *p, struct interface *i, struct subscription *s)
{
	struct subscription **link = &s->membership->subscriptions;

	while (*link != s)
		link = &(*link)->next;
	*link = s->next;
	timer_remove(&i->timers, &s->timer);
	source_list_free(&s->sources);
	membership_touch(p, s->membership);
	free(s);
}

bool subscription_is_member(const struct subscription *s)
{
	uint32_t n;

	if (s->filter_mode == EXCLUDE)
		return true;
	for (n = 0; n < s->sources.count; n++)
		if (s->sources.source[n].listed)
			return true;
	return false;
}

bool subscription_is_pending(const struct subscription *s)
{
	uint32_t n;

	if (s->mode_retransmit)
		return true;
	for (n = 0; n < s->sources.count; n++)
		if (s->sources.source[n].retransmit)
			return true;
	return false;
}

void subscription_repeat(struct subscription *s, uint8_t times)
{
	uint32_t n;

	for (n = 0; n < s->sources.count; n++)
		s->sources.source[n].retransmit = times;
}

void subscription_sweep(struct subscription *s)
{
	uint32_t n;

	for (n = 0; n < s->sources.count; n++) {
		struct source *source = &s->sources.source[n];

		source->dead = !source->listed && !source->retransmit && !source->asked;
	}
	source_list_sweep(&s->sources);
}

void subscription_cancel(struct subscription *s)
{
	uint32_t n;

	s->mode_retransmit = 0;
	s->answer_whole = false;
	s->retransmit_at = s->answer_at = INT64_MAX;
	for (n = 0; n < s->sources.count; n++)
		s->sources.source[n].asked = false;
	subscription_repeat(s, 0);
	subscription_sweep(s);
}

void subscription_settle(struct proxy *p, struct interface *i, struct subscription *s)
{
	subscription_cancel(s);
	if (!subscription_is_member(s))
		subscription_delete(p, i, s);
}
