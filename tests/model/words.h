/* SPDX-License-Identifier: MIT */
/* A line as words, which statements take one by one, and how numbers and times are written. */
#ifndef TESTS_MODEL_WORDS_H
#define TESTS_MODEL_WORDS_H

#include <stdbool.h>
#include <stdint.h>

enum { LINE_MAX_LENGTH = 16384, TOKENS = 4096 };

struct words {
	char text[2 * LINE_MAX_LENGTH];
	const char *word[TOKENS];
	unsigned count, at;
};

/* Up to the end of the line or #. Each of the characters in SINGLE is a word of its own. */
void words_split(struct words *, const char *line, const char *single);
/* "" at the end. */
const char *peek_word(const struct words *);
const char *next_word(struct words *);
/* Is it the next word? Then it is taken. */
bool take_word(struct words *, const char *word);
/* "key=VALUE": VALUE, or NULL if it is another key. */
const char *option(struct words *, const char *key);
/* False: it is none. */
bool word_number(const char *text, unsigned *number);
/* Seconds with up to three decimals, as milliseconds. */
bool word_seconds(const char *text, int64_t *ms);
/* "1.500", "never" for INT64_MAX. Up to eight results can be used at a time. */
const char *time_text(int64_t ms);

#endif
