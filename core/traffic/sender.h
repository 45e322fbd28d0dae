/* SPDX-License-Identifier: MIT */
/*
 * Sends test streams as an application would: UDP sockets, one packet to each group in turn, at
 * absolute deadlines, so that the rate does not drift. Owns: the sockets and the pace. Leaves out:
 * what the packets mean, which is stream.h.
 */
#ifndef CORE_SENDER_H
#define CORE_SENDER_H

#include "core/traffic/stream.h"

enum { SENDER_LENGTH_MAX = 65487 }; /* of a UDP payload over IPv4 and IPv6 */

struct sender_plan {
	const struct stream_range *ranges;
	unsigned range_count;
	unsigned ifindex; /* 0: the kernel picks by its routes */
	uint16_t port;
	struct addr source[2]; /* to send from, of IPv4 and of IPv6; any: the kernel picks */
	unsigned hops;	       /* TTL, hop limit */
	size_t length;	       /* of a payload, STREAM_HEADER to SENDER_LENGTH_MAX */
	uint64_t rate;	       /* packets a second in all, up to 10^9; 0: as fast as can be */
	uint64_t count;	       /* packets in all; 0: no end */
	int64_t duration;      /* ns; 0: no end */
};

struct sender_result {
	uint64_t sent, failed; /* packets; a failed one has had its number */
	int64_t elapsed;       /* ns, from the start to the last packet */
	int error;	       /* the last failure, -errno */
};

/* Runs until the plan is done or SIGINT or SIGTERM, which stay blocked, comes. 0, also if some
 * packets could not be sent; -errno if a socket could not be made or no packet at all could be
 * sent. */
int sender_run(const struct sender_plan *, struct sender_result *);

#endif
