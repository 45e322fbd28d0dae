/* SPDX-License-Identifier: MIT */
/*
 * The router part of one downstream: startup and general queries, election, the querier's values
 * (RFC 3376 sections 6.1, 6.6 and 7.3.1; RFC 3810 sections 7.1, 7.6 and 8.3.1; RFC 9776
 * section 6.6.2: only a General Query elects), and the reports that come in. Owns the interface's
 * groups.
 */
#ifndef PROTO_QUERIER_H
#define PROTO_QUERIER_H

#include "proto/state/state.h"

/* Nobody asks there, and nothing is due. */
void querier_reset(struct interface *);
/* Frees what is not its groups'. */
void querier_free(struct interface *);
/* Its configuration was OLD. */
void querier_configure(struct proxy *, struct interface *, int64_t now,
		       const struct proxy_interface_config *old);
/* The interface can be used from now on, or again: become the querier, ask at once. */
void querier_start(struct proxy *, struct interface *, int64_t now);
/* Its address is another one: it starts anew, but for its groups. */
void querier_restart(struct proxy *, struct interface *, int64_t now);
/* It cannot be used yet, but a proxy before this one has groups there: they are held, if
 * they are to be. */
void querier_adopt(struct proxy *, struct interface *, int64_t now);
/* It cannot any more, and is not held (hold.h): all its groups end. */
void querier_stop(struct proxy *, struct interface *);
/* A message that the interface may act upon: a query of another querier, or a report. */
void querier_message(struct proxy *, struct interface *, int64_t now, const struct packet *,
		     struct message *);
/* When querier_tick() has something to do, absolute; INT64_MAX: never. */
int64_t querier_deadline(const struct interface *);
/* Does what is due, up to BUDGET groups. */
void querier_tick(struct proxy *, struct interface *, int64_t now, unsigned budget);

#endif
