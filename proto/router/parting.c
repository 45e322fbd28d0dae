/* SPDX-License-Identifier: MIT */
/* See parting.h. */
#include "proto/router/parting.h"

#include <stdlib.h>

#include "proto/packet/codec.h"
#include "proto/state/interface.h"

/* Groups at a time; the leaves of more are not told. */
enum { MOST = 64 };

struct parting {
	struct addr group;
	int64_t at;
	uint8_t left;
};

void parting_begin(struct interface *i, int64_t now, const struct addr *group)
{
	struct parting *q;
	uint32_t n = 0;

	if (!i->router.parting)
		i->router.parting = malloc(MOST * sizeof(*q));
	if (!i->router.parting)
		return;
	while (n < i->router.parting_count && !addr_equal(&i->router.parting[n].group, group))
		n++;
	if (n == MOST)
		return;
	q = &i->router.parting[n];
	if (n == i->router.parting_count) {
		*q = (struct parting){.group = *group, .at = now};
		i->router.parting_count++;
	}
	q->left = i->values.last_member_query_count;
}

static void send_query(struct proxy *p, struct interface *i, const struct addr *group)
{
	struct query q = {.group = *group,
			  .version = message_version(p->protocol, i->values.version),
			  .suppress = true,
			  .max_response_time = i->values.last_member_query_interval,
			  .values = &i->values};
	uint8_t buffer[64];
	struct message_writer w;

	/* Older queries have no such flag. */
	if (message_is_old(q.version))
		return;
	interface_start(p, i, &w, buffer, sizeof(buffer));
	codec_write_query(&w, &q);
	interface_send(p, i, &w, TX_QUERY);
}

int64_t parting_deadline(const struct interface *i)
{
	int64_t first = INT64_MAX;
	uint32_t n;

	for (n = 0; n < i->router.parting_count; n++)
		first = timer_sooner(first, i->router.parting[n].at);
	return first;
}

void parting_end(struct interface *i)
{
	free(i->router.parting);
	i->router.parting = NULL;
	i->router.parting_count = 0;
}

void parting_tick(struct proxy *p, struct interface *i, int64_t now)
{
	uint32_t n = 0;

	while (n < i->router.parting_count) {
		struct parting *q = &i->router.parting[n];

		if (q->at <= now) {
			send_query(p, i, &q->group);
			q->at = now + i->values.last_member_query_interval;
			q->left--;
		}
		if (q->left)
			n++;
		else
			*q = i->router.parting[--i->router.parting_count];
	}
	if (!n)
		parting_end(i);
}
