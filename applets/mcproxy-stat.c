/* SPDX-License-Identifier: MIT */
/*
 * Shows the state of a running mcproxy, to people as tables, to scripts as tab-separated lines, and
 * answers questions by its exit status: those of core/control/requests.h. A line is printed as it
 * comes, so that a dump of any length takes no memory; a column widens when something longer comes
 * by.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/applet.h"
#include "core/base/format.h"
#include "core/base/option.h"
#include "core/base/output.h"
#include "core/base/text.h"
#include "core/control/control_ask.h"
#include "core/control/socket.h"

#define NAME "mcproxy-stat"
#define SYNOPSIS "Usage: " NAME " [-s SOCKET] [-t | -q] [-w SECONDS] [REQUEST]\n"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { COLUMNS = 10, CELLS = 17, NO = 1, CANNOT_TELL = 2 };

/* SECONDS: milliseconds come. VALUE: what unit depends on the name in cell 2. */
enum kind { LEFT, RIGHT, SECONDS, VALUE };

struct column {
	char title[10];
	unsigned char cell, kind, width;
};

/* Which tables are shown by "all": those of the overview, then the rest. */
enum part { OVERVIEW, REST, ALONE };

/* What people see of the answer to a request. */
struct table {
	char request[12];
	unsigned char part, columns;
};

struct question {
	char name[12], request[12];
	unsigned char least, most; /* arguments */
};

struct printer {
	const struct table *table;   /* NULL: lines as they are */
	const struct column *column; /* its first one */
	bool overview;
	bool begun;
	size_t width[COLUMNS];
};

static bool are_counters(const struct table *table)
{
	return !strcmp(table->request, "counters");
}

/* Counters go up when all is well, too. */
static bool is_trouble(char *const *cell)
{
	static const char ordinary[][12] = {"rx-",    "tx-query",   "tx-report", "tx-leave",
					    "tx-mrd", "link-scope", "drop-own"};

	for (size_t i = 0; i < COUNT(ordinary); i++) {
		if (text_behind(cell[3], ordinary[i]))
			return false;
	}
	return true;
}

/* Of counters, those that have counted; in the overview, those that count trouble. */
static bool is_shown(const struct printer *printer, char *const *cell)
{
	if (!are_counters(printer->table))
		return true;
	return strcmp(cell[4], "0") != 0 && (!printer->overview || is_trouble(cell));
}

#define WIDTH(...) COUNT(((struct column[]){__VA_ARGS__}))
#define TABLE(name, function, scope, part, ...) \
	{name, part, WIDTH(__VA_ARGS__) * sizeof(char[WIDTH(__VA_ARGS__) <= COLUMNS ? 1 : -1])},
static const struct table tables[] = {CONTROL_TABLES(TABLE)};
#undef TABLE

/* Those of all tables. */
#define TABLE(name, function, scope, part, ...) __VA_ARGS__,
static const struct column columns[] = {CONTROL_TABLES(TABLE)};
#undef TABLE

#define QUESTION(name, request, least, most, function, usage) {name, request, least, most},
static const struct question questions[] = {CONTROL_QUESTIONS(QUESTION)};
#undef QUESTION

/* Their names and lines in the help. */
#define NAME_OVERVIEW(name) name ", "
#define NAME_REST(name) name ", "
#define NAME_ALONE(name)
#define TABLE(name, function, scope, part, ...) NAME_##part(name)
#define QUESTION(name, request, least, most, function, usage) "  " usage

const char *mcproxy_stat_usage(void)
{
	if (!ENABLE_HELP_TEXT)
		return SYNOPSIS;
	return SYNOPSIS
		"Shows the state of a running mcproxy.\n\n"
		"  -s SOCKET  where it listens (" SOCKET_PATH ")\n"
		"  -t         tab-separated lines with fixed columns, times in milliseconds\n"
		"  -q         no output: the exit status answers, 0 yes, 1 no, 2 cannot tell\n"
		"  -w SECONDS again and again, with so long a pause\n\n"
		"Tables (without one: an overview):\n"
		"  " CONTROL_TABLES(TABLE) "or all\n"
					   "  log: the last events\n"
					   "Questions:\n" CONTROL_QUESTIONS(QUESTION);
}

static void split_cells(char *line, char **cell)
{
	for (unsigned i = 0; i < CELLS; i++) {
		cell[i] = line;
		line = strchrnul(line, '\t');
		if (*line)
			*line++ = '\0';
	}
}

static bool is_seconds(unsigned kind, const char *name)
{
	return kind == SECONDS ||
	       (kind == VALUE && (!strcmp(name, "uptime") || !strcmp(name, "cpu")));
}

static void print_cell(struct printer *printer, unsigned i, const char *text)
{
	bool last = i + 1 == printer->table->columns;
	size_t length = strlen(text);
	int width;

	if (length > printer->width[i])
		printer->width[i] = length;
	width = (int)printer->width[i];
	if (printer->column[i].kind == LEFT)
		width = last ? 0 : -width;
	output("%*s%s", width, text, last ? "\n" : "  ");
}

static void print_header(struct printer *printer)
{
	for (unsigned i = 0; i < printer->table->columns; i++) {
		printer->width[i] = printer->column[i].width;
		print_cell(printer, i, printer->column[i].title);
	}
	printer->begun = true;
}

static void print_columns(struct printer *printer, char *const *cell)
{
	for (unsigned i = 0; i < printer->table->columns; i++) {
		const struct column *column = &printer->column[i];
		const char *text = cell[column->cell];
		char seconds[32];
		uint64_t value;

		if (is_seconds(column->kind, cell[2]) &&
		    text_to_number(text, 0, UINT64_MAX, &value)) {
			format_text(seconds, sizeof(seconds), "%llu.%u",
				    (unsigned long long)(value / 1000),
				    (unsigned)(value % 1000 / 100));
			text = seconds;
		}
		print_cell(printer, i, text);
	}
}

static void print_line(void *ctx, char *line)
{
	struct printer *printer = ctx;
	char *cell[CELLS];

	if (!printer->table) {
		output("%s\n", line);
		return;
	}
	split_cells(line, cell);
	if (!is_shown(printer, cell))
		return;
	if (!printer->begun)
		print_header(printer);
	print_columns(printer, cell);
}

static bool is_nobody_there(int result)
{
	return result == -ENOENT || result == -ECONNREFUSED;
}

static int fail(const char *path, int result, const char *error, int status)
{
	output_error("%s: %s: %s%s", NAME, path, error,
		     is_nobody_there(result) ? "; is mcproxy running?" : "");
	return status;
}

static int show_table(const char *path, const struct table *table, bool raw, bool overview)
{
	struct printer printer = {
		.table = raw ? NULL : table, .column = columns, .overview = overview};
	char error[CONTROL_ERROR];
	int result;

	for (const struct table *before = tables; before < table; before++)
		printer.column += before->columns;
	result = control_ask(path, table->request, false, print_line, &printer, error);
	if (result)
		return fail(path, result, error, EXIT_FAILURE);
	if (!raw && !printer.begun && !are_counters(table))
		print_header(&printer);
	return EXIT_SUCCESS;
}

/* One after the other, with a line between them. */
static int show_part(const char *path, enum part part)
{
	int status = EXIT_SUCCESS;
	bool first = true;

	for (size_t i = 0; i < COUNT(tables) && status == EXIT_SUCCESS; i++) {
		if (tables[i].part != part)
			continue;
		if (!first)
			output_text("\n");
		first = false;
		status = show_table(path, &tables[i], false, part == OVERVIEW);
	}
	return status;
}

static int show_all(const char *path)
{
	int status = show_part(path, OVERVIEW);

	output_text("\n");
	return status ? status : show_part(path, REST);
}

static const struct table *find_table(const char *name)
{
	/* The log is the last one. */
	for (size_t i = 0; i < COUNT(tables) - !ENABLE_LOG_RING; i++) {
		if (!strcmp(tables[i].request, name))
			return &tables[i];
	}
	return NULL;
}

static const struct question *find_question(const char *name, int arguments)
{
	for (size_t i = 0; i < COUNT(questions); i++) {
		if (!strcmp(questions[i].name, name) && arguments >= questions[i].least &&
		    arguments <= questions[i].most)
			return &questions[i];
	}
	return NULL;
}

struct reply {
	bool yes;
	char why[CONTROL_ERROR]; /* "": that goes without saying */
};

static void take_answer(void *ctx, char *line)
{
	struct reply *reply = ctx;
	const char *tab = strchr(line, '\t');

	reply->yes = *line == 'y';
	if (tab)
		format_text(reply->why, sizeof(reply->why), ": %s", tab + 1);
}

/* Nobody is there: that answers some questions, too. */
static bool is_no(const struct question *question, int result, struct reply *reply)
{
	if (!strcmp(question->name, "running"))
		return is_nobody_there(result);
	if (strcmp(question->name, "healthy") != 0)
		return false;
	if (is_nobody_there(result))
		format_text(reply->why, sizeof(reply->why), ": it does not run");
	else if (result == -ETIMEDOUT)
		format_text(reply->why, sizeof(reply->why), ": it does not answer");
	return *reply->why;
}

static int ask_question(const char *path, bool quiet, const struct question *question,
			char **argument)
{
	char request[CONTROL_REQUEST], error[CONTROL_ERROR];
	const char *second = argument[0] && argument[1] ? argument[1] : "";
	struct reply reply = {0};
	int result;

	format_text(request, sizeof(request), "%s %s %s", question->request,
		    argument[0] ? argument[0] : "", second);
	result = control_ask(path, request, false, take_answer, &reply, error);
	if (result && !is_no(question, result, &reply))
		return fail(path, result, error, CANNOT_TELL);
	if (!quiet)
		output("%s%s\n", reply.yes ? "yes" : "no", reply.why);
	return reply.yes ? EXIT_SUCCESS : NO;
}

/* What is asked for by the words after the options. */
static int dispatch(const char *path, bool raw, bool quiet, int argc, char **argv)
{
	const struct question *question = argc ? find_question(argv[0], argc - 1) : NULL;
	const struct table *table = argc == 1 ? find_table(argv[0]) : NULL;

	if (question && !raw)
		return ask_question(path, quiet, question, argv + 1);
	if (quiet)
		return applet_misuse(NAME, mcproxy_stat_usage(),
				     "-q needs a whole question, and no -t");
	if (!argc)
		return raw ? show_table(path, &tables[0], true, false) : show_part(path, OVERVIEW);
	if (argc == 1 && !raw && !strcmp(argv[0], "all"))
		return show_all(path);
	if (table)
		return show_table(path, table, raw, false);
	return applet_misuse(NAME, mcproxy_stat_usage(),
			     "there is no table%s '%s' with %d argument%s",
			     raw ? "" : " or question", argv[0], argc - 1, argc == 2 ? "" : "s");
}

int mcproxy_stat_main(int argc, char **argv)
{
	const char *path = SOCKET_PATH;
	bool raw = false, quiet = false, again = false;
	uint64_t pause = 0;
	struct option_reader reader = {.name = NAME,
				       .usage = mcproxy_stat_usage(),
				       .letters = "s:tqw:",
				       .operands = true,
				       .words = argv + 1};
	int option, status;

	while ((option = option_next(&reader)) > 0) {
		if (option == 's')
			path = reader.value;
		raw |= option == 't';
		quiet |= option == 'q';
		again |= option == 'w';
		if (option == 'w' && !text_to_number(reader.value, 1, 86400, &pause))
			return applet_misuse(NAME, mcproxy_stat_usage(),
					     "-w takes seconds from 1 to 86400");
	}
	if (option < 0)
		return EXIT_MISUSE;
	do {
		status =
			dispatch(path, raw, quiet, (int)(argv + argc - reader.words), reader.words);
		if (!again || status != EXIT_SUCCESS)
			break;
		output_text("\n");
		again = !output_flush();
		poll(NULL, 0, (int)pause * 1000);
	} while (again);
	return status;
}
