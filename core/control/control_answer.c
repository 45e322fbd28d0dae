/* SPDX-License-Identifier: MIT */
/*
 * The answers of the control socket: which function gives them, and where they pause. Owns: how a
 * request is read, and the status line. Leaves out: what tables tell (table.h), what questions are
 * about (question.h), what commands do.
 */
#include "core/control/control_answer.h"

#include <string.h>

#include "core/control/column.h"
#include "core/control/question.h"
#include "core/control/table.h"

enum { WORDS = 4 /* of a request that are looked at */ };

/* EACH and ONCE are tables. */
enum kind { EACH, ONCE, QUESTION, COMMAND };

#define NOTHING(...)
#define TABLE(name, function, ...) TABLE_##function,
#define QUESTION(name, request, least, most, function, usage) QUESTION_##function,
enum table_function { CONTROL_TABLES(TABLE) CONTROL_COMMANDS(NOTHING, TABLE) };
enum question_function { CONTROL_QUESTIONS(QUESTION) };
#undef TABLE
#undef QUESTION

struct control_request {
	char name[12];
	unsigned char least, most; /* arguments; of a command: whether there are any */
	unsigned char kind;
	unsigned char function; /* enum control_command, table_function or question_function */
};

#define COMMAND(name, least, most, function, usage) {name, 0, !!(most), COMMAND, function},
#define TABLE(name, function, scope, ...) {name, 0, 0, scope, TABLE_##function},
#define QUESTION(name, request, least, most, function, usage) \
	{request, least, most, QUESTION, QUESTION_##function},
static const struct control_request requests[] = {
	CONTROL_COMMANDS(COMMAND, TABLE) CONTROL_TABLES(TABLE) CONTROL_QUESTIONS(QUESTION)};
#undef TABLE
#undef QUESTION

/* The status line: "ok", or what is wrong. */
static void put_status(struct control_answer *answer, const char *error)
{
	for (const char *text = error ? "error " : "ok"; *text; text++)
		column_byte(answer, *text);
	column_text(answer, error ? error : "");
	column_end(answer);
	answer->finished = true;
}

#define TABLE(name, function, ...) \
	case TABLE_##function:     \
		return table_##function(answer, view);
static bool write_lines(struct control_answer *answer, const struct control_view *view)
{
	switch ((enum table_function)answer->request->function) {
		CONTROL_TABLES(TABLE)
		CONTROL_COMMANDS(NOTHING, TABLE)
	}
	return true;
}

/* False: there is more to tell. The summary has something to say without any view, too. */
static bool write_table(struct control_answer *answer)
{
	const struct control_request *request = answer->request;

	if (request->kind == ONCE || (request->function == TABLE_summary && !answer->daemon->view))
		return write_lines(answer, NULL);
	for (; answer->view; answer->view = answer->view->next) {
		if (!write_lines(answer, answer->view))
			return false;
		answer->position = 0;
	}
	return true;
}

void control_answer_continue(struct control_answer *answer)
{
	answer->now = loop_now();
	answer->length = 0;
	if (answer->interrupted)
		put_status(answer, "the configuration has changed; ask again");
	else if (write_table(answer) && column_room(answer))
		put_status(answer, NULL);
}

/* Cuts LINE at its spaces. Returns how many words there are, at most WORDS. */
static unsigned split_words(char *line, char *word[WORDS])
{
	unsigned words = 0;
	bool inside = false;

	for (; *line; line++) {
		if (*line == ' ') {
			*line = '\0';
			inside = false;
			continue;
		}
		if (!inside && words == WORDS)
			break;
		if (!inside)
			word[words++] = line;
		inside = true;
	}
	return words;
}

static const struct control_request *find_request(const char *name)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		if (!strcmp(requests[i].name, name))
			return &requests[i];
	}
	return NULL;
}

/* How many arguments of a command the words are depends on the language, which has quotes. */
static bool is_wrong(const struct control_request *request, unsigned words)
{
	if (request->kind == COMMAND)
		return !words != !request->most;
	return words < request->least || words > request->most;
}

#define QUESTION(name, request, least, most, function, usage) \
	case QUESTION_##function:                             \
		return question_##function(question);
static const char *find_answer(enum question_function function, struct question *question)
{
	switch (function) {
		CONTROL_QUESTIONS(QUESTION)
	}
	return NULL;
}

/* The answer to a question; what is wrong with it, or NULL. */
static const char *answer_question(struct control_answer *answer, char **argument)
{
	struct question question = {.daemon = answer->daemon, .argument = argument};
	const char *error =
		find_answer((enum question_function)answer->request->function, &question);

	if (error)
		return error;
	column_text(answer, question.yes ? "yes" : "no");
	if (*question.why)
		column_text(answer, question.why);
	column_end(answer);
	return NULL;
}

void control_answer_start(struct control_answer *answer, const char *line, size_t length)
{
	const struct control_daemon *daemon = answer->daemon;
	char copy[CONTROL_REQUEST], *word[WORDS + 1] = {NULL}, why[CONTROL_ERROR];
	const char *error = NULL;
	unsigned words;

	memcpy(copy, line, length);
	copy[length] = '\0';
	words = split_words(copy, word);
	answer->view = daemon->view;
	answer->length = 0;
	answer->request = words ? find_request(word[0]) : NULL;
	if (!answer->request) {
		error = "unknown request";
	} else if (is_wrong(answer->request, words - 1)) {
		error = "wrong number of arguments";
	} else if (answer->request->kind == COMMAND) {
		memcpy(copy, line, length);
		if (!daemon->command(daemon->ctx, (enum control_command)answer->request->function,
				     copy, why))
			error = why;
	} else if (answer->request->kind == QUESTION) {
		error = answer_question(answer, word + 1);
	} else {
		control_answer_continue(answer);
		return;
	}
	put_status(answer, error);
}

void control_answer_refuse(struct control_answer *answer, const char *error)
{
	answer->length = 0;
	put_status(answer, error);
}

void control_answer_interrupt(struct control_answer *answer)
{
	table_stop(answer);
	answer->interrupted = answer->request && answer->request->kind <= ONCE &&
			      answer->request->function != TABLE_log && !answer->finished;
}

void control_answer_stop(struct control_answer *answer)
{
	table_stop(answer);
}
