/* SPDX-License-Identifier: MIT */
/*
 * What a proxy instance remembers besides the records of its groups (record.h); private to proto/.
 * A struct interface, one for each side that is configured, owns timers, not groups.
 */
#ifndef PROTO_STATE_H
#define PROTO_STATE_H

#include "proto/base/config.h"
#include "proto/base/counter.h"
#include "proto/base/event.h"
#include "proto/packet/message.h"
#include "proto/state/record.h"
#include "proto/state/walk.h"

/* The router part of a downstream (RFC 3376 section 6): written by router/ only. */
struct router {
	bool querier;
	bool static_missing;  /* a static join has found no memory */
	uint8_t startup_left; /* general queries */
	uint8_t urgent_left;  /* of these that hosts are to answer at once */
	/* of all groups that hosts made, and of the hosts that are tracked */
	uint32_t source_count;
	int64_t held_until; /* without address or carrier; 0: it is not held */
	int64_t next_general_query;
	int64_t other_querier_until;
	struct addr other_querier; /* any: nobody */
	int64_t last_general_query;
	int64_t confirmed_by;		      /* what was held before, by hosts: hold.c's */
	int64_t tracking_from;		      /* by then all hosts have been heard of */
	uint32_t drawn_groups, drawn_sources; /* the latter are not in source_count */
	struct parting *parting;	      /* parting.c's */
	uint32_t parting_count;
	struct regular *regular; /* a hash table */
	uint32_t regular_capacity;
};

/* Who forwards on a downstream: forwarder.c's. */
struct forwarder {
	bool forwards;	 /* we do ... */
	bool alone;	 /* ... and nobody else does */
	bool solicits;	 /* who else is there is to be asked */
	uint8_t initial; /* advertisements that are still to come soon after one another */
	struct addr
		other; /* of those who show that they forward the lowest; any: nobody, or unknown */
	int64_t other_until, shared_until, yield_at; /* INT64_MAX: never */
	int64_t say_at, hurried_at;
	int64_t started_at, began_at; /* the link came up; we began to forward last */
	struct addr asker;	      /* who else has asked last, of the link's subnets */
	int64_t data_until; /* somebody else's have come in a moment ago; INT64_MAX: not */
	int64_t own_until;  /* our own kernel receives there */
};

/* The answer to General Queries while it is on its way (RFC 3376 section 5.2): answer.c's. */
struct answer {
	struct proxy_walk walk; /* to the end of what it has to tell */
	uint8_t query;		/* the last one's number: who has answered it is passed over */
	bool running;
	bool restart;  /* a query came on the way: from the beginning, once more */
	bool begun;    /* since the last query */
	uint32_t left; /* about how many subscriptions are still to be told */
	int64_t next_at, end;
};

/* The host part of an upstream (RFC 3376 section 5): host.c's. */
struct host {
	uint8_t version; /* spoken now */
	int64_t v1_querier_until, v2_querier_until;
	struct addr querier;   /* who sent the last General Query; any: nobody */
	int64_t unicast_again; /* before, no query to our own address is answered */
	int64_t next_unsolicited;
	struct answer answer;
};

/* The message that is being written: interface.c's. */
struct sending {
	struct message_writer writer;
	uint8_t buffer[1500];
};

/* The membership database (RFC 4605 section 4.1): membership.c's. */
struct database {
	struct membership *first, *dirty, **bucket;
	uint32_t bucket_count, bucket_capacity;
	uint32_t count, held; /* memberships; those of any downstream */
	struct membership *last, *dirty_last;
	struct proxy_walk *walks;
	bool starved; /* memory was short in this turn */
};

/* What the kernel forwards: forward.c's, the (S,G) routes and TREE_CHANGED route.c's. */
struct forwarding {
	enum proxy_forwarding mode;
	uint32_t present;    /* VIFs that exist */
	uint32_t covered;    /* VIFs that the routes in the kernel were made for */
	unsigned way_up;     /* for data: the upstream, if it lets them out; PROXY_VIFS: none */
	uint32_t tree;	     /* outputs of (*,*) */
	unsigned tree_input; /* ... where it leads */
	bool tree_changed;   /* it is to be brought up to date */
	uint32_t sinks;	     /* VIFs with a (*,*) of their own that drops */
	/* input of (*,G) routes: the upstream, else any VIF; PROXY_VIFS: none exists */
	unsigned root;
	uint32_t route_count, group_route_count;
	bool crowded; /* there was no room for a route */
};

/* Per-source forwarding: flow.c's. */
struct flows {
	bool sweeping, crowded;
	unsigned moved_count;
	struct proxy_walk sweep;     /* to the end of the routes whose counters are to be read */
	int64_t sweep_at, swept_at;  /* INT64_MAX: there are none */
	struct membership **contest; /* those with contested routes */
	uint32_t contest_count, contested_routes;
	int64_t poll_at;       /* INT64_MAX: there are none */
	struct flow moved[32]; /* what is new or comes elsewhere, in this turn; further ones touch
				  all of their membership */
};

/* Routes in the kernel from an earlier proxy, but none of ours: adopt.c's. */
struct strays {
	struct route *route;
	uint32_t count, capacity;
};

/* Of no meaning between calls: merge.c's. */
struct scratch {
	struct addr *source;
	size_t capacity;
};

/* Members that code names often come first: their offsets are a byte in the machine's code. */
struct interface {
	const struct proxy_interface_config *config;
	uint8_t vif;
	bool exists, up;
	bool active;  /* the protocol runs on it */
	uint32_t own; /* bit n: the address of prefix n is one of ours */
	struct addr address;
	struct timer_heap timers; /* of its groups or subscriptions */
	struct values values; /* in force: robustness and interval as another querier has them */
	struct router router;
	struct forwarder forwarder;
	struct host host;
	struct prefix *prefix;
	size_t prefix_count;
	unsigned mtu;
	struct values configured; /* complete; the version as message.h numbers it */
	uint8_t heard_robustness; /* of another querier; 0: nothing */
	int32_t heard_query_interval;
	struct counters counters;
};

struct proxy {
	const struct proxy_config *config;
	const struct proxy_out *out;
	void *ctx;
	enum protocol protocol;
	unsigned upstream; /* the first one; PROXY_VIFS: none */
	struct addr any;   /* 0.0.0.0 or :: */
	struct forwarding forwarding;
	struct database database;
	bool plain;	  /* no filters, no several upstreams: policy_is_plain() */
	int64_t retry_at; /* what was left undone for want of memory; INT64_MAX: nothing was */
	uint64_t random;
	uint32_t hash_seed;
	struct strays strays;
	struct scratch scratch;
	struct interface *interface[PROXY_ENTRIES]; /* as in the configuration */
	struct interface *router[PROXY_VIFS];	    /* downstreams, by their VIF (RFC 4605) */
	struct interface *host[PROXY_VIFS];	    /* upstreams */
	struct flows flows;
	int64_t repeat_at; /* of reports that leave now, all together; 0: not drawn: report.c's */
	struct sending sending;
	/* Behind all else: few pages of it are touched but for a message of its size. */
	struct addr source[MESSAGE_SOURCES];
};

#endif
