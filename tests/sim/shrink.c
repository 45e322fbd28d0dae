/* SPDX-License-Identifier: MIT */
/*
 * Plays a world in a process of its own, so that a crash is a failure like any other, and takes
 * lines away from one as long as it fails in the same way (delta debugging).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

enum { SECONDS_PER_WORLD = 60 };

static void play_here(const char *text, unsigned flags, struct verdict *verdict)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		abort();
	alarm(SECONDS_PER_WORLD);
	sim->flags = flags;
	sim_run(sim, text);
	verdict->failed = *sim->kind || sim->bad_text;
	verdict->counts = sim->counts;
	memcpy(verdict->kind, sim->kind, sizeof(verdict->kind));
	memcpy(verdict->failure, sim->failure, sizeof(verdict->failure));
	/* After a failure nothing is tidied up. */
	if (verdict->failed)
		_exit(0);
	sim_free(sim);
	free(sim);
	exit(0);
}

void shrink_play(const char *text, unsigned flags, struct verdict *verdict)
{
	struct verdict *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child = -1;

	fflush(stdout);
	if (shared == MAP_FAILED || (child = fork()) < 0) {
		perror("fork");
		exit(2);
	}
	if (!child)
		play_here(text, flags, shared);
	waitpid(child, &status, 0);
	*verdict = *shared;
	munmap(shared, sizeof(*shared));
	if (!status)
		return;
	verdict->failed = true;
	snprintf(verdict->kind, sizeof(verdict->kind), "crash");
	snprintf(verdict->failure, sizeof(verdict->failure), "ended by signal %d, status %d",
		 WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		 WIFSIGNALED(status) ? 0 : WEXITSTATUS(status));
}

static char *behind_lines(char *text, unsigned count)
{
	for (; count && *text; count--) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text;
}

unsigned shrink_lines(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* Takes away COUNT lines, from the FIRST on, if it still fails like that; false: they are needed.
 */
static bool take_lines(char *text, unsigned first, unsigned count, unsigned flags, const char *kind)
{
	char *whole = strdup(text), *from = behind_lines(text, first);
	char *to = behind_lines(from, count);
	struct verdict verdict;
	bool same;

	if (!whole)
		abort();
	memmove(from, to, strlen(to) + 1);
	shrink_play(text, flags, &verdict);
	same = verdict.failed && !strcmp(verdict.kind, kind);
	if (!same)
		strcpy(text, whole);
	free(whole);
	return same;
}

char *shrink_text(const char *whole, unsigned flags, const char *kind, unsigned long seconds)
{
	time_t until = time(NULL) + (time_t)seconds;
	unsigned size = shrink_lines(whole) / 2;
	char *text = strdup(whole);
	bool again = true;

	if (!text)
		abort();
	while (size && again && time(NULL) <= until) {
		again = size > 1;
		/* The first line says what world it is. */
		for (unsigned at = 1; at < shrink_lines(text) && time(NULL) <= until;)
			if (take_lines(text, at, size, flags, kind))
				again = true;
			else
				at += size;
		size = (size + 1) / 2;
	}
	return text;
}
