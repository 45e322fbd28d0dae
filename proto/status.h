/* SPDX-License-Identifier: MIT */
/* What a proxy instance is doing and remembers, read-only, for those who ask. */
#ifndef PROTO_STATUS_H
#define PROTO_STATUS_H

#include "proto/base/config.h"
#include "proto/base/counter.h"
#include "proto/base/event.h"
#include "proto/state/walk.h"

struct proxy;

enum proxy_forwarding proxy_forwarding(const struct proxy *);

struct proxy_interface_status {
	unsigned vif;
	bool upstream, up;
	bool held;		   /* downstream: not up, but what hosts want is kept */
	bool querier;		   /* downstream: we are it */
	struct addr address;	   /* ours */
	struct addr other_querier; /* downstream: who is, if not us; upstream: who queried last;
				      any: nobody */
	enum proxy_forwarder forwarder; /* downstream */
	struct addr other_forwarder; /* downstream: who else forwards; any: nobody, or its address
					is not known */
	bool guessed;		     /* that is who has asked last, as the other one says nothing */
	uint8_t version;	     /* spoken now: compatibility mode included */
	struct values values;	     /* in force: another querier's included */
	uint32_t groups;
	int64_t next_query; /* downstream and querier: absolute; other querier: when it is given up
			     */
	const struct counters *counters;
};

/* Fills in the state of that entry of the configuration. */
void proxy_interface_status(const struct proxy *, unsigned entry, struct proxy_interface_status *);

struct source_status {
	struct addr address;
	int64_t expires; /* absolute; 0: excluded (EXCLUDE mode); INT64_MAX: static, or upstream.
			    It may be over where the downstream is held, as may the group's */
};

/* A group on a downstream, or a membership at an upstream. A static join is a record of its own
 * beside that of the hosts. */
struct group_status {
	unsigned vif;
	bool upstream;
	bool permanent; /* a static join */
	struct addr group;
	enum filter_mode filter_mode;
	uint8_t version; /* downstream: compatibility mode (RFC 3376 section 7.3.2) */
	int64_t expires; /* group timer, absolute, in EXCLUDE mode; else 0; INT64_MAX: static, or
			    upstream */
	bool tracked;	 /* downstream: its hosts are tracked */
	unsigned host_count; /* ... that many */
	unsigned source_count;
	/* Copies source I of source_count, ascending by address. */
	void (*source)(const struct group_status *, unsigned i, struct source_status *);
	const void *record; /* for source() only */
};

/* False: pause. proxy_walk() returns true then, and the next one visits the same membership again,
 * from its first group on. NULL: of no interest. */
struct proxy_visitor {
	bool (*group)(void *ctx, const struct group_status *);
	bool (*route)(void *ctx, const struct route *);
};

/* The walk stays in place until proxy_walk_stop(). */
void proxy_walk_start(struct proxy *, struct proxy_walk *);
/* Visits at most COUNT memberships: all their groups, then their routes, (*,G) first and then
 * ascending by source. False: that was the end. */
bool proxy_walk(struct proxy *, struct proxy_walk *, int64_t now, unsigned count,
		const struct proxy_visitor *, void *ctx);
void proxy_walk_stop(struct proxy *, struct proxy_walk *);

/* Is GROUP held on VIF (or, vif == PROXY_VIFS, on any downstream)? Is it subscribed upstream? */
bool proxy_has_group(const struct proxy *, const struct addr *group, unsigned vif);
bool proxy_is_subscribed(const struct proxy *, const struct addr *group);

/* Groups: of all downstreams; memberships: each group once. */
struct proxy_totals {
	uint32_t memberships, groups, source_routes, group_routes;
};
void proxy_totals(const struct proxy *, struct proxy_totals *);

#endif
