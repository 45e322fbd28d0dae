/* SPDX-License-Identifier: MIT */
/*
 * What the router part and the host part of an interface share: its state, the values in force,
 * sending, and looking up where a source is. Leaves out when it starts and stops, which is
 * setup.c's.
 */
#ifndef PROTO_INTERFACE_H
#define PROTO_INTERFACE_H

#include "proto/state/state.h"

/* Takes the state over. 1: it has other prefixes than before; 0: the same; -1: for want of memory
 * the old ones, which is counted. */
int interface_set_state(struct interface *, const struct interface_state *);
/* The same state as of FROM. False: no memory for its prefixes. */
bool interface_copy_state(struct interface *, const struct interface *from);
/* The groups of a downstream are those in its heap: number N of timers.count. */
static inline struct group *interface_group(const struct interface *i, uint32_t n)
{
	return (struct group *)(void *)i->timers.slot[n].timer;
}

/* Starts a message of as many bytes as the interface's MTU allows; the one before has been sent. */
struct message_writer *interface_start(struct proxy *, struct interface *);
/* Finishes, sends and counts the message, if anything is written. */
void interface_send(struct proxy *, struct interface *, enum counter);
/* Sends a query without sources. GROUP any: a general one. */
void interface_query(struct proxy *, struct interface *, const struct addr *group, bool suppress,
		     int32_t max_response_time);
/* Another querier has these values, which hold from now on; for what is 0, what is configured does
 * (RFC 3376 sections 4.1.6 and 4.1.7). */
void interface_heed(struct interface *, uint8_t robustness, int32_t query_interval);
/* How long a membership lasts: as the querier has it, but no shorter than is configured. */
int64_t interface_membership_interval(const struct interface *);
/* Is ADDRESS on one of the interface's subnets? Length of that prefix, or -1. */
int interface_subnet(const struct interface *, const struct addr *address);
/* Is ADDRESS one of the interface's own, also one that it does not send from? */
bool interface_is_own(const struct interface *, const struct addr *address);
/* The VIF whose subnet ADDRESS is on; PROXY_VIFS: none, or one where somebody else forwards, or it
 * is link-local, which may be on any. */
unsigned interface_on_link(const struct proxy *, const struct addr *address);
/* Numerically lower: IPv4 addresses; the interface identifiers of link-local addresses (RFC 3810
 * section 7.6.2). */
static inline bool interface_is_lower(const struct addr *a, const struct addr *b)
{
	return memcmp(a->byte + 8, b->byte + 8, 8) < 0;
}
/* Is the interface's address above that of OTHER, who so goes first on the link? */
static inline bool interface_is_above(const struct interface *i, const struct addr *other)
{
	return interface_is_lower(other, &i->address);
}
/* Does the instance forward to this downstream, and from it? */
static inline bool interface_forwards(const struct interface *i)
{
	return i->forwarder.forwards;
}
/* Do queries there name sources, and have the S flag? Not in an older version (RFC 3376 section
 * 7.3.1). */
static inline bool interface_names_sources(const struct interface *i)
{
	return !message_is_old(i->values.version);
}
/* Is GROUP in the ranges that are configured for SSM (RFC 4607)? */
bool interface_is_ssm(const struct proxy *, const struct addr *group);

#endif
