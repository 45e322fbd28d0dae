/* SPDX-License-Identifier: MIT */
/*
 * The records of the membership database: one struct membership per group, hanging from it one
 * struct group per downstream that has it, one struct subscription per upstream, and its (S,G)
 * routes. Sizes matter here: there may be a million groups.
 */
#ifndef PROTO_RECORD_H
#define PROTO_RECORD_H

#include "proto/base/source.h"
#include "proto/base/timer.h"

/* RFC 3376 section 6.2: what is wanted of a group. X are the sources whose timers run, Y the
 * others.
 */
struct filter_state {
	struct source_list sources;
	int64_t group_timer;
	uint32_t drawer; /* whose part of the reserve it takes: its slot, from 1; 0: nobody's */
	uint8_t filter_mode;
	uint8_t query_count; /* group-specific queries still to be sent */
};

/* A group on a downstream. */
struct group {
	struct timer timer; /* in its interface's heap, always; must come first */
	uint8_t vif;
	bool permanent;	    /* a static join: no record touches it */
	struct group *next; /* of the membership */
	struct membership *membership;
	struct tracking *tracking; /* NULL: its hosts are not tracked */
	struct filter_state state;
	int64_t v1_host_until, v2_host_until; /* older hosts present (section 7.3.2) */
	int64_t next_query; /* of query_count and the sources' retransmit; INT64_MAX: none */
};

/* A host that wants the group: what it wants, as if it were alone. */
struct reporter {
	struct addr address;
	struct filter_state state;
};

/* RFC 3376 appendix A.2: the hosts of a group. */
struct tracking {
	struct reporter **reporter; /* sorted by address */
	uint32_t count, capacity;
	int64_t valid_from; /* before, there may be hosts that are not among them */
};

/* Who has reported on a downstream. */
struct regular {
	struct addr address;
	int64_t since, heard; /* at first, and last */
	int64_t paid;	      /* regular.c's pay() */
	uint32_t drawn;	      /* groups, by this host or the one before in the slot */
};

/* RFC 3376 section 5: a group as the upstream's host part has it. */
struct subscription {
	struct timer timer; /* in its interface's heap, always; must come first */
	uint8_t filter_mode;
	uint8_t mode_retransmit; /* transmissions of TO_IN or TO_EX still to come */
	bool answer_whole;	 /* the pending answer is to a group-specific query */
	uint8_t vif;
	uint8_t answered_query;	   /* the last general one, by number: struct answer */
	struct subscription *next; /* of the membership, at another upstream */
	struct membership *membership;
	struct source_list sources;
	int64_t retransmit_at, answer_at; /* INT64_MAX: nothing to do */
};

/* An (S,G) route in the kernel. */
struct source_route {
	struct addr source;
	uint32_t outputs;
	uint8_t input;
	bool fresh; /* the kernel has not been told of it yet */
	bool dead;
	/* with per-source forwarding */
	bool contested;	  /* `mutex`: it comes by one of several upstreams */
	uint8_t origin;	  /* where its data come from; PROXY_VIFS: it is to end */
	uint8_t idle;	  /* readings in a row that found no packet */
	uint32_t packets; /* when the counter was last read */
};

/* A source_route, by name. */
struct flow {
	struct membership *membership;
	struct addr source;
};

struct membership {
	struct addr group;
	struct membership *hash_next, *next, *previous, *dirty_next;
	struct group *groups;
	struct subscription *subscriptions;
	struct source_route *route; /* sorted by source */
	uint32_t route_count;
	uint32_t outputs; /* of the (*,G) route, if installed */
	uint8_t root;	  /* its input */
	bool installed;
	bool dirty;
	bool local : 1;	  /* neither goes upstream nor comes from there, and is never forgotten */
	uint8_t shut : 6; /* VIF + 1 of the upstream from which a (*,G) of its own drops; 0: none */
	bool reinstall;	  /* the kernel has to be told again */
	bool relocate;	  /* where its sources are is to be looked up again */
	bool contested;	  /* a route is */
	bool incomplete;  /* for want of memory or room something was not done: the next report
			     tries again */
};

#endif
