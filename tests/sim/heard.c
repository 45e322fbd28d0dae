/* SPDX-License-Identifier: MIT */
/*
 * Until when a router has to forward (S,G) to a downstream, from the reports that reached it and
 * the queries that it sent or heard: a report that asks for (S,G) is good for one membership
 * interval; a query about it ends that after the last member query time, if nobody answers
 * (RFC 3376 sections 6.2 and 6.4). This is less than the tables of section 6.4 know: what it
 * promises holds whatever else is reported.
 */
#include "sim.h"

static int64_t interval_of(const struct values *values)
{
	int64_t interval = (int64_t)values->robustness * values->query_interval;

	return interval +
	       (values->rfc3376_timers ? 1 : 2) * (int64_t)values->query_response_interval;
}

/* As the querier has it, but no shorter than is configured. */
int64_t router_membership_interval(const struct router *router, unsigned vif)
{
	struct values told = router_values(router, vif, DOWN);
	struct values own = router->now->setting[vif].values;

	own.robustness = own.robustness ? own.robustness : 2;
	own.query_interval = own.query_interval ? own.query_interval : 125000;
	own.query_response_interval =
		own.query_response_interval ? own.query_response_interval : 10000;
	own.rfc3376_timers = told.rfc3376_timers;
	return interval_of(interval_of(&told) > interval_of(&own) ? &told : &own);
}

/* All its upstreams are down: it has nothing to forward, and leaves that to others. */
bool router_is_cut_off(const struct router *router)
{
	bool any = false, usable = false;

	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		any |= router_has(router, vif, UP);
		usable |= router_has(router, vif, UP) && router->state[vif].exists &&
			  router->state[vif].up &&
			  (router->sim->protocol == PROTOCOL_IGMP ||
			   !addr_is_any(&router->state[vif].address));
	}
	return any && !usable;
}

static const struct heard_of nothing = {FOREVER_BACK, NEVER, FOREVER_BACK, NEVER};

static void forget(struct downstream *down)
{
	for (unsigned group = 0; group < GROUPS; group++) {
		down->v1_heard[group] = down->old_heard[group] = FOREVER_BACK;
		for (unsigned source = 0; source < SOURCES; source++)
			down->heard[group][source] = nothing;
	}
}

static void limit(struct downstream *down, int64_t until)
{
	for (unsigned group = 0; group < GROUPS; group++)
		for (unsigned source = 0; source < SOURCES; source++) {
			struct heard_of *heard = &down->heard[group][source];

			if (heard->source_until > until)
				heard->source_until = until;
			if (heard->group_until > until)
				heard->group_until = until;
		}
}

void heard_start(struct router *router, unsigned vif)
{
	struct downstream *down = &router->down[vif];

	forget(down);
	for (unsigned group = 0; group < GROUPS; group++) {
		down->holds[group] = 0;
		for (unsigned source = 0; source < SOURCES; source++)
			down->dropped[group][source] = router->started;
	}
	down->forwards_since = NEVER;
	down->membership_max = 0;
	down->away = false;
	down->returned = NEVER;
}

int64_t heard_until(const struct router *router, unsigned vif, unsigned group, unsigned source)
{
	const struct heard_of *heard = &router->down[vif].heard[group][source];

	int64_t source_end = heard->source_queried, group_end = heard->group_queried;

	if (heard->source_until < source_end)
		source_end = heard->source_until;
	if (heard->group_until < group_end)
		group_end = heard->group_until;
	return source_end > group_end ? source_end : group_end;
}

int64_t heard_sweep(const struct values *values)
{
	return (int64_t)(values->startup_query_count - 1) * values->startup_query_interval +
	       values->query_response_interval + 1000;
}

/* Does all of the group go there? */
static bool is_group_routed(const struct sim *sim, const struct router *router, unsigned vif,
			    unsigned group)
{
	struct addr to = sim_group(sim, group);

	for (unsigned i = 0; i < router->kernel.route_count; i++) {
		const struct route *route = &router->kernel.route[i].route;

		if (addr_is_any(&route->source) && addr_equal(&route->group, &to) &&
		    route->outputs >> vif & 1)
			return true;
	}
	return false;
}

/* What has no route of its own is known by the group's. */
static bool is_routed(const struct sim *sim, const struct router *router, unsigned vif,
		      unsigned group, unsigned source)
{
	struct addr from = sim_source(sim, source), to = sim_group(sim, group);
	const struct kernel_route *entry = kernel_find(&router->kernel, &from, &to, PROXY_VIFS);

	return is_group_routed(sim, router, vif, group) ||
	       (entry && entry->route.outputs >> vif & 1);
}

static void take_over(struct sim *sim, struct router *router, unsigned vif, unsigned group,
		      int64_t end)
{
	bool whole = is_group_routed(sim, router, vif, group);

	for (unsigned source = 0; source < SOURCES; source++) {
		struct heard_of *heard = &router->down[vif].heard[group][source];
		int64_t until = heard_until(router, vif, group, source);

		if (until > end)
			until = end;
		*heard = nothing;
		if (is_routed(sim, router, vif, group, source))
			*(whole ? &heard->group_until : &heard->source_until) = until;
		router->down[vif].dropped[group][source] = sim->now;
	}
}

void heard_kill(struct sim *sim, struct router *router, unsigned vif, bool was_forwarding)
{
	struct values values;

	if (!router_has(router, vif, DOWN) || !was_forwarding) {
		heard_start(router, vif);
		return;
	}
	router->down[vif].forwards_since = NEVER;
	values = router_values(router, vif, DOWN);
	for (unsigned group = 0; group < GROUPS; group++)
		take_over(sim, router, vif, group, router_clock(router) + heard_sweep(&values));
}

/* ---- reports ---- */

/* Sources of which EXCLUDE lists say nothing have no timers of their own. */
static void asked_for(struct router *router, unsigned vif, unsigned group, sources set,
		      bool exclude)
{
	int64_t until = router_clock(router) + router_membership_interval(router, vif);

	for (unsigned source = 0; source < SOURCES; source++) {
		struct heard_of *heard = &router->down[vif].heard[group][source];

		/* A group timer that is set anew may be shorter now: another querier asks more
		 * often.
		 */
		if (exclude && heard->group_until > until)
			heard->group_until = until;
		if (!(set >> source & 1))
			continue;
		if (exclude)
			*heard = (struct heard_of){FOREVER_BACK, NEVER, until, NEVER};
		else
			heard->source_until = until, heard->source_queried = NEVER;
	}
}

/* With quick-leave a report ends at once what others want; if they are tracked, what none of them
 * does. The router's own reports, where an interface is an upstream too, do not come back to it. */
static void given_up(const struct sim *sim, struct router *router, unsigned vif, unsigned group,
		     sources set)
{
	const struct link *link = &sim->link[router->link[vif]];
	const struct proxy_interface_config *config = &router->now->setting[vif];
	bool all_heard = !config->accept_from_count && !config->router_alert_strict;

	if (config->quick_leave == QUICK_LEAVE_OFF)
		return;
	for (unsigned source = 0; source < SOURCES; source++)
		if (set >> source & 1 &&
		    (config->quick_leave == QUICK_LEAVE_ON || !link_is_perfect(link) ||
		     !all_heard ||
		     !link_wanted_before(sim, router->link[vif], &router->member[vif], group,
					 source, sim->now - link->delay)))
			router->down[vif].heard[group][source] = nothing;
}

static void hear_record(const struct sim *sim, struct router *router, unsigned vif,
			const struct record *record)
{
	unsigned group = sim_group_of(sim, &record->group);
	sources list = sim_sources_of(sim, &record->source), all = (1U << SOURCES) - 1;
	struct downstream *down = &router->down[vif];
	int64_t recently = router_clock(router) - 2 * down->membership_max;

	if (group == GROUPS || record->type < IS_IN || record->type > BLOCK ||
	    (router_is_old(router, vif) && sim_group_is_ssm(group)))
		return;
	if (record->type == TO_IN)
		given_up(sim, router, vif, group, all & ~list);
	if (record->type == BLOCK || record->type == TO_EX)
		given_up(sim, router, vif, group, list);
	/* Section 7.3.2: where there are older hosts the list may be taken for an empty one. */
	for (unsigned source = 0; record->type == TO_EX && source < SOURCES; source++)
		if (list >> source & 1 && down->old_heard[group] > recently)
			down->heard[group][source].source_until = FOREVER_BACK;
	if ((record->type == IS_EX || record->type == TO_EX) && !sim_group_is_ssm(group))
		asked_for(router, vif, group, all & ~list, true);
	/* And where there are hosts of version 1 this is ignored. */
	if (record->type == TO_IN && down->v1_heard[group] > recently)
		return;
	if (record->type == IS_IN || record->type == ALLOW || record->type == TO_IN)
		asked_for(router, vif, group, list, false);
}

static bool is_heard(const struct sim *sim, const struct router *router, unsigned vif,
		     const struct frame *frame)
{
	const struct proxy_interface_config *config = &router->now->setting[vif];
	bool accepted = !config->accept_from_count || addr_is_any(&frame->source);
	bool v1 = sim->protocol == PROTOCOL_IGMP && frame->message.version == 1;

	for (size_t i = 0; i < config->accept_from_count; i++)
		accepted |= addr_in_prefix(&frame->source, &config->accept_from[i]);
	return accepted && (!config->router_alert_strict || frame->router_alert || v1);
}

void heard_report(struct sim *sim, struct router *router, unsigned vif, const struct frame *frame)
{
	const struct message *message = &frame->message;
	unsigned group = sim_group_of(sim, &message->group);
	struct downstream *down = &router->down[vif];

	if (!is_heard(sim, router, vif, frame))
		return;
	for (unsigned i = 0; i < message->record_count; i++)
		hear_record(sim, router, vif, &message->record[i]);
	if (message->kind == KIND_REPORT || group == GROUPS || sim_group_is_ssm(group))
		return;
	if (message->kind == KIND_LEAVE) {
		given_up(sim, router, vif, group, (1U << SOURCES) - 1);
		return;
	}
	down->old_heard[group] = router_clock(router);
	if (message->version == 1 && sim->protocol == PROTOCOL_IGMP)
		down->v1_heard[group] = router_clock(router);
	asked_for(router, vif, group, (1U << SOURCES) - 1, true);
}

/* ---- queries ---- */

void heard_query(struct sim *sim, struct router *router, unsigned vif, const struct message *query,
		 bool own)
{
	unsigned group = sim_group_of(sim, &query->group);
	struct values values = router_values(router, vif, DOWN);
	int64_t time = values.last_member_query_interval, end;
	sources about = (1U << SOURCES) - 1;

	if (group == GROUPS || query->suppress)
		return;
	if (!own && codec_response(sim->protocol, query) > time)
		time = codec_response(sim->protocol, query);
	end = router_clock(router) + values.last_member_query_count * time;
	if (query->source.count)
		about = sim_sources_of(sim, &query->source);
	for (unsigned source = 0; source < SOURCES; source++) {
		struct heard_of *heard = &router->down[vif].heard[group][source];

		if (about >> source & 1 && heard->group_queried == NEVER)
			heard->group_queried = end;
		if (about >> source & 1 && query->source.count && heard->source_queried == NEVER)
			heard->source_queried = end;
	}
}

/* ---- who forwards what ---- */

void heard_holds(struct sim *sim, struct router *router, unsigned vif, unsigned group,
		 sources holds)
{
	struct downstream *down = &router->down[vif];

	for (unsigned source = 0; source < SOURCES; source++)
		if ((down->holds[group] & ~holds) >> source & 1)
			down->dropped[group][source] = sim->now;
	down->holds[group] = holds;
}

/* Without address or carrier nothing is heard, but what was counts, for a while; back, everybody is
 * asked. */
static void bear_outage(struct sim *sim, struct router *router, unsigned vif)
{
	struct downstream *down = &router->down[vif];
	struct values values = router_values(router, vif, DOWN);
	int64_t now = router_clock(router), last, until;
	bool away = !router_hears(router, vif);

	if (away && !down->away)
		down->held_until = now + router->now->setting[vif].outage_hold;
	if (away && (!router->state[vif].exists || now >= down->held_until)) {
		forget(down);
		down->held_until = FOREVER_BACK;
	}
	if (!away && down->away) {
		last = (int64_t)values.last_member_query_count * values.last_member_query_interval;
		until = values.query_response_interval;
		limit(down, now + (last > until ? last : until));
		down->returned = down->held_until > FOREVER_BACK ? sim->now : NEVER;
	}
	down->away = away;
}

void heard_turn(struct sim *sim, struct router *router)
{
	bool cut_off = router_is_cut_off(router);

	if (router->cut_off && !cut_off)
		router->rooted_since = sim->now;
	router->cut_off = cut_off;
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		struct downstream *down = &router->down[vif];
		int64_t interval;

		if (!router_has(router, vif, DOWN))
			continue;
		interval = router_membership_interval(router, vif);
		if (interval > down->membership_max)
			down->membership_max = interval;
		bear_outage(sim, router, vif);
		if (!router_forwards(router, vif) || down->away)
			down->forwards_since = NEVER;
		else if (down->forwards_since == NEVER)
			down->forwards_since = sim->now;
	}
}
