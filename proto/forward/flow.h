/* SPDX-License-Identifier: MIT */
/*
 * Per-source forwarding, where routes cannot be a function of the memberships: each (S,G) that
 * appears is an upcall, and gets a route of its own, without outputs if nobody wants it. What
 * follows from memberships, filters and interfaces is brought up to date at once; what is no longer
 * used ends. With `mutex` the upstream at which S came first is the only one that it comes from,
 * until it falls silent.
 */
#ifndef PROTO_FLOW_H
#define PROTO_FLOW_H

#include "proto/state/state.h"

/* An upcall of the kernel: a new (S,G), or one that came in elsewhere than expected. False: it gets
 * no route. With wildcard routes there are none but from before these were there; the kernel, which
 * asks once in 10 s, gets its answer all the same. */
bool flow_upcall(struct proxy *, int64_t now, const struct upcall *);
/* Sees to what is new or comes elsewhere, each by itself: a group may have very many sources. */
void flow_settle(struct proxy *, int64_t now);
/* Where the membership's routes have their input now; before anything is reported upstream. */
void flow_find_origins(struct proxy *, struct membership *, int64_t now);
/* Tells the kernel what has changed of them. */
void flow_update(struct proxy *, struct membership *);
/* It is new; it ends. */
void flow_init(struct proxy *);
void flow_free(struct proxy *);
/* From now on it is forwarded as forwarding.mode says: what is routed is taken over. */
void flow_switch(struct proxy *);
/* When flow_tick() has something to do, absolute; INT64_MAX: never. */
int64_t flow_deadline(const struct proxy *);
/* Reads the kernel's counters: ends what is idle or, with `mutex`, silent. */
void flow_tick(struct proxy *, int64_t now);
/* The membership is about to be freed. */
void flow_forget(struct proxy *, struct membership *);

#endif
