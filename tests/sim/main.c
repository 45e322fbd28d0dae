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

enum { WORKERS = 64, FAILURES = 64, CHECK_SEEDS = 60, PLANTED_SEED = 3, PLANTED_LINES = 16 };

struct options {
	unsigned long seeds, from;
	unsigned jobs, shrink, flags;
	bool check, verbose;
};

/* What a worker tells, in memory that is shared. */
struct worker {
	uint64_t seed; /* being played */
	struct counts counts;
	unsigned failures;
	uint64_t failed[FAILURES];
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

/* ---- failures ---- */

static void print_failure(const char *name, const char *text, unsigned flags,
			  const struct verdict *verdict, unsigned seconds)
{
	char *small = shrink_text(text, flags, verdict->kind, seconds);
	struct verdict again;

	shrink_play(small, flags, true, &again);
	printf("%s: %s: %s\n", name, verdict->kind, verdict->failure);
	printf("# %s, shrunk: %s: %s\n%s", name, again.kind, again.failure, small);
	if (again.transcript)
		printf("# the same as p%d saw it, for tests/replay:\n%s", again.failed_router,
		       again.transcript);
	fflush(stdout);
	free(again.transcript);
	free(small);
}

/* ---- seeds ---- */

static void play_seeds(struct worker *worker, uint64_t from, uint64_t end, unsigned step,
		       unsigned flags)
{
	for (worker->seed = from; worker->seed < end; worker->seed += step) {
		struct sim *sim = calloc(1, sizeof(*sim));
		char *text = make_world(worker->seed);

		if (!sim)
			abort();
		alarm(120);
		sim->flags = flags;
		sim_run(sim, text);
		add_counts(&worker->counts, &sim->counts);
		if (*sim->kind || sim->bad_text) {
			if (worker->failures < FAILURES)
				worker->failed[worker->failures] = worker->seed;
			worker->failures++;
		} else {
			sim_free(sim);
		}
		free(sim);
		free(text);
	}
	if (worker->failures)
		_exit(0);
	exit(0);
}

static pid_t start_worker(struct worker *worker, uint64_t from, uint64_t end, unsigned step,
			  unsigned flags)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!pid)
		play_seeds(worker, from, end, step, flags);
	return pid;
}

/* A worker that died has failed at the seed that it was playing; another one goes on behind it. */
static void wait_for(struct worker *worker, pid_t pid, uint64_t end, unsigned step, unsigned flags)
{
	int status;

	while (waitpid(pid, &status, 0) == pid) {
		if (WIFEXITED(status) && !WEXITSTATUS(status))
			return;
		if (worker->failures < FAILURES)
			worker->failed[worker->failures] = worker->seed;
		worker->failures++;
		pid = start_worker(worker, worker->seed + step, end, step, flags);
	}
}

static unsigned long run_seeds(const struct options *options, struct counts *counts)
{
	size_t size = WORKERS * sizeof(struct worker);
	struct worker *worker =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t end = options->from + options->seeds;
	unsigned long failures = 0, shown = 0;
	pid_t pid[WORKERS];
	struct verdict verdict;

	if (worker == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	for (unsigned i = 0; i < options->jobs; i++)
		pid[i] = start_worker(&worker[i], options->from + i, end, options->jobs,
				      options->flags);
	for (unsigned i = 0; i < options->jobs; i++) {
		wait_for(&worker[i], pid[i], end, options->jobs, options->flags);
		add_counts(counts, &worker[i].counts);
		failures += worker[i].failures;
	}
	for (unsigned i = 0; i < options->jobs; i++)
		for (unsigned f = 0; f < worker[i].failures && f < FAILURES; f++) {
			char name[64], *text = make_world(worker[i].failed[f]);

			snprintf(name, sizeof(name), "seed %llu",
				 (unsigned long long)worker[i].failed[f]);
			shrink_play(text, options->flags, false, &verdict);
			free(verdict.transcript);
			if (shown++ < 2 && options->shrink)
				print_failure(name, text, options->flags, &verdict,
					      options->shrink);
			else
				printf("%s: %s: %s\n", name, verdict.kind, verdict.failure);
			free(text);
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

static bool play_text(const char *name, const char *text, const struct options *options,
		      struct counts *counts)
{
	struct verdict verdict;

	if (options->verbose) {
		struct sim *sim = calloc(1, sizeof(*sim));

		if (!sim)
			abort();
		sim->verbose = true;
		sim->flags = options->flags;
		sim_run(sim, text);
		printf("%s %s\n", sim->kind, sim->failure);
		exit(*sim->kind || sim->bad_text);
	}
	shrink_play(text, options->flags, false, &verdict);
	free(verdict.transcript);
	if (!verdict.failed)
		add_counts(counts, &verdict.counts);
	if (verdict.failed)
		print_failure(name, text, options->flags, &verdict, options->shrink);
	if (verdict.failed || options->check)
		printf("%s %s%s%s\n", verdict.failed ? "not ok" : "ok", name,
		       verdict.failed ? ": " : "", verdict.failed ? verdict.failure : "");
	return !verdict.failed;
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

static unsigned count_lines(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* The comparison lies about something simple: is it found, and little but that left of the world?
 */
static bool check_shrinking(void)
{
	char *text = make_world(PLANTED_SEED), *small;
	const unsigned flags = SIM_PLANTED | SIM_NO_MODEL;
	struct verdict whole, part;
	bool ok;

	shrink_play(text, flags, false, &whole);
	small = shrink_text(text, flags, whole.kind, 20);
	shrink_play(small, flags, false, &part);
	ok = !strcmp(whole.kind, "planted") && !strcmp(part.kind, "planted") &&
	     count_lines(small) <= PLANTED_LINES;
	if (!ok)
		printf("%s of %u lines became %s of %u lines:\n%s", whole.kind, count_lines(text),
		       part.kind, count_lines(small), small);
	printf("%s a planted fault is found and shrunk\n", ok ? "ok" : "not ok");
	free(whole.transcript);
	free(part.transcript);
	free(text);
	free(small);
	return ok;
}

/* ---- all ---- */

static const char *value_of(int argc, char **argv, int *i)
{
	if (++*i < argc)
		return argv[*i];
	fprintf(stderr, "%s: a value is missing\n", argv[*i - 1]);
	exit(2);
}

static int print_world(const char *seed)
{
	char *text = make_world(strtoull(seed, NULL, 10));

	fputs(text, stdout);
	free(text);
	return 0;
}

static int parse(int argc, char **argv, struct options *options)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--seeds")) {
			options->seeds = strtoul(value_of(argc, argv, &i), NULL, 10);
		} else if (!strcmp(argv[i], "--from")) {
			options->from = strtoul(value_of(argc, argv, &i), NULL, 10);
		} else if (!strcmp(argv[i], "--jobs")) {
			options->jobs = (unsigned)strtoul(value_of(argc, argv, &i), NULL, 10);
		} else if (!strcmp(argv[i], "--shrink")) {
			options->shrink = (unsigned)strtoul(value_of(argc, argv, &i), NULL, 10);
		} else if (!strcmp(argv[i], "--make")) {
			exit(print_world(value_of(argc, argv, &i)));
		} else if (!strcmp(argv[i], "--no-model")) {
			options->flags = SIM_NO_MODEL;
		} else if (!strcmp(argv[i], "--check")) {
			options->check = true;
		} else if (!strcmp(argv[i], "-v")) {
			options->verbose = true;
		} else {
			fprintf(stderr, "%s: unknown\n", argv[i]);
			exit(2);
		}
	}
	if (!options->jobs)
		options->jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
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
