/* SPDX-License-Identifier: MIT */
/*
 * What an upstream is told of a subscription: the records of state changes and answers (RFC 3376
 * sections 4.2, 5.1 and 5.2; RFC 3810 section 5.2), as many in one report as the MTU allows, or the
 * reports and leaves of older versions. Owns the report that is being filled. Changes no
 * subscription.
 */
#ifndef PROTO_REPORT_H
#define PROTO_REPORT_H

#include "proto/state/state.h"

/* Its pending change. */
void report_change(struct proxy *, struct interface *, const struct subscription *);
/* Its current state: whole, or of the sources that were asked for. */
void report_state(struct proxy *, struct interface *, const struct subscription *, bool whole);
/* About how many subscriptions one packet tells of. */
uint32_t report_capacity(const struct proxy *, const struct interface *);
/* When changes that are reported now are repeated; the same until report_flush(), so that what left
 * together is repeated together. */
int64_t report_repeat_at(struct proxy *, const struct interface *, int64_t now);
/* Sends what has been collected, if anything; before another interface reports. */
void report_flush(struct proxy *, struct interface *);

#endif
