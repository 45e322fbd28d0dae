/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target takes any bytes, drives a part of the program with them, and checks what has to
 * hold whatever they are. The same targets are run by libFuzzer (libfuzzer.c) and on files
 * (main.c).
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"

enum { FUZZ_INPUT_MAX = 4096 };

struct fuzz_target {
	const char *name;
	void (*run)(const uint8_t *data, size_t size, struct digest *);
	bool survives_faults; /* what it checks holds without memory, too */
};

/* NULL: there is none of this name. */
const struct fuzz_target *fuzz_target_named(const char *name);

void fuzz_packet(const uint8_t *data, size_t size, struct digest *);
void fuzz_conf(const uint8_t *data, size_t size, struct digest *);
void fuzz_control(const uint8_t *data, size_t size, struct digest *);

/* Says what did not hold, and aborts. */
void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* What is left of the input; behind its end there are zeros. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

uint8_t bytes_get(struct bytes *);
/* Takes up to COUNT bytes; how many there were. */
size_t bytes_take(struct bytes *, size_t count, const uint8_t **data);

#endif
