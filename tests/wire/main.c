/* SPDX-License-Identifier: MIT */
/*
 * wire [SCENARIO...]: a black box test of an IGMP/MLD proxy on the running kernel, over packet
 * sockets. The proxy is the command in $PROXY, to which the path of a configuration file is added:
 * `mcproxy -f`, or `igmpproxy -n`; its name tells which. To be run by tests/net/enter.sh; the
 * scenarios run beside each other, $WIRE_JOBS (12) at a time. Exit status 1: a check has failed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"

enum { JOBS = 12, RUNS_MAX = 64, FIRST_QUERY = 15000 };

#define CONFIGURED(text) "pinstance p downstream * set " text

static const char short_interval[] = CONFIGURED("query-response-interval 0.5;")
	CONFIGURED("query-interval 1;") CONFIGURED("startup-query-interval 1;");

/* The longest first. */
static const struct scenario scenarios[] = {
	{"election", scenario_election, BOTH,
	 CONFIGURED("query-response-interval 1;") CONFIGURED("query-interval 2;")
		 CONFIGURED("startup-query-interval 1;"),
	 false},
	{"latency", scenario_latency, BOTH, "", true},
	{"interval", scenario_interval, BOTH, short_interval, false},
	{"old-querier", scenario_old_querier, BOTH,
	 "pinstance p upstream * set unsolicited-report-interval 1;", true},
	{"answers", scenario_answers, BOTH, "", true},
	{"merge", scenario_merge, BOTH, "", true},
	{"startup", scenario_startup, BOTH,
	 CONFIGURED("query-interval 200;") CONFIGURED("query-response-interval 40;")
		 CONFIGURED("robustness 3;") CONFIGURED("startup-query-interval 1;"),
	 false},
	{"changes", scenario_changes, BOTH, "", true},
	{"leave", scenario_leave, BOTH, CONFIGURED("last-member-query-interval 2;"), true},
	{"form", scenario_form, BOTH, "", true},
	{"reports", scenario_reports, BOTH, "", true},
	{"queries", scenario_queries, BOTH, "", true},
	{"old-hosts", scenario_old_hosts, BOTH, "", true},
	{"ssm", scenario_ssm, BOTH, "", true},
	{"forward", scenario_forward, BOTH, CONFIGURED("last-member-query-interval 2;"), true},
	{"older-querier", scenario_older_querier, IGMP_ONLY, "", true},
	{"version-2", scenario_version_2, IGMP_ONLY,
	 CONFIGURED("query-response-interval 20;") CONFIGURED(
		 "startup-query-interval 1;") "pinstance p downstream dn1 set version IGMPv2;",
	 false},
	{"version-1", scenario_version_1, IGMP_ONLY,
	 "pinstance p downstream dn1 set version IGMPv1;", false},
	{"version-mld-1", scenario_version_mld_1, MLD_ONLY,
	 CONFIGURED("query-response-interval 20;") CONFIGURED(
		 "startup-query-interval 1;") "pinstance p downstream dn1 set version MLDv1;",
	 false},
	{"strict", scenario_strict, IGMP_ONLY, CONFIGURED("router-alert strict;"), false},
	{"shutdown", scenario_shutdown, BOTH, "", true},
	{"old-shutdown", scenario_old_shutdown, BOTH, "", true},
	{"many", scenario_many, BOTH, "", true},
	{NULL, NULL, 0, NULL, false},
};

/* A scenario and a protocol: a process, whose lines are printed when it is its turn. */
struct run {
	const struct scenario *scenario;
	enum protocol protocol;
	pid_t pid;
	int output;
};

/* Why the proxy cannot be tested so; NULL: it can. */
static const char *absence(const struct proxy_command *proxy, const struct run *run)
{
	if (!proxy->igmpproxy)
		return NULL;
	if (run->protocol == PROTOCOL_MLD)
		return "it has no IPv6";
	return run->scenario->any ? NULL : "it cannot be configured so";
}

/* Queries that the proxy sends at its start say that it is there. */
static bool wait_until_ready(struct lab *lab)
{
	int64_t deadline = lab_now() + FIRST_QUERY;

	return lab_wait(lab, deadline, DN1, 0, "query") && lab_wait(lab, deadline, DN2, 0, "query");
}

static void run_checks(const struct run *run, struct lab *lab)
{
	char name[64];

	run->scenario->run(lab);
	snprintf(name, sizeof(name), "3376-4|3810-5 all-messages-of-%s", run->scenario->name);
	check_all_forms(lab, name);
}

static int lead(const struct run *run, const struct proxy_command *proxy)
{
	struct lab lab = {
		.protocol = run->protocol,
		.absent = absence(proxy, run),
		/* As lab_start() configures it, or the default. */
		.last_member_query_interval = proxy->igmpproxy ? 1000 : 500,
	};

	if (lab.absent) {
		run_checks(run, &lab);
		return 0;
	}
	if (!lab_open(&lab) || !lab_start(&lab, proxy, run->scenario->configuration))
		return 2;
	if (!wait_until_ready(&lab)) {
		printf("not ok %s: the proxy does not send any query\n", run->scenario->name);
		lab_show_log(&lab);
	}
	run_checks(run, &lab);
	lab_close(&lab);
	return 0;
}

static void start(struct run *run, const struct proxy_command *proxy)
{
	run->output = memfd_create("output", MFD_CLOEXEC);
	fflush(stdout);
	run->pid = fork();
	if (run->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(run->output, STDOUT_FILENO);
	exit(lead(run, proxy));
}

/* Copies the lines; returns whether none of them is a failure. */
static bool show(const struct run *run, int status)
{
	FILE *lines = fdopen(run->output, "r");
	char line[2048];
	bool passed = true;

	if (!lines)
		return false;
	rewind(lines);
	while (fgets(line, sizeof(line), lines)) {
		fputs(line, stdout);
		if (!strncmp(line, "not ok ", 7))
			passed = false;
	}
	fclose(lines);
	if (status) {
		printf("not ok %s-%s: the scenario ended with status %d\n", run->scenario->name,
		       run->protocol == PROTOCOL_IGMP ? "ipv4" : "ipv6", status);
		passed = false;
	}
	return passed;
}

static unsigned select_runs(struct run *runs, char **names)
{
	unsigned count = 0;

	for (const struct scenario *s = scenarios; s->name; s++)
		for (unsigned bit = 0; bit < 2; bit++) {
			char **name = names;

			while (*name && strcmp(*name, s->name))
				name++;
			if ((s->protocols >> bit & 1) && (!*names || *name) && count < RUNS_MAX)
				runs[count++] = (struct run){
					.scenario = s,
					.protocol = bit ? PROTOCOL_MLD : PROTOCOL_IGMP,
				};
		}
	return count;
}

int main(int argc, char **argv)
{
	struct proxy_command proxy = {.text = getenv("PROXY")};
	const char *jobs = getenv("WIRE_JOBS");
	unsigned started = 0, running = 0, limit = jobs ? (unsigned)atoi(jobs) : JOBS, count;
	struct run runs[RUNS_MAX];
	bool passed = true;

	(void)argc;
	if (!proxy.text || !limit) {
		fprintf(stderr, "usage: PROXY='mcproxy -f' wire [SCENARIO...]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	proxy.igmpproxy = strstr(proxy.text, "igmpproxy") != NULL;
	count = select_runs(runs, argv + 1);
	while (started < count || running) {
		int status;
		pid_t pid;

		if (started < count && running < limit) {
			start(&runs[started++], &proxy);
			running++;
			continue;
		}
		pid = wait(&status);
		running--;
		for (unsigned n = 0; n < started; n++)
			if (runs[n].pid == pid && !show(&runs[n], status))
				passed = false;
	}
	return passed ? 0 : 1;
}
