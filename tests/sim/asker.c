/* SPDX-License-Identifier: MIT */
/*
 * Queriers that are no proxies: the root of the tree, and an older router that appears on a
 * downstream link. They ask in general, and about groups when they hear of a leave.
 */
#include "sim.h"

enum { LAST_MEMBER_COUNT = 2 };

/* GROUP: GROUPS is a general query. */
static void ask(struct sim *sim, struct asker *asker, unsigned group, sources list)
{
	bool general = group == GROUPS, newest = asker->version == newest_version(sim->protocol);
	struct message query = {.kind = KIND_QUERY, .version = asker->version};
	struct addr destination;
	struct damage damage = {0};

	query.response_code = codec_response_code(sim->protocol, asker->version,
						  general ? asker->response_interval
							  : asker->last_member_interval);
	if (newest) {
		query.robustness = asker->robustness;
		query.interval_code = float_code((uint64_t)asker->query_interval / 1000, 4);
		sim_list_of(sim, list, &query.source);
	}
	if (!general)
		query.group = sim_group(sim, group);
	destination = codec_destination(sim->protocol, &query);
	link_send(sim, asker->port, &asker->address, &destination, true, &query, &damage);
	codec_free(&query);
}

void asker_switch(struct sim *sim, struct asker *asker, bool on)
{
	asker->on = on;
	asker->next_query = on ? sim->now : NEVER;
	asker->other_until = FOREVER_BACK;
	for (unsigned group = 0; group < GROUPS; group++)
		asker->specific[group].at = NEVER;
}

/* ---- what is heard ---- */

static void hear_query(struct sim *sim, struct asker *asker, const struct frame *frame)
{
	const struct message *query = &frame->message;

	if (asker->version == 1 && sim->protocol == PROTOCOL_IGMP)
		return;
	if (!addr_is_any(&query->group) || addr_is_any(&frame->source) ||
	    addr_compare(&frame->source, &asker->address) >= 0)
		return;
	asker->other_until =
		sim->now + asker->robustness * asker->query_interval + asker->response_interval / 2;
	asker->next_query = asker->other_until;
}

static void ask_soon(struct sim *sim, struct asker *asker, const struct addr *addr, bool whole,
		     sources list)
{
	unsigned group = sim_group_of(sim, addr);

	if (group == GROUPS || sim->now < asker->other_until)
		return;
	if (sim_group_is_ssm(group) && asker->version < newest_version(sim->protocol))
		return;
	if (asker->specific[group].at == NEVER) {
		asker->specific[group].whole = false;
		asker->specific[group].list = 0;
	}
	asker->specific[group].whole |= whole;
	asker->specific[group].list |= list;
	asker->specific[group].left = LAST_MEMBER_COUNT;
	asker->specific[group].at = sim->now;
}

static void hear_record(struct sim *sim, struct asker *asker, const struct record *record)
{
	sources list = sim_sources_of(sim, &record->source);

	if (record->type == TO_IN)
		ask_soon(sim, asker, &record->group, true, 0);
	else if ((record->type == BLOCK || record->type == TO_EX) && list)
		ask_soon(sim, asker, &record->group, false, list);
}

void asker_receive(struct sim *sim, struct asker *asker, const struct frame *frame)
{
	const struct message *message = &frame->message;

	if (!asker->on)
		return;
	if (message->kind == KIND_QUERY)
		hear_query(sim, asker, frame);
	else if (message->kind == KIND_LEAVE && asker->version > 1)
		ask_soon(sim, asker, &message->group, true, 0);
	else if (message->kind == KIND_REPORT && asker->version == newest_version(sim->protocol))
		for (unsigned i = 0; i < message->record_count; i++)
			hear_record(sim, asker, &message->record[i]);
}

/* ---- time ---- */

int64_t asker_next(const struct asker *asker)
{
	int64_t next = asker->next_query;

	if (!asker->on)
		return NEVER;
	for (unsigned group = 0; group < GROUPS; group++)
		if (asker->specific[group].at < next)
			next = asker->specific[group].at;
	return next;
}

static void ask_specific(struct sim *sim, struct asker *asker, unsigned group)
{
	bool whole = asker->specific[group].whole || asker->version < newest_version(sim->protocol);

	ask(sim, asker, group, whole ? 0 : asker->specific[group].list);
	asker->specific[group].at =
		--asker->specific[group].left ? sim->now + asker->last_member_interval : NEVER;
}

void asker_tick(struct sim *sim, struct asker *asker)
{
	if (asker->next_query <= sim->now) {
		ask(sim, asker, GROUPS, 0);
		asker->next_query = sim->now + asker->query_interval;
	}
	for (unsigned group = 0; group < GROUPS; group++)
		if (asker->specific[group].at <= sim->now)
			ask_specific(sim, asker, group);
}
