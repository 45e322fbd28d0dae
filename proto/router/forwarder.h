/* SPDX-License-Identifier: MIT */
/*
 * Who forwards on a downstream, which is another question than who asks there (querier.h): most
 * other queriers are switches, which forward nothing. It is put to those who show that they
 * forward, by Multicast Router Discovery (RFC 4286): the lowest address does, and whoever stops
 * goes on until the other one can have heard all members. Until nobody else has been heard for as
 * long as another querier may be silent, others may be there. Whose upstreams all cannot be used
 * says that it has ended, and leaves the link to whoever shows up. Where our own kernel receives,
 * what it gives back to itself would be forwarded by wildcard routes: that is like another. With
 * `querier always` nothing of this is believed, as where peers share a link (RFC 7287). Owns the
 * answer, which all read by interface_forwards().
 */
#ifndef PROTO_FORWARDER_H
#define PROTO_FORWARDER_H

#include "proto/packet/message.h"
#include "proto/state/state.h"

/* Nothing is known, and nothing due. */
void forwarder_reset(struct interface *);
/* The interface can be used from now on. Another router that forwarded a moment ago is remembered
 * for 5 s, in which it has to say so again. */
void forwarder_start(struct proxy *, struct interface *, int64_t now);
/* Its address, or what it may believe, is another. */
void forwarder_restart(struct proxy *, struct interface *, int64_t now);
/* An upstream can be used from now on, or cannot any more. Whoever has the link meanwhile is asked
 * for a sign, upon which it is ours again. */
void forwarder_upstream(struct proxy *, int64_t now);
/* A proxy before us forwarded there; now it cannot be used, for a while. */
void forwarder_hold(struct proxy *, struct interface *);
/* It cannot be used any more, and is not held (hold.h). */
void forwarder_stop(struct proxy *, struct interface *);
/* We end: says so, where we forward (RFC 4286 section 3.3). */
void forwarder_end(struct proxy *, struct interface *);
/* A proxy before us had this wildcard route, and so its links to itself, but for those where it
 * dropped what comes in. */
void forwarder_adopt(struct proxy *, int64_t now, const struct route *);
/* Somebody else asks there, who may forward. */
void forwarder_query(struct proxy *, struct interface *, int64_t now, const struct addr *source,
		     const struct message *);
/* A message of RFC 4286, of somebody else. */
void forwarder_message(struct proxy *, struct interface *, int64_t now, const struct addr *source,
		       const struct message *);
/* Data that we take from an upstream have come in there, too: somebody else has put them there. */
void forwarder_data(struct proxy *, struct interface *, int64_t now);
/* Our own kernel has asked for a group there: what we forward to the link comes back from it. */
void forwarder_own(struct proxy *, struct interface *, int64_t now);
/* When forwarder_tick() has something to do, absolute; INT64_MAX: never. */
int64_t forwarder_deadline(const struct interface *);
/* Does what is due. True: we have taken over from somebody, and members have to be asked. */
bool forwarder_tick(struct proxy *, struct interface *, int64_t now);
/* For status. */
enum proxy_forwarder forwarder_state(const struct interface *);
/* Who else forwards; any: nobody, or unknown. Of one that says nothing of it only the packets are
 * known, and it is guessed: who has asked last. */
const struct addr *forwarder_other(const struct interface *);
bool forwarder_is_guessed(const struct interface *);

#endif
