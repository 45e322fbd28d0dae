/* SPDX-License-Identifier: MIT */
/* What nobody asked for: packets to groups without members, and messages that are no messages. */
#include "clock.h"
#include "mutate.h"
#include "random.h"
#include "rows.h"

enum {
	FLOOD_SOURCES = 5000,
	FLOOD_GROUPS = 20, /* a source sends to one of them */
	FLOOD_ROUNDS = 20,
	MUTATIONS = 20000,
	WANTED_GROUP = 0,
	UNWANTED_GROUP = 1000, /* and the FLOOD_GROUPS - 1 after it */
	LAST_GROUP = 2000,
	UNWANTED_ID = 1 << 30,
};

#define FLOOD_INTERVAL (10 * MICROSECOND)
#define FLOW_INTERVAL (20 * MICROSECOND)
#define MUTATION_INTERVAL (50 * MICROSECOND)
#define QUIET (1500 * MILLISECOND)
#define WORK_LIMIT (25 * SECOND)

/* Counts packets at dn1 until then: whose id is below LIMIT, or at least that with LIMIT 0. */
static void count_data(struct rig *rig, int64_t until, uint32_t *wanted, uint32_t *unwanted)
{
	struct arrival seen;

	do {
		while (port_receive(&rig->port[DN1], &seen))
			if (seen.kind == SIGHT_DATA)
				++*(seen.id < UNWANTED_ID ? wanted : unwanted);
	} while (!clock_expired(until));
}

static void send_unwanted(struct rig *rig, struct flood *flood)
{
	uint32_t source, round;
	struct frame data;

	for (round = 0; round < FLOOD_ROUNDS; round++) {
		for (source = 0; source < FLOOD_SOURCES && !clock_interrupted(); source++) {
			const int64_t next = clock_now() + FLOOD_INTERVAL;

			frame_data(&data, rig->subject->protocol, source,
				   UNWANTED_GROUP + source % FLOOD_GROUPS, UNWANTED_ID);
			port_send(&rig->port[UP0], &data);
			flood->sent++;
			count_data(rig, next, &flood->delivered, &flood->leaked);
		}
		port_flush(&rig->port[UP0]);
	}
}

static void send_wanted(struct rig *rig, struct flood *flood)
{
	struct frame data;
	uint32_t source;

	for (source = 0; source < FLOOD_SOURCES && !clock_interrupted(); source++) {
		const int64_t next = clock_now() + FLOW_INTERVAL;

		frame_data(&data, rig->subject->protocol, source, WANTED_GROUP, source);
		port_send(&rig->port[UP0], &data);
		flood->flows++;
		count_data(rig, next, &flood->delivered, &flood->leaked);
	}
	count_data(rig, clock_now() + QUIET, &flood->delivered, &flood->leaked);
}

static void measure_flood(struct rig *rig, struct flood *flood)
{
	struct usage before;
	long routes;

	rig_join(rig, WANTED_GROUP);
	rig_settle(rig, FIRST_SIGNS, WORK_LIMIT);
	routes = rig_kernel_routes(rig, false);
	if (!daemon_usage(&rig->daemon, &before))
		return;
	send_unwanted(rig, flood);
	rig_settle(rig, QUIET, WORK_LIMIT);
	flood->cost = daemon_cost(&rig->daemon, &before);
	flood->routes = rig_kernel_routes(rig, false) - routes;
	send_wanted(rig, flood);
}

void row_flood(struct rig *rig, struct result *result)
{
	measure_flood(rig, &result->flood);
}

void row_flood_rules(struct rig *rig, struct result *result)
{
	measure_flood(rig, &result->flood_rules);
}

/* The router's kernel answers queries that are some still, and the proxy hears that as well. */
static void count_answers(struct rig *rig, struct mutated *mutated)
{
	struct arrival seen;

	while (port_receive(&rig->port[DN1], &seen))
		if (seen.kind == SIGHT_REPORT && seen.protocol == rig->subject->protocol)
			mutated->seen++;
	rig_flush(rig);
}

static void send_mutated(struct rig *rig, struct mutated *mutated)
{
	const int64_t deadline = clock_now() + WORK_LIMIT;
	struct quiet quiet = {0};
	struct frame frame;

	while (mutated->sent < MUTATIONS && !clock_interrupted()) {
		const int64_t next = clock_now() + MUTATION_INTERVAL;

		mutated->seen += mutate_next(&frame, rig->subject->protocol, &rig->random);
		mutated->sent++;
		port_send(&rig->port[DN1], &frame);
		clock_spin(next);
		count_answers(rig, mutated);
	}
	while (!rig_quiet(rig, &quiet, QUIET) && !clock_expired(deadline))
		count_answers(rig, mutated);
}

static bool read_counters(const struct rig *rig, struct counters *counters)
{
	return rig->subject->product == MCPROXY &&
	       counters_read(counters, rig->subject->program, rig->subject->protocol);
}

void row_mutated(struct rig *rig, struct result *result)
{
	struct mutated *mutated = &result->mutated;
	struct counters before;
	struct usage usage;

	rig_settle(rig, QUIET, WORK_LIMIT);
	mutated->counted = read_counters(rig, &before);
	if (!daemon_usage(&rig->daemon, &usage))
		return;
	send_mutated(rig, mutated);
	mutated->cost = daemon_cost(&rig->daemon, &usage);
	if (!mutated->counted || !read_counters(rig, &mutated->counters))
		mutated->counted = false;
	mutated->counters.accepted -= before.accepted;
	mutated->counters.dropped -= before.dropped;
	mutated->join = rig_join(rig, LAST_GROUP);
}
