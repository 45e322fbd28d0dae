/* SPDX-License-Identifier: MIT */
/*
 * Takes lines away from a world as long as it fails in the same way (delta debugging), each try in
 * a process of its own, so that a crash is a failure like any other.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

enum { SECONDS_PER_WORLD = 60 };

static void write_all(int fd, const void *data, size_t length)
{
	const char *at = data;

	while (length) {
		ssize_t written = write(fd, at, length);

		if (written <= 0)
			_exit(1);
		at += written;
		length -= (size_t)written;
	}
}

static bool read_all(int fd, void *data, size_t length)
{
	char *at = data;

	while (length) {
		ssize_t got = read(fd, at, length);

		if (got <= 0)
			return false;
		at += got;
		length -= (size_t)got;
	}
	return true;
}

static void play_here(const char *text, unsigned flags, bool transcribe, int fd)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	struct verdict verdict = {0};
	size_t length = 0;

	if (!sim)
		abort();
	alarm(SECONDS_PER_WORLD);
	sim->flags = flags;
	sim->transcribe = transcribe;
	sim_run(sim, text);
	verdict.failed = *sim->kind || sim->bad_text;
	verdict.failed_router = sim->failed_router;
	verdict.counts = sim->counts;
	snprintf(verdict.kind, sizeof(verdict.kind), "%s", sim->kind);
	memcpy(verdict.failure, sim->failure, sizeof(verdict.failure));
	write_all(fd, &verdict, sizeof(verdict));
	if (transcribe && sim->failed_router >= 0)
		length = sim->router[sim->failed_router].transcript_length;
	write_all(fd, &length, sizeof(length));
	if (length)
		write_all(fd, sim->router[sim->failed_router].transcript, length);
	/* After a failure nothing is tidied up. */
	if (verdict.failed)
		_exit(0);
	sim_free(sim);
	free(sim);
	exit(0);
}

void shrink_play(const char *text, unsigned flags, bool transcribe, struct verdict *verdict)
{
	int fds[2], status = 0;
	size_t length = 0;
	pid_t child;

	fflush(stdout);
	if (pipe(fds) || (child = fork()) < 0) {
		perror("fork");
		exit(2);
	}
	if (!child)
		play_here(text, flags, transcribe, fds[1]);
	close(fds[1]);
	if (!read_all(fds[0], verdict, sizeof(*verdict)))
		*verdict = (struct verdict){.failed = true, .failed_router = -1};
	verdict->transcript = NULL;
	if (read_all(fds[0], &length, sizeof(length)) && length) {
		verdict->transcript = calloc(1, length + 1);
		if (verdict->transcript)
			read_all(fds[0], verdict->transcript, length);
	}
	close(fds[0]);
	waitpid(child, &status, 0);
	if (!WIFSIGNALED(status) && !WEXITSTATUS(status))
		return;
	verdict->failed = true;
	snprintf(verdict->kind, sizeof(verdict->kind), "crash");
	snprintf(verdict->failure, sizeof(verdict->failure), "ended by signal %d, status %d",
		 WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		 WIFSIGNALED(status) ? 0 : WEXITSTATUS(status));
}

/* ---- lines ---- */

struct lines {
	const char *text;
	unsigned *start; /* of each line; one more than there are */
	bool *kept;
	unsigned count;
	unsigned flags;
	const char *kind;
	struct timespec until;
};

static char *join(const struct lines *lines)
{
	char *text = malloc(strlen(lines->text) + 1), *at = text;

	if (!text)
		abort();
	for (unsigned i = 0; i < lines->count; i++)
		if (lines->kept[i]) {
			size_t length = lines->start[i + 1] - lines->start[i];

			memcpy(at, lines->text + lines->start[i], length);
			at += length;
		}
	*at = '\0';
	return text;
}

static bool is_over(const struct lines *lines)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > lines->until.tv_sec;
}

static bool still_fails(const struct lines *lines)
{
	struct verdict verdict;
	char *text = join(lines);
	bool same;

	shrink_play(text, lines->flags, false, &verdict);
	same = verdict.failed && !strcmp(verdict.kind, lines->kind);
	free(verdict.transcript);
	free(text);
	return same;
}

/* Takes away SIZE lines of those that are left, from the FIRST on; false: they are needed. */
static bool try_without(struct lines *lines, unsigned first, unsigned size)
{
	bool *before = malloc(lines->count * sizeof(*before));
	unsigned taken = 0;
	bool fails;

	if (!before)
		abort();
	memcpy(before, lines->kept, lines->count * sizeof(*before));
	/* The first line says what world it is. */
	for (unsigned i = first ? first : 1; i < lines->count && taken < size; i++) {
		taken += lines->kept[i];
		lines->kept[i] = false;
	}
	fails = taken && still_fails(lines);
	if (!fails)
		memcpy(lines->kept, before, lines->count * sizeof(*before));
	free(before);
	return fails;
}

/* Where SIZE kept lines from FIRST on end. */
static unsigned skip(const struct lines *lines, unsigned first, unsigned size)
{
	while (first < lines->count && size)
		size -= lines->kept[first++];
	return first;
}

static unsigned kept_count(const struct lines *lines)
{
	unsigned count = 0;

	for (unsigned i = 0; i < lines->count; i++)
		count += lines->kept[i];
	return count;
}

static void reduce(struct lines *lines)
{
	unsigned size = kept_count(lines) / 2;
	bool again = true;

	while (size && again && !is_over(lines)) {
		again = false;
		for (unsigned at = 1; at < lines->count && !is_over(lines);) {
			if (try_without(lines, at, size))
				again = true;
			else
				at = skip(lines, at, size);
		}
		if (size > 1) {
			size = (size + 1) / 2;
			again = true;
		}
	}
}

static void cut_into_lines(struct lines *lines)
{
	unsigned room = 2;

	for (const char *at = lines->text; *at; at++)
		room += *at == '\n';
	lines->start = calloc(room, sizeof(*lines->start));
	lines->kept = calloc(room, sizeof(*lines->kept));
	if (!lines->start || !lines->kept)
		abort();
	for (const char *at = lines->text; *at; lines->count++) {
		at += strcspn(at, "\n");
		at += *at == '\n';
		lines->kept[lines->count] = true;
		lines->start[lines->count + 1] = (unsigned)(at - lines->text);
	}
}

char *shrink_text(const char *text, unsigned flags, const char *kind, unsigned seconds)
{
	struct lines lines = {.text = text, .flags = flags, .kind = kind};
	char *shrunk;

	clock_gettime(CLOCK_MONOTONIC, &lines.until);
	lines.until.tv_sec += seconds;
	cut_into_lines(&lines);
	reduce(&lines);
	shrunk = join(&lines);
	free(lines.start);
	free(lines.kept);
	return shrunk;
}
