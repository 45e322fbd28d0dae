/* SPDX-License-Identifier: MIT */
/* What all have to know of kernel routes, and the (S,G) routes of a membership: an array, sorted by
 * source. What is in them is the matter of forward.h and flow.h. */
#ifndef PROTO_ROUTE_H
#define PROTO_ROUTE_H

#include "proto/state/state.h"

/* Does each (S,G) that appears get a route of its own (flow.h)? Else routes are a function of the
 * memberships (forward.h). */
static inline bool route_is_per_source(const struct proxy *p)
{
	return ENABLE_PER_SOURCE && p->forwarding.mode;
}

/* The VIF as one of a route's outputs; PROXY_VIFS: none. */
static inline uint32_t route_bit(unsigned vif)
{
	return vif < PROXY_VIFS ? (uint32_t)1 << vif : 0;
}

/* Where the instance forwards to has changed: (*,*) is brought up to date at the end of the turn.
 */
void route_touch_tree(struct proxy *);
/* NULL: there is none. */
struct source_route *route_find(const struct membership *, const struct addr *source);
/* Of COUNT more routes as many as max_routes has room for. */
uint32_t route_room(const struct proxy *, size_t count);
/* Adds routes for COUNT sources, sorted, none of which has one yet; they are fresh. False: no
 * memory. */
bool route_insert(struct proxy *, struct membership *, const struct addr *source, uint32_t count);
/* Tells the kernel of a route, or to forget it. */
void route_tell(struct proxy *, const struct addr *source, const struct addr *group, unsigned input,
		uint32_t outputs, bool remove);
/* Tells the kernel of it if it is fresh, has another INPUT or OUTPUTS than before, or all are to be
 * told again. */
void route_set(struct proxy *, const struct membership *, struct source_route *, unsigned input,
	       uint32_t outputs);
/* Has it taken in packets since this was asked last, as far as the kernel can tell? */
bool route_is_used(struct proxy *, const struct membership *, struct source_route *);
/* Tells the kernel to forget it; route_sweep() then removes it. */
void route_end(struct proxy *, const struct membership *, struct source_route *);
void route_sweep(struct membership *);

#endif
