/* SPDX-License-Identifier: MIT */
/* What all downstreams together want of a group: RFC 4605 section 4.1, by the rules of RFC 3376
 * section 3.2. */
#ifndef PROTO_MERGE_H
#define PROTO_MERGE_H

#include "state.h"

/* Makes p->merged large enough for every source that the membership's groups list. False: no
 * memory. */
bool merge_reserve(struct proxy *, const struct membership *);
/* Writes the sources, sorted, to p->merged and their number to COUNT; returns the filter mode (no
 * group at all: INCLUDE of nothing). -1: no memory. */
int merge_membership(struct proxy *, const struct membership *, size_t *count);

#endif
