/* SPDX-License-Identifier: MIT */
/* See parting.h. */
#include "proto/router/parting.h"

#include <stdlib.h>

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
			/* Older queries have no such flag. */
			if (interface_names_sources(i))
				interface_query(p, i, &q->group, true,
						i->values.last_member_query_interval);
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
