/* SPDX-License-Identifier: MIT */
/*
 * One proxy instance for one protocol (IGMP or MLD), RFC 4605: packets, interface events and the
 * time go in; packets and kernel routes come out through callbacks. No socket, clock, log or
 * global.
 *
 * Times are absolute milliseconds of any clock that never goes back. Nothing is sent and no route
 * is told but from within proxy_interface(), proxy_reconfigure(), proxy_tick() and
 * proxy_shutdown(), so that all changes of one turn of the caller's loop leave together; after
 * proxy_packet() and proxy_upcall() proxy_deadline() is in the past if there is something to do.
 * What it is doing: status.h.
 */
#ifndef PROTO_PROXY_H
#define PROTO_PROXY_H

#include "proto/base/config.h"
#include "proto/base/counter.h"
#include "proto/base/event.h"

struct proxy;

/* NULL if there is no memory. CONFIG and what it points to must outlive the proxy, OUT too. All
 * interfaces are down at first. SEED: randomness for report delays and the hash table. */
struct proxy *proxy_new(const struct proxy_config *, const struct proxy_out *, void *ctx,
			uint64_t seed);
/* With ENABLE_RELOAD: from now on CONFIG is to hold; the old one is not needed afterwards. An entry
 * is the same as before if its VIF and its side are (and kernel_host); what is the same, and what
 * hosts want there, stays; upstreams that are gone are left. The state of VIFs that are new is to
 * be told. False: no memory, nothing has changed. */
bool proxy_reconfigure(struct proxy *, int64_t now, const struct proxy_config *);
/* Frees it, without a word to anyone. */
void proxy_free(struct proxy *);
/* Leaves every group upstream (RFC 3376 section 5.1) and removes all routes, at once; only
 * proxy_free() may follow. */
void proxy_shutdown(struct proxy *, int64_t now);
/* Tells the state of an interface; the same state again is no event. False: for want of memory its
 * prefixes are not taken in, and it is to be told again. */
bool proxy_interface(struct proxy *, int64_t now, const struct interface_state *);
/* With ENABLE_PRIVSEP: the kernel has this route from a proxy before this one, which is gone and
 * whose VIFs had the same numbers. Whoever it leads to is taken for a member that has just
 * reported, whose membership lasts no longer than the startup queries and their answers take, and a
 * second more; where somebody else asks, a group membership interval (RFC 3376 section 8.4). The
 * first proxy_tick() then tells of no route that is right already, and removes those that nobody
 * wants. To be called after proxy_new(), proxy_interface() and what is said of proxy_packet(),
 * before anything else happens to the proxy; all wildcard routes before the first (S,G). False: no
 * memory; the same may be tried again, or the caller removes the route. */
bool proxy_adopt(struct proxy *, int64_t now, const struct route *);
/* A message that came in by packet->vif, a VIF of the configuration (RFC 3376 section 4, RFC 3810
 * section 5). Whatever is wrong with it is counted; its data is not needed afterwards. With
 * ENABLE_PRIVSEP: the version of a General Query that holds for a while, as it elects a querier or
 * tells which version to speak; else 0. A proxy in the place of this one is to be told of the last
 * one of each version between proxy_interface() and proxy_adopt(), NOW being when it came. */
unsigned proxy_packet(struct proxy *, int64_t now, const struct packet *);
/* The kernel asks about a packet. With wildcard routes NOCACHE needs no answer. False: there is no
 * room for a route; the kernel waits for one in vain, and with it the next ones that it asks about.
 */
bool proxy_upcall(struct proxy *, int64_t now, const struct upcall *);
/* The kernel refused a route: what it has to have for the route's source, group and input by now;
 * fills in the rest. */
void proxy_wanted_route(const struct proxy *, struct route *);
/* The kernel has lost its routes: all are told again. */
void proxy_reinstall(struct proxy *);
/* Counts a packet that the caller could not hand over (too long, no IP header). */
void proxy_drop(struct proxy *, unsigned vif, enum counter);
/* When proxy_tick() is wanted next; INT64_MAX: never. */
int64_t proxy_deadline(const struct proxy *);
/* Runs the timers that are due at NOW (of very many the first, then proxy_deadline() is in the
 * past), sends all reports of the turn in as few packets as the MTU allows, then sets the routes
 * that changed. */
void proxy_tick(struct proxy *, int64_t now);

#endif
