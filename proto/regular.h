/* SPDX-License-Identifier: MIT */
/*
 * Who reports on a downstream (RFC 3376 section 9.2): how many reports a host may send, and which
 * hosts are regulars, that is, have gone on reporting. All others are strangers and may be forged,
 * any number of them; they share a part of the limits, so that a regular finds room whatever they
 * say. No stranger takes a regular's place. 0.0.0.0 may be anybody: always a stranger, and not
 * counted. Leaves out: what the limits are of.
 */
#ifndef PROTO_REGULAR_H
#define PROTO_REGULAR_H

#include "state.h"

/* A message with COUNT reports has come from ADDRESS, who is the reporter until the next call.
 * False: they are more than max_reports allows. */
bool regular_hear(struct proxy *, struct interface *, int64_t now, const struct addr *address,
		  unsigned count);

#endif
