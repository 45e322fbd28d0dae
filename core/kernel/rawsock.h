/* SPDX-License-Identifier: MIT */
/* IGMP and ICMPv6 raw sockets: packets in and out by interface index, Router Alert, joins on a
 * link. */
#ifndef CORE_RAWSOCK_H
#define CORE_RAWSOCK_H

#include <stddef.h>

#include "proto/proxy.h"

/* What a socket yields: a message, a multicast routing upcall, or something to be counted as
 * dropped. */
struct rawsock_event {
	enum { RAWSOCK_PACKET, RAWSOCK_UPCALL, RAWSOCK_DROP } type;
	unsigned ifindex;     /* of packet and drop; an upcall has its VIF in upcall.vif */
	struct packet packet; /* vif not set */
	struct upcall upcall;
	enum counter drop;
};

/* Opens what rawsock_send() needs for sources that are not the interface's, for this process and
 * those that it forks, which may lack the right. */
void rawsock_prepare(void);
/* A non-blocking raw socket of the protocol with all options set (packet info, Router Alert on what
 * is sent, TTL 1, TOS 0xc0 / traffic class 0xc0, no loopback, ICMPv6 filter, receive buffer of
 * BUFFER bytes as far as allowed). Returns the descriptor or -errno. */
int rawsock_open(enum protocol, int buffer);
/* Lets in what this program knows, through a socket that an older one has opened. 0 or -errno. */
int rawsock_admit(int fd, enum protocol);
enum { RAWSOCK_INTERFACES = 64 };

/* Lets in upcalls and what arrives at COUNT interfaces, RAWSOCK_INTERFACES at most: the socket does
 * not wake up for others any more. What was let in by an earlier call is queued still, or not at
 * all; nothing is lost that both let in. A packet that arrives at an interface of a VRF has here
 * the index of the VRF, so give both (struct iface's master). 0 or -errno: as before; EINVAL too
 * many. */
int rawsock_filter(int fd, enum protocol, const unsigned *ifindex, unsigned count);
/* Reads what waits, CONFIG_RECEIVE_BATCH packets at most, and calls event() for each. Returns how
 * many, or -errno (-EAGAIN: none). */
int rawsock_receive(int fd, enum protocol, void (*event)(void *ctx, const struct rawsock_event *),
		    void *ctx);
/* Sends an IGMP or ICMPv6 message out of the interface. SRC any: from 0.0.0.0 or ::. 0 or -errno.
 */
int rawsock_send(int fd, enum protocol, unsigned ifindex, const struct addr *src,
		 const struct addr *dst, const uint8_t *msg, size_t length);
/* Joins what a router must hear on a downstream (224.0.0.2, 224.0.0.22 and 224.0.0.106; ff02::2,
 * ff02::16 and ff02::6a) by a socket of its own (igmp_max_memberships counts per socket). Returns
 * that socket, to be closed when the interface goes, or -errno. */
int rawsock_join_routers(enum protocol, unsigned ifindex);
/* Leaves them at once, whoever else has that socket open (-1: none). What the kernel has forgotten
 * could else be left later, when it has been joined again by another one. */
void rawsock_leave_routers(int fd, enum protocol, unsigned ifindex);

#endif
