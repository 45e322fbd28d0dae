/* SPDX-License-Identifier: MIT */
/* What all downstreams together want of a group from an upstream: RFC 4605 section 4.1, by the
 * rules of RFC 3376 section 3.2; with filters and several upstreams, policy.h's. */
#ifndef PROTO_MERGE_H
#define PROTO_MERGE_H

#include "proto/state/state.h"

/* Makes p->merged large enough for COUNT. False: no memory. */
bool merge_room(struct proxy *, size_t count);
/* The same, for every source that the membership's groups list. */
bool merge_reserve(struct proxy *, const struct membership *);
/* Writes the sources, sorted, to p->merged and their number to COUNT; returns the filter mode (no
 * group at all: INCLUDE of nothing). Where filters cut what every source but some is wanted of into
 * ranges, these cannot be listed: more is asked for, and forwarding makes it good. -1: no memory.
 */
int merge_membership(struct proxy *, const struct membership *, const struct interface *upstream,
		     size_t *count);

#endif
