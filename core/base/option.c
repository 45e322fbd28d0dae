/* SPDX-License-Identifier: MIT */
/* getopt() without globals, and without the stdio and the locales that libc's brings along; see
 * option.h. */
#include <string.h>

#include "core/base/applet.h"
#include "core/base/option.h"

/* Begins the next word if there are options in it. */
static bool begin_word(struct option_reader *reader)
{
	const char *word = *reader->words;

	if (!word || word[0] != '-' || !word[1])
		return false;
	reader->words++;
	reader->joined = word + 1;
	return strcmp(word, "--") != 0;
}

int option_next(struct option_reader *reader)
{
	const char *known;
	int letter;

	if ((!reader->joined || !*reader->joined) && !begin_word(reader)) {
		if (!*reader->words || reader->operands)
			return 0;
		applet_misuse(reader->name, reader->usage, "unexpected '%s'", *reader->words);
		return -1;
	}
	if (*reader->joined == '-') {
		applet_misuse(reader->name, reader->usage, "unknown option -%s", reader->joined);
		return -1;
	}
	letter = *reader->joined++;
	known = letter == ':' ? NULL : strchr(reader->letters, letter);
	if (!known) {
		applet_misuse(reader->name, reader->usage, "unknown option -%c", letter);
		return -1;
	}
	if (known[1] != ':')
		return letter;
	reader->value = *reader->joined ? reader->joined : *reader->words++;
	reader->joined = NULL;
	if (reader->value)
		return letter;
	applet_misuse(reader->name, reader->usage, "-%c needs a value", letter);
	return -1;
}
