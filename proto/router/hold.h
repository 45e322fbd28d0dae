/* SPDX-License-Identifier: MIT */
/*
 * Short disturbances of a downstream: it has no address, no carrier, or is down, but is the same
 * interface. For a while (outage_hold) it hears nothing and says nothing, but what hosts want, its
 * role, and so the routes and what is subscribed upstream stay as they are; time stands still for
 * its groups. When it is back hosts are asked at once, and what none of them repeats then ends. The
 * RFCs know no such thing: nothing in them ends memberships with an address.
 */
#ifndef PROTO_HOLD_H
#define PROTO_HOLD_H

#include "proto/state/state.h"

/* What it has is held from now on. False: it is not, as the interface is gone, or is not to be held
 * at all. */
bool hold_begin(struct interface *, int64_t now);
static inline bool hold_is_on(const struct interface *i)
{
	return i->router.held_until;
}
/* It is back, and asks: what was held lasts until hosts have answered. What they have not repeated
 * after the last time gets no more time than it had. */
void hold_end(struct interface *, int64_t now);

#endif
