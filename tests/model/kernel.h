/* SPDX-License-Identifier: MIT */
/*
 * The multicast routes of Linux, and what it makes of a packet by them (ipmr.c): where it goes,
 * what is counted, when the kernel asks. mcproxy has MRT_PIM on. "Any" is one address here, all
 * zeros, however it was spelt.
 */
#ifndef TESTS_MODEL_KERNEL_H
#define TESTS_MODEL_KERNEL_H

#include "proto/proxy.h"
#include "tests/model/list.h"

struct kernel_route {
	struct route route;
	uint64_t packets;
	int64_t used;	  /* when it was made, or the last packet took it */
	int64_t asserted; /* when the kernel last asked about a packet from elsewhere */
};

struct kernel {
	struct kernel_route *route;
	unsigned route_count, route_room;
	/* Packets that wait for a route, and others of the same kind behind them. */
	struct kernel_waiting {
		struct addr source, group;
		int64_t until;
	} * waiting;
	unsigned waiting_count, waiting_room;
};

struct route kernel_plain(const struct route *);
/* INPUT tells (*,G) and (*,*) apart; PROXY_VIFS: any. NULL: there is none. */
struct kernel_route *kernel_find(const struct kernel *, const struct addr *source,
				 const struct addr *group, unsigned input);
/* The route is made, changed or removed; false: what is removed is not there. */
bool kernel_tell(struct kernel *, int64_t now, const struct route *);
/* The interfaces to which a packet would be forwarded. */
uint32_t kernel_lookup(const struct kernel *, unsigned vif, const struct addr *source,
		       const struct addr *group);
/* What becomes of a packet that has no route, or is expected elsewhere: the kernel asks. */
enum misrouted { WELL_ROUTED, UNROUTED, ASKED_ABOUT, DROPPED };
/* A packet comes in: it is counted, and maybe waits from now on. Returns where it goes. */
uint32_t kernel_receive(struct kernel *, int64_t now, unsigned vif, const struct addr *source,
			const struct addr *group, enum misrouted *);
/* It is not to wait. */
void kernel_refuse(struct kernel *, const struct addr *source, const struct addr *group);
void kernel_free(struct kernel *);

#endif
