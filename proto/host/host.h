/* SPDX-License-Identifier: MIT */
/*
 * The host part of an upstream: when subscriptions change, what has to be repeated, compatibility
 * with older queriers (RFC 3376 sections 5.1 and 7.2; RFC 3810 sections 6.1 and 8.2; RFC 2236
 * section 6; RFC 2710 section 5); or the kernel is the host, and is told. Leaves out report
 * suppression, which no proxy needs: RFC 4541 has snooping switches send reports to routers only.
 */
#ifndef PROTO_HOST_H
#define PROTO_HOST_H

#include "proto/policy/merge.h"

/* It is new, or not in use: no querier is known, nothing is due. */
void host_reset(struct proxy *, struct interface *);
/* Its configuration was OLD. */
void host_configure(struct proxy *, struct interface *, int64_t now,
		    const struct proxy_interface_config *old);
/* The upstream can be used: announce all that is subscribed. */
void host_start(struct proxy *, struct interface *, int64_t now);
/* It cannot any more: nothing is pending. Who asks there is known still, unless it is gone. */
void host_stop(struct proxy *, struct interface *);
/* What is wanted of the membership is this now; reports the difference. */
void host_update(struct proxy *, struct interface *, struct membership *, int64_t now,
		 const struct merged *);
/* A proxy before this one has asked for the membership: if nobody wants it any more, that will be
 * reported. */
void host_adopt(struct interface *, struct membership *);
/* Leaves everything, reports it once, forgets it. */
void host_leave_all(struct proxy *, struct interface *, int64_t now);
/* A query was heard: notes the querier's version and values, schedules the answer (RFC 3376
 * section 5.2). One to our own address (section 4.1.12) is answered once a second at most, and
 * tells nothing of the link's querier: it may come from anywhere. False: it was one. */
bool host_query(struct proxy *, struct interface *, int64_t now, const struct packet *,
		struct message *);
/* When host_tick() has something to do, absolute; INT64_MAX: never. */
int64_t host_deadline(const struct interface *);
/* Does what is due, up to BUDGET subscriptions. */
void host_tick(struct proxy *, struct interface *, int64_t now, unsigned budget);
/* Forgets everything without a word. */
void host_free(struct proxy *, struct interface *);

#endif
