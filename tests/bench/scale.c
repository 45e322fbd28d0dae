/* SPDX-License-Identifier: MIT */
/* Many groups at once: how many the upstream gets to know, what a group costs, who gets packets. */
#include "clock.h"
#include "rows.h"

#include <stdlib.h>

#define REPORT_INTERVAL (1 * MILLISECOND)
#define PACKET_INTERVAL (20 * MICROSECOND)
#define QUIET (1500 * MILLISECOND)
#define WORK_LIMIT (25 * SECOND)

/* Which of the groups were seen, each counted once. */
struct census {
	bool *seen;
	uint32_t groups, count;
	int64_t last; /* when the newest one came */
};

static void census_add(struct census *census, uint32_t group)
{
	if (group >= census->groups || census->seen[group])
		return;
	census->seen[group] = true;
	census->count++;
	census->last = clock_now();
}

static void collect_reports(struct rig *rig, struct census *census)
{
	struct membership membership;
	struct arrival seen;

	while (port_receive(&rig->port[UP0], &seen))
		while (frame_membership(&seen, &membership))
			if (membership.member)
				census_add(census, membership.group);
}

static void collect_data(struct rig *rig, struct census *census)
{
	struct arrival seen;

	while (port_receive(&rig->port[DN1], &seen))
		if (seen.kind == SIGHT_DATA)
			census_add(census, seen.id);
}

static void join_all(struct rig *rig, struct census *known)
{
	const int64_t deadline = clock_now() + WORK_LIMIT;
	struct quiet quiet = {0};
	struct frame report;
	uint32_t group;

	for (group = 0; group < known->groups; group += RECORDS_MAX) {
		const int64_t next = clock_now() + REPORT_INTERVAL;

		frame_report(&report, rig->subject->protocol, TO_EX, group, RECORDS_MAX);
		port_send(&rig->port[DN1], &report);
		while (!clock_expired(next))
			collect_reports(rig, known);
	}
	while (!rig_quiet(rig, &quiet, QUIET) && !clock_expired(deadline))
		collect_reports(rig, known);
	collect_reports(rig, known);
}

static void send_to_all(struct rig *rig, struct census *delivered)
{
	struct frame data;
	uint32_t group;

	port_flush(&rig->port[DN1]);
	delivered->last = clock_now();
	for (group = 0; group < delivered->groups; group++) {
		const int64_t next = clock_now() + PACKET_INTERVAL;

		frame_data(&data, rig->subject->protocol, 0, group, group);
		port_send(&rig->port[UP0], &data);
		while (!clock_expired(next))
			collect_data(rig, delivered);
	}
	while (delivered->count < delivered->groups && !clock_expired(delivered->last + QUIET))
		collect_data(rig, delivered);
}

static void measure(struct rig *rig, struct scale *scale, uint32_t groups)
{
	struct census known = {calloc(groups, sizeof(bool)), groups, 0, 0};
	struct census delivered = {calloc(groups, sizeof(bool)), groups, 0, 0};
	struct usage before;

	if (known.seen && delivered.seen && daemon_usage(&rig->daemon, &before)) {
		join_all(rig, &known);
		send_to_all(rig, &delivered);
		rig_settle(rig, QUIET, WORK_LIMIT);
		*scale = (struct scale){.groups = groups,
					.known = known.count,
					.delivered = delivered.count,
					.cost = daemon_cost(&rig->daemon, &before)};
	}
	free(known.seen);
	free(delivered.seen);
}

void row_scale(struct rig *rig, struct result *result)
{
	measure(rig, &result->scale, 2000);
}

void row_scale_large(struct rig *rig, struct result *result)
{
	measure(rig, &result->scale_large, 50000);
}
