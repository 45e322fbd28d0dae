/* SPDX-License-Identifier: MIT */
/*
 * Plays transcripts: text that says what happens to a proxy and when, and what it has to do then.
 * On a virtual clock, with packets written and read by the test's own codec. README.md beside this
 * file is the language. Usage: replay [-v] FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

/* ---- a case ---- */

static const struct statement *statement_named(const char *name)
{
	const struct statement *const lists[] = {setup_statements(), act_statements(),
						 look_statements()};

	for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct statement *statement = lists[i]; statement->name; statement++)
			if (!strcmp(statement->name, name))
				return statement;
	return NULL;
}

static bool is_pending(struct world *world)
{
	if (!world->proxy || !world->changed)
		return false;
	world_fail(world, "expected reconfigure before anything else happens");
	return true;
}

static void start(struct world *world)
{
	if (world->proxy)
		return;
	complete_values(world);
	world_start(world);
}

/* at TIME | at +SECONDS: the clock runs there. */
static void run_at(struct world *world, struct words *words)
{
	bool relative = take_word(words, "+");
	int64_t time = seconds(world, next_word(words)) + (relative ? world->now : WORLD_EPOCH);

	if (time < world->now)
		world_fail(world, "the clock does not go back");
	else
		world_advance(world, time);
}

static void run_line(struct world *world, const char *line)
{
	static struct words words;
	const struct statement *statement;

	words_split(&words, line, "{}(),+|");
	if (!words.count)
		return;
	if (world->verbose)
		printf("%s:%u: %s", world->file, world->line, line);
	statement = statement_named(peek_word(&words));
	if (!statement || !(statement->properties & SETS_UP))
		start(world);
	if (take_word(&words, "at") && !is_pending(world)) {
		run_at(world, &words);
		if (words.at == words.count || world->failed_line)
			return;
		statement = statement_named(peek_word(&words));
	}
	if (!statement) {
		world_fail(world, "no statement \"%s\"", peek_word(&words));
		return;
	}
	if (!(statement->properties & CONFIGURES) && is_pending(world))
		return;
	words.at++;
	statement->run(world, &words);
	world->assertions += !!(statement->properties & ASSERTS);
	if (words.at < words.count)
		world_fail(world, "expected the end of the line, got \"%s\"", peek_word(&words));
}

/* Runs on until no expectation can be met any more. */
static void finish_case(struct world *world)
{
	int64_t end = world->now;

	start(world);
	if (world->failed_line || is_pending(world))
		return;
	for (unsigned i = 0; i < world->expectation_count; i++)
		if (world->expectation[i].until > end)
			end = world->expectation[i].until;
	world_advance(world, end);
	if (!world->failed_line)
		check_expectations(world);
	if (!world->assertions)
		world_fail(world, "this case asserts nothing");
}

/* ---- a file ---- */

struct transcript {
	const char *name;
	char **line;
	unsigned count;
};

static bool transcript_read(struct transcript *transcript, const char *name)
{
	static char buf[LINE_MAX_LENGTH];
	FILE *file = fopen(name, "r");

	*transcript = (struct transcript){.name = name};
	if (!file)
		return false;
	while (fgets(buf, sizeof(buf), file)) {
		transcript->line = realloc(transcript->line,
					   (transcript->count + 1) * sizeof(*transcript->line));
		if (!transcript->line)
			abort();
		transcript->line[transcript->count++] = strdup(buf);
	}
	fclose(file);
	return true;
}

static void transcript_free(struct transcript *transcript)
{
	for (unsigned i = 0; i < transcript->count; i++)
		free(transcript->line[i]);
	free(transcript->line);
}

static bool is_case(const char *line)
{
	return !strncmp(line, "config ", 7);
}

/* The lines from FIRST up to LAST as one case of PROTOCOL. */
static bool play_case(const struct transcript *transcript, unsigned first, unsigned last,
		      enum protocol protocol, bool verbose)
{
	struct world *world = calloc(1, sizeof(*world));
	bool right;

	if (!world)
		abort();
	world->file = transcript->name;
	world->protocol = protocol;
	world->verbose = verbose;
	world->ignored = IGNORE_DISCOVERY;
	for (unsigned i = first; i < last && !world->failed_line; i++) {
		world->line = i + 1;
		run_line(world, transcript->line[i]);
	}
	if (!world->failed_line)
		finish_case(world);
	right = !world->failed_line;
	if (!right)
		printf("not ok %s:%u: %s: %s\n", transcript->name, world->failed_line,
		       protocol == PROTOCOL_IGMP ? "igmp" : "mld", world->failure);
	world_free(world);
	return right;
}

static bool play(const char *name, bool verbose)
{
	struct transcript transcript;
	unsigned first = 0, last, cases = 0;
	bool right = true;

	if (!transcript_read(&transcript, name)) {
		printf("not ok %s:0: cannot be read\n", name);
		return false;
	}
	for (; first < transcript.count && right; first = last) {
		const char *line = transcript.line[first];

		for (last = first + 1; last < transcript.count; last++)
			if (is_case(transcript.line[last]))
				break;
		if (!is_case(line))
			continue;
		cases++;
		if (strncmp(line + 7, "mld ", 4))
			right = play_case(&transcript, first, last, PROTOCOL_IGMP, verbose);
		if (right && strncmp(line + 7, "igmp ", 5))
			right = play_case(&transcript, first, last, PROTOCOL_MLD, verbose);
	}
	if (right && !cases) {
		printf("not ok %s:1: expected a config line, got none\n", name);
		right = false;
	}
	if (right)
		printf("ok %s\n", name);
	transcript_free(&transcript);
	return right;
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && !strcmp(argv[1], "-v");
	int first = 1 + verbose, failed = 0;

	if (argc <= first) {
		fputs("usage: replay [-v] FILE...\n", stderr);
		return 2;
	}
	for (int i = first; i < argc; i++)
		failed += !play(argv[i], verbose);
	return failed != 0;
}
