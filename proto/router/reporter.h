/* SPDX-License-Identifier: MIT */
/*
 * Questions about the tracked hosts of a group, each of which has a filter state of its own: who
 * wants what (RFC 3376 section 6.3). Leaves out how they come to be known, which is tracking.h's.
 */
#ifndef PROTO_REPORTER_H
#define PROTO_REPORTER_H

#include "proto/state/record.h"

/* Does it want any source? */
bool reporter_wants_anything(const struct reporter *, int64_t now);
/* Are all hosts of the group among those that are tracked? NULL: no. */
bool reporter_all_known(const struct tracking *, int64_t now);
/* Does any of them want SOURCE? */
bool reporter_any_wants(const struct tracking *, int64_t now, const struct addr *source);
/* Is any of them in EXCLUDE mode? */
bool reporter_any_excludes(const struct tracking *, int64_t now);
/* Are the sources that hosts in INCLUDE mode want all among SOURCES, with timers that run? */
bool reporter_all_covered(const struct tracking *, int64_t now, const struct source_list *sources);
/* How many hosts want anything. */
uint32_t reporter_count(const struct tracking *, int64_t now);

#endif
