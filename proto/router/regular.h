/* SPDX-License-Identifier: MIT */
/*
 * Who reports on a downstream (RFC 3376 section 9.2): how many reports a host may send, and which
 * hosts are regulars, that is, have gone on reporting. All others are strangers and may be forged,
 * any number of them. A part of the limits of groups and sources, the reserve, is none of theirs:
 * when the rest is used up, each regular may draw groups from it, as many as each place in the
 * table has; so a regular finds room, whatever strangers and other regulars say. No stranger takes
 * a regular's place. 0.0.0.0 may be anybody: always a stranger, and not counted.
 */
#ifndef PROTO_REGULAR_H
#define PROTO_REGULAR_H

#include "proto/router/limits.h"

/* A message with COUNT reports has come: tells the hearing who its reporter is. False: they are
 * more than max_reports allows. */
bool regular_hear(struct proxy *, struct interface *, struct hearing *, unsigned count);

#endif
