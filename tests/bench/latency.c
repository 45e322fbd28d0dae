/* SPDX-License-Identifier: MIT */
/* How long a single thing takes: a join, a join into a running stream, a first packet. */
#include "clock.h"
#include "load.h"
#include "random.h"
#include "rows.h"

enum {
	REPORT_JOINS = 500,
	AWAKE_JOINS = 200,
	STREAM_JOINS = 200,
	FLOWS = 500,
	FLOW_PACKETS = 10,
	STREAM_LEAD = 20,	/* packets before the join */
	STREAM_PACKETS = 10000, /* more than STREAM_LIMIT allows */
	PATIENCE = 5,		/* measurements lost in a row before the rest is given up */
};

#define REPORT_GAP (4 * MILLISECOND) /* the longest tick of common kernels */
#define PACKET_GAP (500 * MICROSECOND)
#define STREAM_INTERVAL (200 * MICROSECOND)
#define STREAM_LIMIT (1 * SECOND)

/* Sleeps for a random part of the time, so that no measurement begins at the same point of a clock
 * tick at which the one before ended. */
static void change_phase(struct rig *rig, int64_t most)
{
	clock_sleep(random_below(&rig->random, (uint32_t)most));
}

static void join_each(struct rig *rig, struct series *series, uint32_t first, uint32_t count)
{
	uint32_t group;

	for (group = first; group < first + count && series->lost_in_a_row < PATIENCE; group++) {
		if (clock_interrupted())
			return;
		change_phase(rig, REPORT_GAP);
		series_add(series, rig_join(rig, group));
	}
}

void row_report(struct rig *rig, struct result *result)
{
	struct awake awake;

	join_each(rig, &result->report, 0, REPORT_JOINS);
	awake_start(&awake);
	join_each(rig, &result->report_awake, REPORT_JOINS, AWAKE_JOINS);
	awake_stop(&awake);
}

/* The join comes at any point between two packets of the stream. Counts only packets that were sent
 * after it: a kernel that waits for a route delivers the first packets that it has kept, which may
 * be ten seconds old. */
static int64_t join_stream(struct rig *rig, uint32_t group)
{
	const int64_t phase = random_below(&rig->random, STREAM_INTERVAL);
	const int64_t deadline = clock_now() + STREAM_LIMIT;
	const uint32_t lead = group * STREAM_PACKETS + STREAM_LEAD;
	uint32_t id = group * STREAM_PACKETS, first = 0;
	int64_t sent = 0, joined = 0;
	struct frame data, report;
	struct arrival seen;

	frame_report(&report, rig->subject->protocol, TO_EX, group, 1);
	while (!clock_expired(deadline)) {
		const int64_t gap = clock_now() - sent;

		if (gap >= STREAM_INTERVAL) {
			frame_data(&data, rig->subject->protocol, 0, group, id++);
			sent = port_send(&rig->port[UP0], &data);
		} else if (!joined && id >= lead && gap >= phase) {
			joined = port_send(&rig->port[DN1], &report);
			first = id;
		}
		while (port_receive(&rig->port[DN1], &seen))
			if (joined && seen.kind == SIGHT_DATA && seen.id >= first)
				return seen.time - joined;
	}
	return LOST;
}

void row_join(struct rig *rig, struct result *result)
{
	struct series *series = &result->join;
	uint32_t group;

	for (group = 0; group < STREAM_JOINS && series->lost_in_a_row < PATIENCE; group++) {
		if (clock_interrupted())
			return;
		series_add(series, join_stream(rig, group));
		port_flush(&rig->port[UP0]);
	}
}

static void one_flow(struct rig *rig, uint32_t source, struct flow *flow)
{
	uint32_t packet;

	for (packet = 0; packet < FLOW_PACKETS && !clock_interrupted(); packet++) {
		change_phase(rig, PACKET_GAP);
		series_add(packet ? &flow->later : &flow->first,
			   rig_deliver(rig, source, 0, source * FLOW_PACKETS + packet));
	}
}

static void measure_flows(struct rig *rig, struct flow *flow)
{
	struct usage before;
	uint32_t source;

	rig_join(rig, 0);
	rig_settle(rig, FIRST_SIGNS, 10 * SECOND);
	if (!daemon_usage(&rig->daemon, &before))
		return;
	for (source = 0; source < FLOWS && flow->first.lost_in_a_row < PATIENCE; source++)
		one_flow(rig, source, flow);
	flow->unresolved = rig_kernel_routes(rig, true);
	rig_settle(rig, 300 * MILLISECOND, 5 * SECOND);
	flow->cost = daemon_cost(&rig->daemon, &before);
}

void row_flow(struct rig *rig, struct result *result)
{
	measure_flows(rig, &result->flow);
}

static void measure_rules(struct rig *rig, struct rules *rules)
{
	struct awake awake;

	awake_start(&awake);
	join_each(rig, &rules->report, 1, AWAKE_JOINS);
	measure_flows(rig, &rules->flow);
	awake_stop(&awake);
}

void row_few_rules(struct rig *rig, struct result *result)
{
	measure_rules(rig, &result->few_rules);
}

void row_rules(struct rig *rig, struct result *result)
{
	measure_rules(rig, &result->rules);
}
