/* SPDX-License-Identifier: MIT */
/*
 * Explicit tracking: which host wants what of a group (RFC 3376 appendix A.2, RFC 6636 section 3),
 * so that a leave needs no query. What a host wants is kept as if it were the only member of a
 * group, by the same tables and timers. Hosts of older versions, of which one speaks for all, and
 * those without an address are not tracked: then, and when there is no room, the group's hosts are
 * not all known, and have to be asked, for as long as the unknown one may be a member.
 */
#ifndef PROTO_TRACKING_H
#define PROTO_TRACKING_H

#include "proto/router/limits.h"

/* GROUP is new, its hosts are to be tracked; without memory they are not. */
void tracking_start(struct interface *, struct group *);
void tracking_stop(struct interface *, struct group *);
/* The reporter sent RECORD about the group (section 4.2.12). */
void tracking_record(struct interface *, struct group *, const struct hearing *,
		     const struct record *);
/* Somebody wants the group who is not tracked. */
void tracking_invalidate(struct interface *, struct group *, int64_t now);

#endif
