/* SPDX-License-Identifier: MIT */
/*
 * One group on one downstream: the tables of RFC 3376 section 6.4 (RFC 3810 section 7.4), source
 * and group timers (6.2, 6.3, 6.5), compatibility with older hosts (7.3.2; RFC 3810 section 8.3.2),
 * and its specific queries (6.6.3). Every change touches the membership; what follows from it is
 * merge.h's matter.
 */
#ifndef PROTO_GROUP_H
#define PROTO_GROUP_H

#include "proto/router/limits.h"

/* A group record meets the interface's state of its group, which it may create or end; it may be
 * changed. OLD: as an IS_EX, a report of this version, which names no sources (RFC 3376 section
 * 7.3.2), or a join in version 3 that is heard as one; 0: a record that may name some. */
void group_report(struct proxy *, struct interface *, const struct hearing *, struct record *,
		  uint8_t old);
/* A record of a version 3 report. Where an older version is configured it joins or leaves the group
 * as a whole. */
void group_record(struct proxy *, struct interface *, const struct hearing *, struct record *);
/* A leave (or Done), as a TO_IN of nothing. */
void group_leave(struct proxy *, struct interface *, const struct hearing *, struct record *);
/* What RECORD, an IS_EX or ALLOW, asks for was held before the proxy started; so it is until then.
 * False: no memory, which is counted. */
bool group_adopt(struct proxy *, struct interface *, int64_t now, int64_t until,
		 const struct record *);
/* A specific query without S flag was heard: timers go down to UNTIL (RFC 3376 section 6.6.1). */
void group_query_heard(struct proxy *, struct interface *, int64_t until, const struct record *);
/* Makes the memberships that the interface's configuration lists, as far as there is memory. */
void group_join_static(struct proxy *, struct interface *);
/* The list has changed. */
void group_renew_static(struct proxy *, struct interface *);
/* Expires what is due and sends queries; then sets the timer anew, or deletes the group. */
void group_run(struct proxy *, struct interface *, struct group *, int64_t now);
void group_delete(struct proxy *, struct interface *, struct group *);
/* Compatibility mode: 1, 2 or 3. */
uint8_t group_version(const struct group *, int64_t now);

#endif
