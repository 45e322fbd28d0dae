/* SPDX-License-Identifier: MIT */
/* Addresses and numbers as text, both ways. A parser writes its result only on success. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/addr.h"
#include "proto/base/values.h"

enum { TEXT_ADDR = 46 };

/* Writes ADDR (dotted or RFC 5952; "-" for any) to BUF, which it returns. */
const char *text_addr(const struct addr *, char buf[TEXT_ADDR]);
bool text_to_addr(const char *, struct addr *);
/* "IPv4", "IPv6". */
const char *text_family(enum protocol);
/* Decimal digits only, MIN <= number <= MAX. */
bool text_to_number(const char *, uint64_t min, uint64_t max, uint64_t *);
/* Seconds with up to three decimals, as milliseconds, MIN <= ms <= MAX. */
bool text_to_milliseconds(const char *, int64_t min, int64_t max, int64_t *);
/* What follows PREFIX in a text that begins with it; NULL: it does not. */
const char *text_behind(const char *text, const char *prefix);
/* The last name of a path. */
const char *text_base_name(const char *path);
/* Does NAME match PATTERN, in which '*' stands for any characters and '?' for any one? */
bool text_matches(const char *pattern, const char *name);

#endif
