/* SPDX-License-Identifier: MIT */
/*
 * sim [--seeds N] [--from N] [--jobs N] [--shrink S] [FILE...]: plays the worlds of the files, then
 * those of N seeds, spread over processes; prints what fails, smaller, and a line of counts.
 * --no-model: the properties of the whole network alone.
 * sim --make SEED: the world of a seed. sim -v FILE: what happens in it.
 * sim --check FILE...: the same as a test, with a fault that was planted to see it found.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

enum { WORKERS = 64, SHRUNK = 2, CHECK_SEEDS = 60, PLANTED_SEED = 3, PLANTED_LINES = 16 };

struct options {
	unsigned long seeds, from, jobs, shrink;
	unsigned flags;
	bool check, verbose;
};

/* What a worker tells, in memory that is shared. */
struct worker {
	pid_t pid;
	struct counts counts;
	unsigned long failures;
};

static void add_counts(struct counts *to, const struct counts *counts)
{
	to->worlds += counts->worlds;
	to->events += counts->events;
	to->packets += counts->packets;
	to->probes += counts->probes;
	to->deliveries += counts->deliveries;
	to->simulated += counts->simulated;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- a world ---- */

static void print_smaller(const char *name, const char *text, unsigned flags, const char *kind,
			  unsigned long seconds)
{
	char *small = shrink_text(text, flags, kind, seconds);
	struct verdict again;

	shrink_play(small, flags, &again);
	printf("# %s, shrunk: %s: %s\n%s", name, again.kind, again.failure, small);
	free(small);
}

/* False: it failed. SHRINK: for so many seconds. */
static bool play(const char *name, const char *text, unsigned flags, unsigned long shrink,
		 struct counts *counts)
{
	struct verdict verdict;

	shrink_play(text, flags, &verdict);
	add_counts(counts, &verdict.counts);
	if (!verdict.failed)
		return true;
	printf("%s: %s: %s\n", name, verdict.kind, verdict.failure);
	if (shrink)
		print_smaller(name, text, flags, verdict.kind, shrink);
	fflush(stdout);
	return false;
}

/* ---- seeds ---- */

static void play_seeds(struct worker *worker, unsigned first, const struct options *options)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	for (unsigned long i = first; i < options->seeds; i += options->jobs) {
		unsigned long shrink = worker->failures < SHRUNK ? options->shrink : 0;
		char name[64], *text = make_world(options->from + i);

		snprintf(name, sizeof(name), "seed %lu", options->from + i);
		worker->failures += !play(name, text, options->flags, shrink, &worker->counts);
		free(text);
	}
}

static unsigned long run_seeds(const struct options *options, struct counts *counts)
{
	size_t size = WORKERS * sizeof(struct worker);
	struct worker *worker =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long failures = 0;

	fflush(stdout);
	for (unsigned i = 0; i < options->jobs; i++) {
		pid_t pid = worker == MAP_FAILED ? -1 : fork();

		if (pid < 0) {
			perror("fork");
			exit(2);
		}
		if (!pid) {
			play_seeds(&worker[i], i, options);
			exit(0);
		}
		/* By the parent alone: the memory is shared. */
		worker[i].pid = pid;
	}
	for (unsigned i = 0; i < options->jobs; i++) {
		int status = 0;

		waitpid(worker[i].pid, &status, 0);
		add_counts(counts, &worker[i].counts);
		failures += worker[i].failures + (status != 0);
	}
	munmap(worker, size);
	return failures;
}

/* ---- files ---- */

static char *read_file(const char *name)
{
	FILE *file = fopen(name, "r");
	char *text = NULL;
	size_t length = 0, room = 0;

	if (!file) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		exit(2);
	}
	do {
		if (room - length < 2)
			text = realloc(text, room = 2 * room + 4096);
		if (!text)
			abort();
		length += fread(text + length, 1, room - length - 1, file);
	} while (!feof(file) && !ferror(file));
	text[length] = '\0';
	fclose(file);
	return text;
}

static void show(const char *text, unsigned flags)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		abort();
	sim->verbose = true;
	sim->flags = flags;
	sim_run(sim, text);
	printf("%s %s\n", sim->kind, sim->failure);
	exit(*sim->kind || sim->bad_text);
}

static bool play_text(const char *name, const char *text, const struct options *options,
		      struct counts *counts)
{
	bool right;

	if (options->verbose)
		show(text, options->flags);
	right = play(name, text, options->flags, options->shrink, counts);
	if (!right || options->check)
		printf("%s %s\n", right ? "ok" : "not ok", name);
	return right;
}

/* A world, or several, each behind a line "== NAME". How many failed. */
static unsigned play_file(const char *file, const struct options *options, struct counts *counts)
{
	static const char mark[] = "\n== ";
	char *text = read_file(file), *world, *next;
	unsigned failed = 0;
	char name[256];

	if (strncmp(text, mark + 1, strlen(mark + 1)) != 0)
		failed = !play_text(file, text, options, counts);
	else
		for (world = text; world; world = next) {
			next = strstr(world, mark);
			if (next)
				*next++ = '\0';
			world += strlen(mark + 1);
			snprintf(name, sizeof(name), "%s:%.*s", file, (int)strcspn(world, "\n"),
				 world);
			world += strcspn(world, "\n");
			failed += !play_text(name, world, options, counts);
		}
	free(text);
	return failed;
}

/* ---- a fault that was planted ---- */

/* The comparison lies about something simple: is it found, and little but that left of the world?
 */
static bool check_shrinking(void)
{
	char *text = make_world(PLANTED_SEED), *small;
	const unsigned flags = SIM_PLANTED | SIM_NO_MODEL;
	struct verdict whole, part;
	bool ok;

	shrink_play(text, flags, &whole);
	small = shrink_text(text, flags, whole.kind, 20);
	shrink_play(small, flags, &part);
	ok = !strcmp(whole.kind, "planted") && !strcmp(part.kind, "planted") &&
	     shrink_lines(small) <= PLANTED_LINES;
	if (!ok)
		printf("%s of %u lines became %s of %u lines:\n%s", whole.kind, shrink_lines(text),
		       part.kind, shrink_lines(small), small);
	printf("%s a planted fault is found and shrunk\n", ok ? "ok" : "not ok");
	free(text);
	free(small);
	return ok;
}

/* ---- all ---- */

static int print_world(uint64_t seed)
{
	char *text = make_world(seed);

	fputs(text, stdout);
	free(text);
	return 0;
}

/* --KEY N; false: it is none of these. */
static bool parse_number(const char *key, const char *value, struct options *options)
{
	static const char *const keys[] = {"--seeds", "--from", "--jobs", "--shrink", "--make"};
	unsigned long seed = 0, *const numbers[] = {&options->seeds, &options->from, &options->jobs,
						    &options->shrink, &seed};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (value && !strcmp(key, keys[i])) {
			*numbers[i] = strtoul(value, NULL, 10);
			if (numbers[i] == &seed)
				exit(print_world(seed));
			return true;
		}
	return false;
}

static int parse(int argc, char **argv, struct options *options)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (parse_number(argv[i], argv[i + 1], options)) {
			i++;
		} else if (!strcmp(argv[i], "--no-model")) {
			options->flags = SIM_NO_MODEL;
		} else if (!strcmp(argv[i], "--check")) {
			options->check = true;
		} else if (!strcmp(argv[i], "-v")) {
			options->verbose = true;
		} else {
			fprintf(stderr, "%s: unknown, or a value is missing\n", argv[i]);
			exit(2);
		}
	}
	if (!options->jobs)
		options->jobs = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
	if (options->jobs > WORKERS)
		options->jobs = WORKERS;
	return i;
}

int main(int argc, char **argv)
{
	struct options options = {.from = 1, .shrink = 20};
	struct counts counts = {0};
	double start = seconds_now();
	unsigned long failures = 0;

	for (int i = parse(argc, argv, &options); i < argc; i++)
		failures += play_file(argv[i], &options, &counts);
	if (options.check) {
		options.seeds = CHECK_SEEDS;
		options.jobs = 1;
	}
	if (options.seeds) {
		unsigned long failed = run_seeds(&options, &counts);

		if (options.check)
			printf("%s %lu worlds\n", failed ? "not ok" : "ok", options.seeds);
		failures += failed;
	}
	if (options.check)
		failures += !check_shrinking();
	printf("sim: %lu worlds, %.0f hours, %lu events, %lu packets, %lu probes, %lu deliveries, "
	       "%lu failed, %.1f s\n",
	       counts.worlds, (double)counts.simulated / 3600000, counts.events, counts.packets,
	       counts.probes, counts.deliveries, failures, seconds_now() - start);
	return failures != 0;
}
