/* SPDX-License-Identifier: MIT */
/* See words.h. */
#include "tests/model/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void words_split(struct words *words, const char *line, const char *singles)
{
	char *to = words->text;
	bool within = false;

	words->count = words->at = 0;
	for (; *line && *line != '#' && *line != '\n'; line++) {
		bool single = strchr(singles, *line) != NULL;

		if (within && (single || *line == ' ' || *line == '\t')) {
			*to++ = '\0';
			within = false;
		}
		if (*line == ' ' || *line == '\t' || words->count == TOKENS)
			continue;
		if (!within)
			words->word[words->count++] = to;
		*to++ = *line;
		within = !single;
		if (single)
			*to++ = '\0';
	}
	*to = '\0';
}

const char *peek_word(const struct words *words)
{
	return words->at < words->count ? words->word[words->at] : "";
}

const char *next_word(struct words *words)
{
	return words->at < words->count ? words->word[words->at++] : "";
}

bool take_word(struct words *words, const char *word)
{
	if (words->at == words->count || strcmp(peek_word(words), word))
		return false;
	words->at++;
	return true;
}

const char *option(struct words *words, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(peek_word(words), key, length) || peek_word(words)[length] != '=')
		return NULL;
	return next_word(words) + length + 1;
}

bool word_number(const char *text, unsigned *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	*number = (unsigned)value;
	return *text && !*end && value <= UINT32_MAX;
}

bool word_seconds(const char *text, int64_t *ms)
{
	char *end;
	int64_t unit = 100;

	*ms = (int64_t)strtoul(text, &end, 10) * 1000;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
			*ms += (*end - '0') * unit;
	return *text && !*end;
}

const char *time_text(int64_t ms)
{
	static char text[8][32];
	static unsigned turn;
	char *buf = text[turn++ % 8];

	if (ms == INT64_MAX)
		return "never";
	snprintf(buf, sizeof(text[0]), "%s%" PRId64 ".%03" PRId64, ms < 0 ? "-" : "",
		 (ms < 0 ? -ms : ms) / 1000, (ms < 0 ? -ms : ms) % 1000);
	return buf;
}
