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
	[ROW_REPORT] = {"report", row_report, {true, false, 0}, {true, true, true}},
	[ROW_JOIN] = {"join", row_join, {true, false, 0}, {true, true, true}},
	[ROW_FLOW] = {"flow", row_flow, {true, false, 0}, {true, true, true}},
	[ROW_FEW_RULES] = {"10-rules", row_few_rules, {false, false, 10}, {true, true, false}},
	[ROW_RULES] = {"rules", row_rules, {false, false, 10000}, {true, true, false}},
	[ROW_SCALE] = {"2000", row_scale, {false, false, 0}, {true, true, true}},
	[ROW_SCALE_LARGE] = {"50000", row_scale_large, {false, false, 0}, {true, true, false}},
	[ROW_FLOOD] = {"flood", row_flood, {true, false, 0}, {true, true, true}},
	[ROW_FLOOD_RULES] = {"flood-rules", row_flood_rules, {true, false, 10}, {true, true, true}},
	[ROW_MUTATED] = {"mutated", row_mutated, {true, false, 0}, {true, true, true}},
	[ROW_START] = {"start", row_start, {false, true, 0}, {true, false, false}},
	[ROW_FOOTPRINT] = {"footprint", row_footprint, {false, true, 0}, {true, false, true}},
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
	"   10-rules   joins and flows with filters of ten rules (mcproxy only)\n"
	"   rules      the same with ten thousand\n"
	"   2000       as many groups: known upstream, delivered, CPU, memory\n"
	"   50000      as many (mcproxy only)\n"
	"   flood      packets that nobody wants\n"
	"   flood-rules the same with ten rules (igmpproxy without)\n"
	"   mutated    malformed messages\n"
	"   start      until it answers, and until the next worker does (mcproxy only)\n"
	"   footprint  size, memory and wake-ups of an idle daemon\n"
	"Environment:\n"
	"  MCPROXY    the program ($MCPROXY_BIN/mcproxy or build/mcproxy)\n"
	"  MUSL       the same from musl-gcc, whose start and footprint are to meet the targets;\n"
	"             without it those of MCPROXY are shown\n"
	"  IGMPPROXY  the program to compare with (/usr/sbin/igmpproxy)\n";

struct choice {
	bool check;
	bool wanted[ROWS];
	char built[4096];
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
	return -1;
}

static void find_programs(struct choice *choice)
{
	/* The variable that names the build's links to all tests. */
	snprintf(choice->built, sizeof(choice->built), "%s/mcproxy",
		 program_from("MCPROXY_BIN", "build"));
	choice->mcproxy = program_from("MCPROXY", choice->built);
	choice->musl = program_from("MUSL", NULL);
	choice->igmpproxy = program_from("IGMPPROXY", "/usr/sbin/igmpproxy");
}

static bool executable(const char *program, const char *remedy)
{
	if (!access(program, X_OK))
		return true;
	fprintf(stderr, "bench: %s: %s (%s)\n", program, strerror(errno), remedy);
	return false;
}

/* Static musl is what routers get, so that is what the footprint is about if there is one. */
static struct subject subject_of(const struct choice *choice, enum row row, struct result *result)
{
	struct subject subject = *result->subject;

	if ((row == ROW_START || row == ROW_FOOTPRINT) && subject.product == MCPROXY &&
	    choice->musl) {
		subject.program = choice->musl;
		result->start.musl = result->footprint.musl = true;
	}
	return subject;
}

static void run(struct rig *rig, const struct choice *choice, enum row row, struct result *result)
{
	const struct subject subject = subject_of(choice, row, result);
	enum outcome outcome = NOT_STARTED;

	fprintf(stderr, "bench: %s: %s\n", measurements[row].name, subject.name);
	if (rig_start(rig, &subject, &measurements[row].conditions)) {
		measurements[row].measure(rig, result);
		outcome = daemon_alive(&rig->daemon) ? MEASURED : DIED;
	}
	rig_stop(rig);
	result->outcome[row] = clock_interrupted() ? NOT_MEASURED : outcome;
}

/* False: something could not be measured at all. */
static bool run_all(struct rig *rig, const struct choice *choice, struct result result[COLUMNS])
{
	bool complete = true;
	int row, column;

	for (row = 0; row < ROWS; row++) {
		for (column = 0; column < COLUMNS && !clock_interrupted(); column++) {
			if (!choice->wanted[row] || !measurements[row].applies[column] ||
			    !result[column].subject)
				continue;
			run(rig, choice, (enum row)row, &result[column]);
			if (result[column].outcome[row] == NOT_STARTED)
				complete = false;
		}
	}
	return complete;
}

static void free_rules(struct rules *rules)
{
	series_free(&rules->report);
	series_free(&rules->flow.first);
	series_free(&rules->flow.later);
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
		free_rules(&result[column].few_rules);
		free_rules(&result[column].rules);
		series_free(&result[column].start.start);
		series_free(&result[column].start.death);
	}
}

static void print_notes(const struct rig *rig, const struct load *load)
{
	puts("\nThe limit of 20 kernel memberships is raised for igmpproxy, but for the 2,000\n"
	     "groups: otherwise it could not be measured. All else is at default sysctls, save\n"
	     "that no time is spent on duplicate address detection.");
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
		[MCPROXY_IPV4] = {"mcproxy, IPv4", MCPROXY, PROTOCOL_IGMP, choice->mcproxy},
		[MCPROXY_IPV6] = {"mcproxy, IPv6", MCPROXY, PROTOCOL_MLD, choice->mcproxy},
		[IGMPPROXY_IPV4] = {"igmpproxy", IGMPPROXY, PROTOCOL_IGMP, choice->igmpproxy},
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
	find_programs(&choice);
	if (!executable(choice.mcproxy, "make") ||
	    (choice.musl && !executable(choice.musl, "make CC=musl-gcc")))
		return STATUS_FAILED;
	clock_catch_signals();
	return bench(&choice);
}
