/* SPDX-License-Identifier: MIT */
/* Ranges of groups that are joined, and what came for each group. Owns: which group a packet is
 * for. The sockets are receiver.h's, the counting is stream.h's. */
#ifndef CORE_LISTENER_H
#define CORE_LISTENER_H

#include "core/traffic/receiver.h"

enum { LISTENER_RANGES = 256 };

struct listener_group {
	struct stream_group stream;
	struct receiver_membership membership;
	int64_t joined;	     /* ns */
	int64_t first_delay; /* ns, from the join to the first packet after it; -1: none yet */
};

struct listener_range {
	struct stream_range groups;
	struct listener_group *group; /* one for each */
};

/* All zero, but for what is the caller's to set: RECEIVER, STREAM_ROOM (stream_group_add()) and
 * PER_GROUP, the packets that a group is to get. */
struct listener {
	struct receiver receiver;
	uint64_t per_group;
	struct listener_range range[LISTENER_RANGES];
	unsigned range_count;
	uint64_t groups, satisfied; /* how many there are; how many of them got what they want */
	unsigned stream_room;
	uint64_t strays; /* packets to none of the groups */
};

/* receiver.packet, with CTX the struct listener. */
void listener_packet(void *ctx, const struct addr *group, const struct stream_packet *);
/* receiver_change() for each group of a range; ends at the first error, whose group is put into
 * FAILED. -EEXIST: some of the groups are another range's, -ENOSPC, -ENOMEM. */
int listener_change(struct listener *, const struct stream_range *groups, enum receiver_change,
		    const struct addr *source, struct addr *failed);
/* Leaves all groups. */
void listener_close(struct listener *);

#endif
