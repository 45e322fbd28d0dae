/* SPDX-License-Identifier: MIT */
/* A place in the membership database; who walks it: status.h, and proto/ itself (membership.h). */
#ifndef PROTO_WALK_H
#define PROTO_WALK_H

#include <stdbool.h>

/* A walk over the membership database, which may change between two calls: what exists throughout
 * is visited exactly once. */
struct proxy_walk {
	struct membership *next;
	struct proxy_walk *other;
	bool wildcard; /* the (*,*) route is still to be told */
};

#endif
