/* SPDX-License-Identifier: MIT */
/* See answer.h. */
#include "proto/host/answer.h"

#include "proto/base/random.h"
#include "proto/host/report.h"
#include "proto/host/subscription.h"
#include "proto/state/membership.h"

/* Memberships that one turn passes over on its way to those that it tells. */
enum { VISITS = 4096 };

void answer_stop(struct proxy *p, struct interface *i)
{
	struct answer *a = &i->host.answer;

	membership_walk_stop(p, &a->walk);
	a->running = a->restart = false;
	a->next_at = INT64_MAX;
}

/* Section 5.2 has one delay for the whole answer; many packets are spread over the time that there
 * is. What is still to be told of an earlier query goes on where it is, so that a flood of queries
 * cannot silence the end of the list. */
void answer_general(struct proxy *p, struct interface *i, int64_t now, int64_t time)
{
	struct answer *a = &i->host.answer;
	int64_t packets = i->timers.count / report_capacity(p, i) + 1;
	int64_t next = now + 1 + random_below(&p->random, time / packets);

	if (!i->timers.count)
		return;
	a->restart = a->running;
	if (!a->running) {
		membership_walk_start(p, &a->walk);
		a->next_at = a->end = INT64_MAX;
	}
	a->running = true;
	a->query = (uint8_t)(a->query < UINT8_MAX ? a->query + 1 : 1);
	a->left = i->timers.count;
	a->begun = false;
	/* Rule 1: what is due sooner stays so, or long response times would put it off for ever. */
	a->next_at = timer_sooner(a->next_at, next);
	a->end = timer_sooner(a->end, now + time);
}

/* The next subscription that the last query has not heard of, after VISITS memberships at most;
 * NULL: there is none. */
static struct subscription *next_unanswered(struct proxy *p, struct interface *i, uint32_t *visits)
{
	struct answer *a = &i->host.answer;

	while (*visits) {
		struct membership *m = a->walk.next;
		struct subscription *s = m ? membership_subscription(m, i->vif) : NULL;

		if (!m && !a->restart)
			return NULL;
		if (!m) {
			a->restart = false;
			a->walk.next = p->database.first;
			continue;
		}
		--*visits;
		a->walk.next = m->next;
		if (!s || s->answered_query == a->query)
			continue;
		s->answered_query = a->query;
		a->left -= a->left > 0;
		return s;
	}
	return NULL;
}

void answer_continue(struct proxy *p, struct interface *i, int64_t now)
{
	struct answer *a = &i->host.answer;
	int64_t time = a->end > now ? a->end - now : 1;
	int64_t left = a->left ? a->left : 1, chunk = left / time + 1;
	uint32_t visits;
	struct subscription *s;

	if (chunk < report_capacity(p, i))
		chunk = report_capacity(p, i);
	if (chunk < left)
		time = time * chunk / left;
	visits = (uint32_t)chunk + VISITS;
	a->begun = true;
	while (chunk-- && (s = next_unanswered(p, i, &visits)))
		report_state(p, i, s, true);
	a->next_at = now + 1 + random_below(&p->random, time);
	if (!a->walk.next && !a->restart)
		answer_stop(p, i);
}

/* Section 5.2, rules 1 and 3 to 5. */
void answer_specific(struct proxy *p, struct interface *i, int64_t at, struct message *msg)
{
	struct answer *a = &i->host.answer;
	struct membership *m = membership_find(p, &msg->group);
	struct subscription *s = m ? membership_subscription(m, i->vif) : NULL;
	struct record r;
	uint32_t n;

	message_query_sources(p->protocol, msg, &r, p->source, &i->counters);
	if (!s || (msg->count && !r.source_count))
		return;
	if (a->running && !a->begun && a->end <= at)
		return;
	if (!r.source_count || s->answer_whole || message_is_old(i->host.version))
		s->answer_whole = true;
	else if (source_list_mark(&s->sources, r.source, r.source_count, true, CONFIG_MAX_SOURCES))
		s->answer_whole = true; /* cannot remember what was asked for: tell all */
	else
		for (n = 0; n < s->sources.count; n++)
			s->sources.source[n].asked |= s->sources.source[n].marked;
	s->answer_at = timer_sooner(s->answer_at, at);
	timer_advance(&i->timers, &s->timer, s->answer_at);
}

void answer_subscription(struct proxy *p, struct interface *i, struct subscription *s)
{
	uint32_t n;

	report_state(p, i, s, s->answer_whole);
	s->answer_at = INT64_MAX;
	s->answer_whole = false;
	for (n = 0; n < s->sources.count; n++)
		s->sources.source[n].asked = false;
	subscription_sweep(s);
}
