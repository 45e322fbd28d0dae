/* SPDX-License-Identifier: MIT */
/* What all downstreams together want of a group from an upstream: RFC 4605 section 4.1, by the
 * rules of RFC 3376 section 3.2; with filters and several upstreams, policy.h's. */
#ifndef PROTO_MERGE_H
#define PROTO_MERGE_H

#include "proto/state/state.h"

/* What is wanted: SOURCE, sorted, or all but those. */
struct merged {
	enum filter_mode mode;
	const struct addr *source;
	size_t count;
};

/* Room for COUNT sources, until the next call of any of these. False: no memory. */
bool merge_room(struct proxy *, size_t count, struct addr **room);
/* The same, for every source that the membership's groups list. */
bool merge_room_listed(struct proxy *, const struct membership *, struct addr **room);
/* Of no group at all, or one that is local, INCLUDE of nothing. Where filters cut what every source
 * but some is wanted of into ranges, these cannot be listed: more is asked for, and forwarding
 * makes it good. What MERGED points to holds until the next call of any of these. False: no memory.
 */
bool merge_membership(struct proxy *, const struct membership *, const struct interface *upstream,
		      struct merged *);
void merge_free(struct proxy *);

#endif
