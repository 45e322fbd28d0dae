/* SPDX-License-Identifier: MIT */
/*
 * Hosts: IGMPv1 (RFC 1112), IGMPv2 (RFC 2236), IGMPv3 (RFC 3376 section 5), MLDv1 (RFC 2710),
 * MLDv2 (RFC 3810 section 6), with applications whose filters are merged (section 3.2), and
 * what newer ones do when the querier is older (section 7.2).
 */
#include "sim.h"

enum { OLD_QUERIER_INTERVAL = 125000, OLD_REPORT_INTERVAL = 10000, REPORT_INTERVAL = 1000 };

static bool is_old(const struct sim *sim, const struct station *station)
{
	return station->spoken < newest_version(sim->protocol);
}

unsigned station_version(const struct sim *sim, const struct station *station)
{
	unsigned version = newest_version(sim->protocol);

	if (sim->now < station->v2_until)
		version--;
	if (sim->now < station->v1_until)
		version = 1;
	return version < station->version ? version : station->version;
}

static bool has_interest(const struct interest *filter)
{
	return filter->exclude || filter->list;
}

/* A time in (0, MS] from now. */
static int64_t some_time(const struct sim *sim, const struct station *station, unsigned purpose,
			 int64_t ms)
{
	uint64_t key =
		sim_key(sim, 0x57a70000U | station->index << 8 | purpose, (uint64_t)sim->now, 0);

	return sim->now + 1 + (int64_t)chance_below(key, (uint64_t)(ms > 1 ? ms : 1));
}

static void cancel(struct station *station)
{
	station->general_at = NEVER;
	for (unsigned g = 0; g < GROUPS; g++) {
		struct station_group *group = &station->group[g];

		group->repeat_at = group->reply_at = NEVER;
		group->reply_whole = false;
		group->asked = 0;
		group->mode_left = 0;
		for (unsigned source = 0; source < SOURCES; source++)
			group->left[source] = 0;
	}
}

void station_start(struct sim *sim, struct station *station)
{
	for (unsigned g = 0; g < GROUPS; g++)
		station->group[g] = (struct station_group){0};
	cancel(station);
	station->v1_until = station->v2_until = FOREVER_BACK;
	station->spoken = station_version(sim, station);
	station->spoken_since = sim->now;
	station->robustness = 2;
	station->query_interval = OLD_QUERIER_INTERVAL;
	station->on = true;
}

/* ---- what is sent ---- */

static void send(struct sim *sim, struct station *station, const struct message *message)
{
	struct addr destination = codec_destination(sim->protocol, message);
	uint64_t key = sim_key(sim, 0x0dd00000U | station->index, (uint64_t)sim->now, 0);
	struct damage damage = {.tail = station->odd && chance_is(key, 300) ? 12 : 0};
	bool router_alert = sim->protocol == PROTOCOL_MLD || !station->no_router_alert;

	link_send(sim, station->port, &station->address, &destination, router_alert, message,
		  &damage);
}

static void send_old(struct sim *sim, struct station *station, unsigned group, bool leave)
{
	struct message message = {.kind = leave ? KIND_LEAVE : KIND_OLD_REPORT,
				  .version = station->spoken,
				  .group = sim_group(sim, group)};

	if (leave && sim->protocol == PROTOCOL_IGMP && station->spoken == 1)
		return;
	send(sim, station, &message);
}

/* Report records of this turn, as they come. */
static void add_record(struct sim *sim, struct message *report, unsigned type, unsigned group,
		       sources set)
{
	struct addr addr = sim_group(sim, group);

	if (!set && (type == ALLOW || type == BLOCK || type == IS_IN))
		return;
	sim_list_of(sim, set, &codec_add(report, type, &addr)->source);
}

static void send_report(struct sim *sim, struct station *station, struct message *report)
{
	uint64_t key = sim_key(sim, 0x0dd10000U | station->index, (uint64_t)sim->now, 0);

	if (!report->record_count)
		return;
	report->kind = KIND_REPORT;
	report->version = newest_version(sim->protocol);
	if (station->odd && chance_is(key, 300))
		report->record[0].aux = 2;
	if (station->odd && chance_is(key + 1, 300)) {
		struct addr group = sim_group(sim, (unsigned)chance_below(key, 6));

		add_record(sim, report, 9, (unsigned)chance_below(key, 6), 1);
		codec_add(report, 0, &group);
	}
	send(sim, station, report);
	codec_free(report);
}

/* RFC 3376 section 5.1: what the change is, as long as it is repeated. */
static void repeat(struct sim *sim, struct station *station, unsigned g, struct message *report)
{
	struct station_group *group = &station->group[g];
	sources changed = 0, wanted = interest_bits(&group->state);
	bool more;

	for (unsigned source = 0; source < SOURCES; source++)
		if (group->left[source]) {
			changed |= 1U << source;
			group->left[source]--;
		}
	if (group->mode_left)
		add_record(sim, report, group->state.exclude ? TO_EX : TO_IN, g, group->state.list);
	else
		add_record(sim, report, ALLOW, g, changed & wanted);
	if (!group->mode_left)
		add_record(sim, report, BLOCK, g, changed & ~wanted);
	if (group->mode_left)
		group->mode_left--;
	more = group->mode_left;
	for (unsigned source = 0; source < SOURCES; source++)
		more |= group->left[source];
	group->repeat_at = more ? some_time(sim, station, g, REPORT_INTERVAL - 1) : NEVER;
}

static void repeat_old(struct sim *sim, struct station *station, unsigned g)
{
	struct station_group *group = &station->group[g];
	bool member = has_interest(&group->state);

	send_old(sim, station, g, !member);
	group->mode_left -= group->mode_left > 0;
	group->repeat_at = member && group->mode_left
				   ? some_time(sim, station, g, OLD_REPORT_INTERVAL)
				   : NEVER;
}

/* Section 5.2: what is asked for, of what is wanted. */
static void reply(struct sim *sim, struct station *station, unsigned g, bool whole,
		  struct message *report)
{
	struct station_group *group = &station->group[g];
	const struct interest *state = &group->state;

	if (is_old(sim, station)) {
		if (has_interest(state))
			send_old(sim, station, g, false);
		return;
	}
	if (!whole)
		add_record(sim, report, IS_IN, g, group->asked & interest_bits(state));
	else if (has_interest(state))
		add_record(sim, report, state->exclude ? IS_EX : IS_IN, g, state->list);
}

/* ---- what happens ---- */

static struct interest merged(const struct station_group *group)
{
	struct interest all = {.list = (1U << SOURCES) - 1};
	sources included = 0;

	for (unsigned i = 0; i < APPLICATIONS; i++) {
		const struct interest *filter = &group->application[i];

		if (!filter->exclude) {
			included |= filter->list;
			continue;
		}
		all.exclude = true;
		all.list &= filter->list;
	}
	all.list = all.exclude ? all.list & ~included : included;
	return all;
}

static void change_old(struct sim *sim, struct station *station, unsigned g,
		       const struct interest *before)
{
	struct station_group *group = &station->group[g];
	bool member = has_interest(&group->state);

	if (member == has_interest(before))
		return;
	group->reply_at = NEVER;
	group->mode_left = member ? station->robustness : 1;
	group->repeat_at = sim->now;
}

static void change(struct sim *sim, struct station *station, unsigned g,
		   const struct interest *before)
{
	struct station_group *group = &station->group[g];
	sources differ = before->list ^ group->state.list;
	bool mode = before->exclude != group->state.exclude;

	if (mode)
		group->mode_left = station->robustness;
	for (unsigned source = 0; source < SOURCES; source++)
		if (mode)
			group->left[source] = 0;
		else if (differ >> source & 1)
			group->left[source] = station->robustness;
	group->repeat_at = sim->now;
}

static void apply(struct sim *sim, struct station *station, unsigned g)
{
	struct station_group *group = &station->group[g];
	struct interest before = group->state;
	bool v1 = sim->protocol == PROTOCOL_IGMP && station->spoken == 1;

	group->state = merged(group);
	if (before.exclude == group->state.exclude && before.list == group->state.list)
		return;
	member_update(sim, &station->member, g, &group->state, is_old(sim, station), !v1);
	if (is_old(sim, station))
		change_old(sim, station, g, &before);
	else
		change(sim, station, g, &before);
}

/* Section 7.2.1: the change cancels what is pending. */
static void check_version(struct sim *sim, struct station *station)
{
	unsigned version = station_version(sim, station);

	if (version == station->spoken)
		return;
	cancel(station);
	station->spoken = version;
	station->spoken_since = sim->now;
	for (unsigned group = 0; group < GROUPS; group++)
		member_update(sim, &station->member, group, &station->group[group].state,
			      is_old(sim, station), false);
}

void station_filter(struct sim *sim, struct station *station, unsigned application, unsigned group,
		    const struct interest *filter)
{
	if (!station->on)
		return;
	check_version(sim, station);
	station->group[group].application[application] = *filter;
	apply(sim, station, group);
}

void station_leave_all(struct sim *sim, struct station *station)
{
	static const struct interest none;

	for (unsigned group = 0; group < GROUPS; group++)
		for (unsigned i = 0; i < APPLICATIONS; i++)
			station_filter(sim, station, i, group, &none);
}

void station_crash(struct sim *sim, struct station *station)
{
	static const struct interest none;

	for (unsigned group = 0; group < GROUPS; group++)
		member_update(sim, &station->member, group, &none, false, false);
	station->on = false;
}

/* The time to answer in, as a host of its version reads it. */
static int64_t response_time(const struct sim *sim, const struct station *station,
			     const struct message *query)
{
	struct message read = *query;

	/* An older host takes the code of a newer query as it is. */
	if (station->version < read.version)
		read.version = station->version;
	return codec_response(sim->protocol, &read);
}

static void hear_version(struct sim *sim, struct station *station, const struct message *query,
			 int64_t time)
{
	int64_t until = sim->now + 2 * station->query_interval + 10 * time;

	if (query->version == newest_version(sim->protocol)) {
		station->robustness = query->robustness ? query->robustness : 2;
		station->query_interval = OLD_QUERIER_INTERVAL;
	} else if (sim->protocol == PROTOCOL_MLD) {
		station->v2_until = until;
	} else if (addr_is_any(&query->group)) {
		*(query->version == 1 ? &station->v1_until : &station->v2_until) = until;
	}
	check_version(sim, station);
}

static void ask_old(struct sim *sim, struct station *station, unsigned g, int64_t time)
{
	struct station_group *group = &station->group[g];
	int64_t at = some_time(sim, station, 32 + g, time);

	if (!has_interest(&group->state) || group->reply_at <= sim->now + time)
		return;
	group->reply_at = at;
	group->reply_whole = true;
}

/* Section 5.2, rules 3 to 5. */
static void ask(struct sim *sim, struct station *station, unsigned g, const struct message *query,
		int64_t time)
{
	struct station_group *group = &station->group[g];
	int64_t at = some_time(sim, station, 32 + g, time);

	if (!has_interest(&group->state) || station->general_at < at)
		return;
	if (group->reply_at == NEVER) {
		group->reply_whole = false;
		group->asked = 0;
	}
	if (!query->source.count || (group->reply_at != NEVER && group->reply_whole))
		group->reply_whole = true;
	else
		group->asked |= sim_sources_of(sim, &query->source);
	if (at < group->reply_at)
		group->reply_at = at;
}

static void hear_query(struct sim *sim, struct station *station, const struct message *query)
{
	bool general = addr_is_any(&query->group);
	bool v1 = sim->protocol == PROTOCOL_IGMP && station->version == 1;
	unsigned g = sim_group_of(sim, &query->group);
	int64_t time = response_time(sim, station, query), at;

	if (v1 && !general)
		return;
	hear_version(sim, station, query, time);
	if (is_old(sim, station)) {
		for (unsigned i = 0; i < GROUPS; i++)
			if (general || i == g)
				ask_old(sim, station, i, time);
		return;
	}
	at = some_time(sim, station, 31, time);
	if (!general && g < GROUPS)
		ask(sim, station, g, query, time);
	else if (general && at < station->general_at)
		station->general_at = at;
}

/* RFC 2236 section 3, RFC 2710 section 4: another one has answered. */
static void hear_report(struct sim *sim, struct station *station, const struct message *report)
{
	unsigned group = sim_group_of(sim, &report->group);

	if (sim->protocol == PROTOCOL_IGMP && station->version < report->version)
		return;
	if (group == GROUPS || !is_old(sim, station) || !has_interest(&station->group[group].state))
		return;
	station->group[group].reply_at = NEVER;
	station->group[group].mode_left = 0;
	station->group[group].repeat_at = NEVER;
}

void station_receive(struct sim *sim, struct station *station, const struct frame *frame)
{
	if (!station->on)
		return;
	if (frame->message.kind == KIND_QUERY)
		hear_query(sim, station, &frame->message);
	else if (frame->message.kind == KIND_OLD_REPORT)
		hear_report(sim, station, &frame->message);
}

int64_t station_next(const struct station *station)
{
	int64_t next = station->general_at;

	if (!station->on)
		return NEVER;
	for (unsigned g = 0; g < GROUPS; g++) {
		if (station->group[g].repeat_at < next)
			next = station->group[g].repeat_at;
		if (station->group[g].reply_at < next)
			next = station->group[g].reply_at;
	}
	return next;
}

static void tick_group(struct sim *sim, struct station *station, unsigned g,
		       struct message *changes, struct message *replies)
{
	struct station_group *group = &station->group[g];

	if (group->reply_at <= sim->now) {
		reply(sim, station, g, group->reply_whole || is_old(sim, station), replies);
		group->reply_at = NEVER;
		group->asked = 0;
	}
	if (group->repeat_at > sim->now)
		return;
	if (is_old(sim, station))
		repeat_old(sim, station, g);
	else
		repeat(sim, station, g, changes);
}

void station_tick(struct sim *sim, struct station *station)
{
	struct message changes = {0}, replies = {0};

	check_version(sim, station);
	for (unsigned g = 0; g < GROUPS; g++) {
		if (station->general_at <= sim->now)
			reply(sim, station, g, true, &replies);
		tick_group(sim, station, g, &changes, &replies);
	}
	if (station->general_at <= sim->now)
		station->general_at = NEVER;
	send_report(sim, station, &replies);
	send_report(sim, station, &changes);
}
