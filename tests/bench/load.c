/* SPDX-License-Identifier: MIT */
/* Other people's load, from /proc/stat, and processes that keep the processors from halting. */
#include "load.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t ticks(const struct timeval *time)
{
	return (time->tv_sec * 1000000 + time->tv_usec) * sysconf(_SC_CLK_TCK) / 1000000;
}

static int64_t own_ticks(void)
{
	struct rusage self, children;

	if (getrusage(RUSAGE_SELF, &self) || getrusage(RUSAGE_CHILDREN, &children))
		return 0;
	return ticks(&self.ru_utime) + ticks(&self.ru_stime) + ticks(&children.ru_utime) +
	       ticks(&children.ru_stime);
}

void load_begin(struct load *load)
{
	/* user, nice, system, idle, iowait, irq, softirq, steal */
	int64_t value[8] = {0};
	FILE *file = fopen("/proc/stat", "re");
	int i;

	*load = (struct load){.own = own_ticks()};
	if (!file)
		return;
	if (fscanf(file,
		   "cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
		   " %" SCNd64 " %" SCNd64,
		   &value[0], &value[1], &value[2], &value[3], &value[4], &value[5], &value[6],
		   &value[7]) == 8)
		for (i = 0; i < 8; i++) {
			load->total += value[i];
			load->busy += i == 3 || i == 4 ? 0 : value[i];
		}
	fclose(file);
}

unsigned load_of_others(const struct load *begin)
{
	struct load now;
	int64_t others;

	load_begin(&now);
	others = (now.busy - begin->busy) - (now.own - begin->own);
	if (now.total <= begin->total || others < 0)
		return 0;
	return (unsigned)(100 * others / (now.total - begin->total));
}

static void stay_awake(pid_t bench)
{
	const struct sched_param parameters = {0};
	volatile unsigned turns = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != bench || sched_setscheduler(0, SCHED_IDLE, &parameters))
		_exit(1);
	for (;;)
		turns++;
}

void awake_start(struct awake *awake)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	const pid_t bench = getpid();

	awake->count = 0;
	while (awake->count < AWAKE_MAX && awake->count < processors) {
		const pid_t child = fork();

		if (!child)
			stay_awake(bench);
		if (child < 0)
			return;
		awake->pid[awake->count++] = child;
	}
}

void awake_stop(struct awake *awake)
{
	while (awake->count) {
		const pid_t child = awake->pid[--awake->count];

		kill(child, SIGKILL);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
}
