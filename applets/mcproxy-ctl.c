/* SPDX-License-Identifier: MIT */
/* Tells a running mcproxy what to do: one of the commands of core/control/requests.h. What their
 * arguments mean, and whether they are right, is the daemon's affair. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/applet.h"
#include "core/base/format.h"
#include "core/base/option.h"
#include "core/base/output.h"
#include "core/control/control_ask.h"
#include "core/control/socket.h"

#define NAME "mcproxy-ctl"
#define SYNOPSIS "Usage: " NAME " [-s SOCKET] COMMAND [ARGUMENT...]\n"

enum { REFUSED = 1, CANNOT_ASK = 2 };

struct command {
	char name[12];
	unsigned short least, most; /* arguments */
};

#define COMMAND(name, least, most, function, usage) {name, least, most},
#define TABLE(name, function, scope, part, usage) {name, 0, 0},
static const struct command commands[] = {CONTROL_COMMANDS(COMMAND, TABLE)};
#undef COMMAND
#undef TABLE

/* Their lines of the help. */
#define COMMAND(name, least, most, function, usage) "  " usage
#define TABLE(name, function, scope, part, usage) "  " usage

const char *mcproxy_ctl_usage(void)
{
	if (!ENABLE_HELP_TEXT)
		return SYNOPSIS;
	return SYNOPSIS "Tells a running mcproxy what to do.\n\n"
			"  -s SOCKET  where it listens (" SOCKET_PATH ")\n\n"
			"Commands:\n" CONTROL_COMMANDS(COMMAND, TABLE);
}

static const struct command *find_command(const char *name, int arguments)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *command = &commands[i];

		if (!strcmp(command->name, name) && arguments >= command->least &&
		    arguments <= command->most)
			return command;
	}
	return NULL;
}

/* Prints the text of a line of dump-config. */
static void print_line(void *ctx, char *line)
{
	char *text = strchr(line, '\t');

	(void)ctx;
	if (!text)
		return;
	output_text(text + 1);
	if (*line == 'l')
		output_text("\n");
}

/* All words, with a space between them. False: they are too long, or more than a line. */
static bool join_words(char **word, char request[CONTROL_REQUEST])
{
	size_t length = 0;

	for (; *word; word++) {
		if (strchr(*word, '\n') || length + strlen(*word) + 2 > CONTROL_REQUEST)
			return false;
		length += format_text(request + length, CONTROL_REQUEST - length, "%s%s",
				      length ? " " : "", *word);
	}
	return true;
}

int mcproxy_ctl_main(int argc, char **argv)
{
	char request[CONTROL_REQUEST], error[CONTROL_ERROR];
	const char *path = SOCKET_PATH;
	struct option_reader reader = {.name = NAME,
				       .usage = mcproxy_ctl_usage(),
				       .letters = "s:",
				       .operands = true,
				       .words = argv + 1};
	int option, result;

	while ((option = option_next(&reader)) > 0)
		path = reader.value;
	if (option < 0)
		return EXIT_MISUSE;
	argc -= (int)(reader.words - argv);
	if (!argc)
		return applet_misuse(NAME, mcproxy_ctl_usage(), "no command is given");
	if (!find_command(reader.words[0], argc - 1))
		return applet_misuse(NAME, mcproxy_ctl_usage(),
				     "there is no command '%s' with %d argument%s", reader.words[0],
				     argc - 1, argc == 2 ? "" : "s");
	if (!join_words(reader.words, request))
		return applet_misuse(NAME, mcproxy_ctl_usage(), "that is more than a line");
	result = control_ask(path, request, true, print_line, NULL, error);
	if (!result)
		return EXIT_SUCCESS;
	output_error("%s: %s%s%s", NAME, result == -EPROTO ? "" : path,
		     result == -EPROTO ? "" : ": ", error);
	return result == -EPROTO ? REFUSED : CANNOT_ASK;
}
