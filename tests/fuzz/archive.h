/* SPDX-License-Identifier: MIT */
/*
 * The inputs of a target in one text, a line each: its name, a blank, its bytes. Whatever is not
 * printable, and %, is %XX.
 */
#ifndef TESTS_FUZZ_ARCHIVE_H
#define TESTS_FUZZ_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "fuzz.h"

struct input {
	char name[128];
	uint8_t data[FUZZ_INPUT_MAX + 1];
	size_t size;
};

enum archived { ARCHIVED_ONE, ARCHIVED_NONE, ARCHIVED_WRONG /* it is none of these lines */ };

enum archived archive_get(FILE *, struct input *);
void archive_put(FILE *, const struct input *);

/* The file NAME, which is the name of the input, too. False: there is none, or it is too long. */
bool input_read(struct input *, const char *name);
bool input_write(const struct input *, const char *directory);

#endif
