/* SPDX-License-Identifier: MIT */
/* What the daemon takes while it has nothing to do. */
#include "clock.h"
#include "rows.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRIPPED "/run/bench.stripped"
#define IDLE_TIME (20 * SECOND)

static int64_t file_size(const char *path)
{
	struct stat status;

	return stat(path, &status) ? -1 : status.st_size;
}

/* -1: there is no strip(1), or no such file. */
static int64_t stripped_size(const char *path)
{
	const pid_t child = fork();
	int status = -1;

	if (!child) {
		execlp("strip", "strip", "-s", "-o", STRIPPED, path, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		return -1;
	return file_size(STRIPPED);
}

/* What a router sends to a link on which nothing happens, by its RFCs. */
static uint32_t count_sent(struct rig *rig, enum link link)
{
	struct arrival seen;
	uint32_t count = 0;

	while (port_receive(&rig->port[link], &seen))
		if (seen.kind == SIGHT_GENERAL_QUERY || seen.kind == SIGHT_ADVERTISEMENT)
			count++;
	return count;
}

void row_footprint(struct rig *rig, struct result *result)
{
	struct footprint *footprint = &result->footprint;
	struct usage before;

	footprint->size = stripped_size(rig->subject->program);
	rig_settle(rig, 3 * SECOND, 10 * SECOND);
	if (!daemon_usage(&rig->daemon, &before))
		return;
	footprint->resident = before.resident;
	footprint->proportional = before.proportional;
	footprint->time = clock_now();
	while (!clock_expired(footprint->time + IDLE_TIME)) {
		clock_sleep(100 * MILLISECOND);
		footprint->sent += count_sent(rig, DN1) + count_sent(rig, DN2);
	}
	footprint->wakeups = daemon_cost(&rig->daemon, &before).wakeups;
	footprint->time = clock_now() - footprint->time;
}
