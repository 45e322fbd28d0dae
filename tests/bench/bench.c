/* SPDX-License-Identifier: MIT */
/*
 * The bench: measures the proxy beside Debian's igmpproxy, from outside, on one topology in one
 * run, and prints a table. Times and rates depend on the machine, so a missed target is a failure
 * only with --check.
 */
#include "clock.h"
#include "load.h"
#include "table.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_MISSED = 1, STATUS_FAILED = 2, STATUS_INTERRUPTED = 130 };

struct measurement {
	const char *name;
	void (*measure)(struct rig *, struct result *);
	struct conditions conditions;
	bool applies[COLUMNS];
};

static const struct measurement measurements[ROWS] = {
	[ROW_REPORT] = {"report", row_report, {true, false}, {true, true, true}},
	[ROW_JOIN] = {"join", row_join, {true, false}, {true, true, true}},
	[ROW_FLOW] = {"flow", row_flow, {true, false}, {true, true, true}},
	[ROW_SCALE] = {"2000", row_scale, {false, false}, {true, true, true}},
	[ROW_SCALE_LARGE] = {"50000", row_scale_large, {false, false}, {true, true, false}},
	[ROW_FLOOD] = {"flood", row_flood, {true, false}, {true, true, true}},
	[ROW_MUTATED] = {"mutated", row_mutated, {true, false}, {true, true, true}},
	[ROW_FOOTPRINT] = {"footprint", row_footprint, {false, true}, {true, false, true}},
};

static const char usage[] =
	"usage: bench [--check] [MEASUREMENT...]\n"
	"Measures mcproxy and igmpproxy in network namespaces of its own (as root, or where\n"
	"ordinary users may have user namespaces) and prints a Markdown table.\n"
	"  --check  status 1 if a target is missed; otherwise 0 if all could be measured\n"
	"  MEASUREMENT, all by default, in about two minutes:\n"
	"   report     a join goes upstream\n"
	"   join       a join into a running stream\n"
	"   flow       first and later packets of new flows\n"
	"   2000       as many groups: known upstream, delivered, CPU, memory\n"
	"   50000      as many (mcproxy only)\n"
	"   flood      packets that nobody wants\n"
	"   mutated    malformed messages\n"
	"   footprint  size, memory and wake-ups of an idle daemon\n"
	"Environment:\n"
	"  MCPROXY    the program (build/mcproxy)\n"
	"  MUSL       the statically linked program whose footprint is measured (MCPROXY)\n"
	"  IGMPPROXY  the program to compare with (/usr/sbin/igmpproxy)\n";

struct choice {
	bool check;
	bool wanted[ROWS];
	const char *mcproxy, *musl, *igmpproxy;
};

static const char *program_from(const char *variable, const char *otherwise)
{
	const char *value = getenv(variable);

	return value && value[0] ? value : otherwise;
}

static bool choose(struct choice *choice, const char *name)
{
	int row;

	for (row = 0; row < ROWS; row++) {
		if (strcmp(measurements[row].name, name))
			continue;
		choice->wanted[row] = true;
		return true;
	}
	fprintf(stderr, "bench: unknown measurement '%s' (see bench --help)\n", name);
	return false;
}

/* -1: go on; otherwise the exit status. */
static int read_arguments(struct choice *choice, int argc, char *argv[])
{
	static const struct option options[] = {
		{"check", no_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'}, {0}};
	int option, row;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option != 'c')
			return STATUS_FAILED;
		choice->check = true;
	}
	for (row = 0; row < ROWS; row++)
		choice->wanted[row] = optind == argc;
	for (; optind < argc; optind++)
		if (!choose(choice, argv[optind]))
			return STATUS_FAILED;
	choice->mcproxy = program_from("MCPROXY", "build/mcproxy");
	choice->musl = program_from("MUSL", choice->mcproxy);
	choice->igmpproxy = program_from("IGMPPROXY", "/usr/sbin/igmpproxy");
	return -1;
}

static bool executable(const char *program, const char *remedy)
{
	if (!access(program, X_OK))
		return true;
	fprintf(stderr, "bench: %s: %s (%s)\n", program, strerror(errno), remedy);
	return false;
}

static enum outcome run(struct rig *rig, const struct measurement *measurement,
			struct result *result, const struct subject *subject)
{
	enum outcome outcome = NOT_STARTED;

	fprintf(stderr, "bench: %s: %s\n", measurement->name, subject->name);
	if (rig_start(rig, subject, &measurement->conditions)) {
		measurement->measure(rig, result);
		outcome = daemon_alive(&rig->daemon) ? MEASURED : DIED;
	}
	rig_stop(rig);
	return clock_interrupted() ? NOT_MEASURED : outcome;
}

/* False: something could not be measured at all. */
static bool run_all(struct rig *rig, const struct choice *choice, struct result result[COLUMNS])
{
	bool complete = true;
	int row, column;

	for (row = 0; row < ROWS; row++) {
		for (column = 0; column < COLUMNS && !clock_interrupted(); column++) {
			const struct measurement *measurement = &measurements[row];
			struct subject subject;

			if (!choice->wanted[row] || !measurement->applies[column] ||
			    !result[column].subject)
				continue;
			subject = *result[column].subject;
			if (row == ROW_FOOTPRINT && subject.product == MCPROXY)
				subject.program = choice->musl;
			result[column].outcome[row] =
				run(rig, measurement, &result[column], &subject);
			if (result[column].outcome[row] == NOT_STARTED)
				complete = false;
		}
	}
	return complete;
}

static void release(struct result result[COLUMNS])
{
	int column;

	for (column = 0; column < COLUMNS; column++) {
		series_free(&result[column].report);
		series_free(&result[column].report_awake);
		series_free(&result[column].join);
		series_free(&result[column].flow.first);
		series_free(&result[column].flow.later);
	}
}

static void print_notes(const struct rig *rig, const struct load *load)
{
	puts("\nThe limit of 20 kernel memberships is raised for igmpproxy, but for the 2,000 "
	     "groups: "
	     "otherwise\nit could not be measured. All else is at default sysctls.");
	if (rig->lost)
		printf("The bench itself lost %lu packets: figures may be worse than the truth.\n",
		       rig->lost);
	printf("Other programs took %u %% of the processors meanwhile.\n", load_of_others(load));
	fputs("Measured on ", stdout);
	table_print_machine();
}

static int bench(const struct choice *choice)
{
	const struct subject subjects[COLUMNS] = {
		[MCPROXY_IPV4] = {"mcproxy, IPv4", MCPROXY, IPV4, choice->mcproxy},
		[MCPROXY_IPV6] = {"mcproxy, IPv6", MCPROXY, IPV6, choice->mcproxy},
		[IGMPPROXY_IPV4] = {"igmpproxy", IGMPPROXY, IPV4, choice->igmpproxy},
	};
	struct result result[COLUMNS] = {0};
	struct rig rig = {0};
	struct load load;
	unsigned missed;
	bool complete;

	result[MCPROXY_IPV4].subject = &subjects[MCPROXY_IPV4];
	if (executable(choice->igmpproxy, "nothing to compare with; apt-get install igmpproxy"))
		result[IGMPPROXY_IPV4].subject = &subjects[IGMPPROXY_IPV4];
	if (topology_enter())
		return STATUS_FAILED;
	if (topology_has_ipv6())
		result[MCPROXY_IPV6].subject = &subjects[MCPROXY_IPV6];
	load_begin(&load);
	complete = run_all(&rig, choice, result);
	missed = table_print(result);
	print_notes(&rig, &load);
	release(result);
	if (clock_interrupted())
		return STATUS_INTERRUPTED;
	if (!complete)
		return STATUS_FAILED;
	return choice->check && missed ? STATUS_MISSED : EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
	struct choice choice = {0};
	const int status = read_arguments(&choice, argc, argv);

	if (status >= 0)
		return status;
	if (!executable(choice.mcproxy, "make") || !executable(choice.musl, "make CC=musl-gcc"))
		return STATUS_FAILED;
	clock_catch_signals();
	return bench(&choice);
}
