/* SPDX-License-Identifier: MIT */
/* See hold.h. */
#include "proto/router/hold.h"

#include "proto/state/interface.h"

bool hold_begin(struct interface *i, int64_t now)
{
	if (!i->exists || !i->config->outage_hold)
		return false;
	i->router.held_until = now + i->config->outage_hold;
	return true;
}

static void renew(const struct interface *i, struct filter_state *f, int64_t until)
{
	uint32_t n;

	if (f->filter_mode == EXCLUDE && f->group_timer > i->router.confirmed_by)
		f->group_timer = until;
	for (n = 0; n < f->sources.count; n++)
		if (f->sources.source[n].expires > i->router.confirmed_by)
			f->sources.source[n].expires = until;
}

void hold_end(struct interface *i, int64_t now)
{
	int64_t until = now + (i->router.querier ? values_return_time(&i->values)
						 : interface_membership_interval(i));
	uint32_t n, host;

	for (n = 0; n < i->timers.count; n++) {
		struct group *g = interface_group(i, n);

		if (!g->permanent)
			renew(i, &g->state, until);
		for (host = 0; ENABLE_HOST_TRACKING && g->tracking && host < g->tracking->count;
		     host++)
			renew(i, &g->tracking->reporter[host]->state, until);
	}
	/* By then all have answered, those who have come unheard, too. */
	i->router.tracking_from = until;
	timer_limit(&i->timers, until);
	i->router.confirmed_by = until;
	i->router.held_until = 0;
	i->router.urgent_left = i->values.robustness;
}
