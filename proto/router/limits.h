/* SPDX-License-Identifier: MIT */
/*
 * How much a downstream may remember (RFC 3376 section 9.2): max_groups, max_sources and
 * max_total_sources; how much of that is the reserve, which is kept for regulars (regular.h); and
 * where what is taken is counted. A host that is tracked counts as a few sources.
 */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

#include "proto/state/state.h"

/* A host needs no more memory than this many sources, and counts as them in max_total_sources. */
enum { LIMITS_HOST_SOURCES = 4 };

/* A report at hand, and what it may take. */
struct hearing {
	int64_t now;
	struct addr reporter;
	uint32_t slot;	 /* of the regular who sent it, from 1; 0: a stranger did, or nobody */
	uint8_t reserve; /* percent of the limits, kept for regulars */
	bool own;	 /* our own kernel has sent it */
};

/* Are there as many groups as may be without the reserve? */
bool limits_are_full(const struct interface *, const struct hearing *);
/* May there be a group for RECORD, which creates one? DRAWER: out of whose part of the reserve, if
 * there is no other room for it; 0: of none. False is counted. */
bool limits_admit_group(struct interface *, const struct hearing *, const struct record *,
			uint32_t *drawer);
/* A group of this state has been made; it ends. */
void limits_take_group(struct interface *, struct filter_state *, uint32_t drawer);
void limits_return_group(struct interface *, const struct filter_state *);
/* May there be one more host that is tracked? */
bool limits_admit_host(const struct interface *, const struct hearing *);
/* How many sources the state may have in all. */
uint32_t limits_sources(struct interface *, const struct hearing *, const struct filter_state *);
/* The state had BEFORE sources when they were counted last. */
void limits_count_sources(struct interface *, const struct filter_state *, uint32_t before);
/* The table of regulars ends: what was drawn is in common use from now on. */
void limits_forget_drawers(struct interface *);

#endif
