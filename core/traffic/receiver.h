/* SPDX-License-Identifier: MIT */
/*
 * Memberships and packets as an application has them: UDP sockets bound to a port, joined by the
 * protocol-independent API of RFC 3678 (section 5.1), so that the kernel's own host side speaks
 * IGMP and MLD. Owns: as many sockets as the kernel's limits for one socket demand, and which group
 * is on which. Leaves out: interfaces that vanish, with which the kernel forgets what was joined
 * there.
 */
#ifndef CORE_RECEIVER_H
#define CORE_RECEIVER_H

#include "core/base/loop.h"
#include "core/traffic/stream.h"

struct receiver_socket;

struct receiver {
	struct loop *loop;
	unsigned ifindex; /* 0: the kernel picks by its routes */
	uint16_t port;
	/* Called for each packet. */
	void (*packet)(void *ctx, const struct addr *group, const struct stream_packet *);
	void *ctx;
	/* No more than so many packets are read at once; packet() may count it down, to 0. */
	uint64_t wanted;
	struct receiver_socket *sockets;
};

/* One group; all zero: not joined. */
struct receiver_membership {
	struct receiver_socket *socket; /* the last one that held it */
	bool joined;
	unsigned sources; /* of an include list; 0: joined for all but the blocked ones */
};

enum receiver_change {
	RECEIVER_JOIN,	/* all sources; with a source: add it to the include list */
	RECEIVER_LEAVE, /* all; with a source: take it from the include list */
	RECEIVER_BLOCK, /* one source of a group joined for all */
	RECEIVER_UNBLOCK
};

/* Lets the process open as many descriptors as it may. */
void receiver_raise_limits(void);
/* SOURCE any: none. 0 or -errno: -ENOBUFS more sources than the kernel allows for one filter,
 * -EADDRNOTAVAIL no such membership or source, -EADDRINUSE joined already, -EINVAL an include list
 * where all were joined or the other way round. */
int receiver_change(struct receiver *, struct receiver_membership *, enum receiver_change,
		    const struct addr *group, const struct addr *source);
/* Reads what waits in all sockets, without blocking. */
void receiver_drain(struct receiver *);
/* Packets that the kernel dropped because a socket's buffer was full. */
uint64_t receiver_dropped(const struct receiver *);
/* Closes all sockets, which leaves all groups. */
void receiver_close(struct receiver *);

#endif
