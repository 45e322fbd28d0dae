/* SPDX-License-Identifier: MIT */
/*
 * A test stream: what mcproxy-send puts into its packets and what mcproxy-join makes of them. Owns
 * the payload header, ranges of groups, and the count of what was lost (RFC 7680), duplicated (RFC
 * 5560) and reordered (RFC 4737 section 3.3: its number is below one that came before). Pure: no
 * socket, no clock. Leaves out: delays between machines, whose clocks are not compared.
 */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include <stddef.h>

#include "proto/base/addr.h"

enum {
	STREAM_HEADER = 24,
	STREAM_WINDOW = 1024,  /* how far back a packet is told from its duplicate */
	STREAM_PER_GROUP = 64, /* streams with sequence analysis */
	STREAM_GROUPS = 1 << 20
};

/* COUNT consecutive groups, all of them multicast addresses of one family. */
struct stream_range {
	struct addr first;
	uint32_t count;
};

/* The first bytes of a payload, in network order: "mcp1", ID (one run of the sender), SEQUENCE of
 * the packet within its group, from 0, below 2^63, and SENT, nanoseconds of CLOCK_MONOTONIC. */
struct stream_header {
	uint32_t id;
	uint64_t sequence;
	int64_t sent;
};

/* Which of the last STREAM_WINDOW sequence numbers have come. All zero: none yet. */
struct stream_window {
	uint64_t first, next; /* the lowest that came; the highest, and one */
	uint64_t seen[STREAM_WINDOW / 64];
};

struct stream_counts {
	uint64_t received, bytes; /* packets of any kind, UDP payload */
	uint64_t foreign;	  /* of these without the header: nothing below speaks of them */
	uint64_t untracked;	  /* of these of a stream beyond the limits: same */
	uint64_t lost, duplicated, reordered;
	/* One-way delays of packets whose clock is ours, ns. */
	uint64_t timed, delay_sum;
	int64_t delay_min, delay_max;
	int64_t first, last; /* arrivals, ns */
};

/* All zero: nothing came yet. */
struct stream_group {
	struct stream_counts counts;
	struct stream *streams;
	unsigned stream_count;
};

struct stream_packet {
	struct addr source;
	const uint8_t *payload; /* its first HELD bytes */
	size_t held, length;	/* length: as it was sent */
	int64_t arrival;	/* ns of CLOCK_MONOTONIC */
};

/* GROUP or GROUP+COUNT, COUNT at most STREAM_GROUPS. The result is written on success only. */
bool stream_to_range(const char *, struct stream_range *);
struct addr stream_range_at(const struct stream_range *, uint32_t index);
/* Where the group stands in the range; its count if it does not. */
uint32_t stream_range_find(const struct stream_range *, const struct addr *group);

void stream_put_header(const struct stream_header *, uint8_t payload[STREAM_HEADER]);
/* False: not one of ours. */
bool stream_get_header(const uint8_t *payload, size_t held, struct stream_header *);

/* Accounts for one packet. A number that leaves a gap counts the gap as lost until its packets
 * come; a packet more than STREAM_WINDOW behind the highest number counts as reordered and stays
 * lost. */
void stream_window_add(struct stream_window *, uint64_t sequence, struct stream_counts *);

/* Counts PACKET, by source and stream id. ROOM: how many streams may still be added in all. */
void stream_group_add(struct stream_group *, const struct stream_packet *, unsigned *room);
void stream_group_clear(struct stream_group *);
/* Adds COUNTS to TOTAL. */
void stream_counts_add(struct stream_counts *total, const struct stream_counts *);

#endif
