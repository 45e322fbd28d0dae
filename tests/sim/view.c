/* SPDX-License-Identifier: MIT */
/*
 * What the root knows of each router's groups, from nothing but the reports that got through: it
 * must be what the router's database says, unless all copies of a change were lost (RFC 3376
 * section 5.1). As bits of sources; the last one stands for all that are not named, so that it is
 * set where the filter mode is EXCLUDE.
 */
#include "sim.h"

enum { REPORT_INTERVAL = 1000 };

static const sources everything = (1U << SOURCES) - 1;

void view_start(struct sim *sim, struct router *router, unsigned vif)
{
	router->upstream_since[vif] = sim->now;
	for (unsigned group = 0; group < GROUPS; group++) {
		struct told *told = &router->told[vif][group];

		*told = (struct told){0};
		for (unsigned source = 0; source < SOURCES; source++)
			told->changed[source] = FOREVER_BACK;
	}
}

/* The sources about which RECORD says something; WANTED: what it says. */
static sources decided(const struct sim *sim, const struct record *record, sources *wanted)
{
	sources list = sim_sources_of(sim, &record->source);

	*wanted = list;
	switch (record->type) {
	case TO_IN:
		return everything;
	case IS_EX:
	case TO_EX:
		*wanted = everything & ~list;
		return everything;
	case IS_IN:
	case ALLOW:
		return list;
	default:
		*wanted = 0;
		return list;
	}
}

void view_sent(struct sim *sim, struct router *router, unsigned vif, const struct message *message)
{
	sources wanted;

	for (unsigned i = 0; i < message->record_count; i++) {
		unsigned group = sim_group_of(sim, &message->record[i].group);
		sources about = decided(sim, &message->record[i], &wanted);

		for (unsigned source = 0; group < GROUPS && source < SOURCES; source++)
			router->told[vif][group].sent_now[wanted >> source & 1][source] +=
				about >> source & 1;
	}
}

void view_turn(struct router *router, unsigned vif)
{
	unsigned robustness = router_values(router, vif, UP).robustness;

	for (unsigned group = 0; group < GROUPS; group++) {
		struct told *told = &router->told[vif][group];

		for (unsigned source = 0; source < SOURCES; source++) {
			bool wanted = router->member[vif].wanted[group] >> source & 1;

			told->sent[source] += told->sent_now[wanted][source];
			told->sent_now[0][source] = told->sent_now[1][source] = 0;
			/* A later change of the same group starts anew with what holds then. */
			if (robustness < told->robustness[source])
				told->robustness[source] = robustness;
		}
	}
}

void view_received(struct sim *sim, struct router *router, unsigned vif, const struct frame *frame)
{
	sources wanted;

	for (unsigned i = 0; i < frame->message.record_count; i++) {
		const struct record *record = &frame->message.record[i];
		unsigned group = sim_group_of(sim, &record->group);
		sources about = decided(sim, record, &wanted);
		struct told *told = &router->told[vif][group < GROUPS ? group : 0];

		if (group == GROUPS)
			continue;
		told->view = (told->view & ~about) | (wanted & about);
		for (unsigned source = 0; source < SOURCES; source++) {
			if (!(about >> source & 1))
				continue;
			/* An answer may leave just before the change that makes it wrong. */
			told->stale[source] =
				frame->sent < told->changed[source] ||
				(frame->sent == told->changed[source] &&
				 ((wanted ^ router->member[vif].wanted[group]) >> source & 1));
			told->delivered[source] += !told->stale[source];
		}
	}
}

void view_changed(struct sim *sim, struct router *router, unsigned vif, unsigned group,
		  sources before, sources after)
{
	struct told *told = &router->told[vif][group];
	unsigned robustness = router_values(router, vif, UP).robustness;

	for (unsigned source = 0; source < SOURCES; source++) {
		if (!((before ^ after) >> source & 1))
			continue;
		told->changed[source] = sim->now;
		told->sent[source] = told->delivered[source] = 0;
		told->stale[source] = true;
		told->robustness[source] = robustness;
	}
}

static void check_source(struct sim *sim, struct router *router, unsigned vif, unsigned group,
			 unsigned source)
{
	const struct told *told = &router->told[vif][group];
	bool wanted = router->member[vif].wanted[group] >> source & 1;

	if (told->sent[source] < told->robustness[source])
		sim_fail(sim, "copies", (int)router->index,
			 "%s told of its change of (%c,%c) at %s %u times, not %u", router->name,
			 sim_source_name(source), sim_group_name(group),
			 sim_time_text(told->changed[source]), told->sent[source],
			 told->robustness[source]);
	else if (told->delivered[source] && !told->stale[source] &&
		 (told->view >> source & 1) != wanted)
		sim_fail(sim, "view", (int)router->index,
			 "%s has %s for %c since %s, the root believes %s", router->name,
			 sim_interest_text(&router->member[vif].want[group]), sim_group_name(group),
			 sim_time_text(told->changed[source]), sim_set_text(told->view));
}

/* What changed long enough ago, and not while the upstream itself did. */
static void check_router(struct sim *sim, struct router *router, unsigned vif)
{
	int64_t interval = router->now->setting[vif].values.unsolicited_report_interval;
	int64_t settled = sim->now - link_slowest(&sim->link[router->link[vif]]) - 2;

	if (!interval)
		interval = REPORT_INTERVAL;
	for (unsigned group = 0; group < GROUPS; group++)
		for (unsigned source = 0; source < SOURCES; source++) {
			int64_t changed = router->told[vif][group].changed[source] +
					  interval * router->told[vif][group].robustness[source];

			if (router->told[vif][group].changed[source] >
				    router->upstream_since[vif] &&
			    changed <= settled)
				check_source(sim, router, vif, group, source);
		}
}

void view_check(struct sim *sim)
{
	for (unsigned i = 0; i < sim->router_count; i++) {
		struct router *router = &sim->router[i];

		for (unsigned vif = 0; vif < router->vif_count; vif++)
			if (router_reports(router, vif) &&
			    router->upstream_version[vif] == newest_version(sim->protocol))
				check_router(sim, router, vif);
	}
}
