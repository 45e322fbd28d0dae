/* SPDX-License-Identifier: MIT */
/* The names of interfaces that match any of a set of patterns, sorted. */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

enum { NAMES_MAX = 4096 };

struct names {
	const char (*pattern)[IF_NAMESIZE]; /* the caller's, in place */
	size_t pattern_count;
	char (*name)[IF_NAMESIZE];
	unsigned *index; /* of each */
	size_t count, room;
	size_t left_out; /* beyond NAMES_MAX */
	bool changed;	 /* a name has come or gone; whoever looks sets it back */
	bool stale;	 /* one could not be added for want of memory */
};

/* Interface INDEX is called NAME now; NULL: there is none such any more. */
void names_set(struct names *, unsigned index, const char *name);
bool names_equal(const struct names *, const struct names *);
/* None are known; the patterns stay. */
void names_clear(struct names *);

#endif
