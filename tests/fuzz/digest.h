/* SPDX-License-Identifier: MIT */
/* A number for all that happened: what two runs have to have in common. */
#ifndef TESTS_FUZZ_DIGEST_H
#define TESTS_FUZZ_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest {
	uint64_t value;
};

void digest_add(struct digest *, const void *data, size_t size);
void digest_text(struct digest *, const char *);
void digest_number(struct digest *, int64_t);

#endif
