/* SPDX-License-Identifier: MIT */
/*
 * One proxy instance for one protocol (IGMP or MLD), RFC 4605: packets, interface events and the
 * time go in; packets and kernel routes come out through callbacks. No socket, clock, log or
 * global.
 *
 * Interfaces are known by their VIF, 0 to 31, which is also the number of the kernel's virtual
 * interface. The configuration has an entry for each side of an interface: most are either an
 * upstream or a downstream; one through which proxies peer (RFC 7287 section 5) is both. Times are
 * absolute milliseconds of any clock that never goes back. Nothing is sent and no route is told but
 * from within proxy_interface(), proxy_reconfigure(), proxy_tick() and proxy_shutdown(), so that
 * all changes of one turn of the caller's loop leave together; after proxy_packet() and
 * proxy_upcall() proxy_deadline() is in the past if there is something to do.
 */
#ifndef PROTO_PROXY_H
#define PROTO_PROXY_H

#include <stddef.h>

#include "proto/base/addr.h"
#include "proto/base/counter.h"
#include "proto/base/values.h"

enum { PROXY_VIFS = 32, PROXY_ENTRIES = 2 * PROXY_VIFS };

enum filter_mode { INCLUDE, EXCLUDE };

/* querier auto: RFC 3376 section 6.6.2; always: never gives way; never: only listens, but forwards.
 */
enum querier_mode { QUERIER_AUTO, QUERIER_ALWAYS, QUERIER_NEVER };

/* What ends a membership: queries that nobody answers (RFC 3376 section 6.4.2), the first leave, or
 * the leave of the last host that is tracked (appendix A.2). */
enum quick_leave { QUICK_LEAVE_OFF, QUICK_LEAVE_ON, QUICK_LEAVE_TRACKED };

struct static_join {
	struct addr group;
	struct addr source; /* addr_is_any(): every source */
};

struct filter;

/* One side of an interface. */
struct proxy_interface_config {
	uint8_t vif;
	bool upstream; /* else a downstream */
	/* What data may come in there; for an upstream also: which groups are subscribed. What data
	 * may go out; for a downstream also: which memberships count. NULL: all. */
	const struct filter *in, *out;
	struct values values;
	uint8_t oldest_version; /* what is older is not heard; 0: all is (RFC 3376 section 9.2) */
	/* a downstream's */
	enum querier_mode querier;
	bool router_alert_strict;   /* drop what comes without the Router Alert option (RFC 3376
				       section 9) */
	uint32_t max_groups;	    /* 0: no limit */
	uint32_t max_sources;	    /* of one group; 0: no limit */
	uint32_t max_total_sources; /* of all groups together; 0: no limit */
	enum quick_leave quick_leave;
	uint32_t max_hosts; /* tracked, of one group; 0: no limit */
	/* With ENABLE_REPORTER_LIMITS. */
	uint32_t max_reporters; /* remembered; 0: none, and nothing of what follows holds */
	uint32_t max_reports;	/* of one reporter in a second, 1,000,000 at most; 0: no limit */
	uint8_t reserve;	/* percent of groups and sources: regular.h */
	const struct prefix *accept_from; /* reporters that are heard; none: all */
	size_t accept_from_count;
	const struct static_join *static_join; /* memberships that never end */
	size_t static_join_count;
	/* an upstream's */
	bool report_source_set; /* else the interface's address */
	struct addr report_source;
	int32_t report_interval; /* unsolicited current-state reports every so many ms; 0: none */
	bool kernel_host;	 /* the kernel is the host: proxy_out.join() */
};

struct proxy_config {
	enum protocol protocol;
	unsigned interface_count;			/* up to PROXY_ENTRIES */
	const struct proxy_interface_config *interface; /* upstreams in order of priority */
	/* With several upstreams: data go out of the first one that may take them, not of all; a
	 * source is subscribed at all until its data have come, and so many ms after the last of
	 * them, not at the first one (0). */
	bool out_first;
	int32_t mutex;
	bool per_source;		/* no wildcard routes, even where they would do */
	const struct prefix *ssm_range; /* of this protocol's family */
	size_t ssm_range_count;
	uint32_t max_routes; /* (S,G) routes; 0: no limit */
	bool ssdp_upstream;  /* 239.255.255.250 and ff0x::c go upstream, too */
};

/* The state of an interface, whole, as of now. */
struct interface_state {
	unsigned vif;
	bool exists;	     /* and so has a VIF in the kernel */
	bool up;	     /* exists, is up and has a carrier */
	struct addr address; /* IPv4: primary; IPv6: a valid link-local; addr_is_any(): none */
	const struct prefix
		*prefix; /* on-link prefixes, with the interface's own address in them */
	size_t prefix_count;
	unsigned mtu;
};

struct packet {
	unsigned vif;
	struct addr source, destination;
	uint8_t ttl; /* or hop limit */
	bool router_alert;
	const uint8_t *data; /* the IGMP or ICMPv6 message */
	size_t length;
};

enum upcall_type { UPCALL_NOCACHE, UPCALL_WRONGVIF };

struct upcall {
	enum upcall_type type;
	unsigned vif; /* where the packet came in */
	struct addr source, group;
};

/* A kernel route. source any: (*,G); both any: (*,*), whose input is the upstream. */
struct route {
	struct addr source, group;
	unsigned input;	  /* VIF */
	bool remove;	  /* else add, or change in place */
	uint32_t outputs; /* bit n: VIF n */
};

struct proxy_out {
	/* Sends an IGMP or ICMPv6 message (checksum filled in) to DST with TTL 1 and Router Alert,
	 * from SRC (any: 0.0.0.0), out of VIF. */
	void (*send)(void *ctx, unsigned vif, const struct addr *src, const struct addr *dst,
		     const uint8_t *msg, size_t length);
	void (*route)(void *ctx, const struct route *);
	/* The VIF that the unicast route to SOURCE points to; PROXY_VIFS: none of ours. */
	unsigned (*reverse_path)(void *ctx, const struct addr *source);
	/* How many packets the (S,G) route has taken in, by its input. False: the kernel cannot
	 * tell. */
	bool (*packets)(void *ctx, const struct route *, uint64_t *count);
	/* Has the kernel be a member of GROUP on VIF (kernel_host), with this filter; INCLUDE of
	 * nothing: not any more. */
	void (*join)(void *ctx, unsigned vif, const struct addr *group, enum filter_mode,
		     const struct addr *source, size_t count);
};

struct proxy;

/* NULL if there is no memory. CONFIG and what it points to must outlive the proxy, OUT too. All
 * interfaces are down at first. SEED: randomness for report delays and the hash table. */
struct proxy *proxy_new(const struct proxy_config *, const struct proxy_out *, void *ctx,
			uint64_t seed);
/* With ENABLE_RELOAD: from now on CONFIG is to hold; the old one is not needed afterwards. An entry
 * is the same as before if its VIF and its side are (and kernel_host); what is the same, and what
 * hosts want there, stays; upstreams that are gone are left. The state of VIFs that are new is to
 * be told. False: no memory, nothing has changed. */
bool proxy_reconfigure(struct proxy *, int64_t now, const struct proxy_config *);
/* Frees it, without a word to anyone. */
void proxy_free(struct proxy *);
/* Leaves every group upstream (RFC 3376 section 5.1) and removes all routes, at once; only
 * proxy_free() may follow. */
void proxy_shutdown(struct proxy *, int64_t now);
/* Tells the state of an interface; the same state again is no event. False: for want of memory its
 * prefixes are not taken in, and it is to be told again. */
bool proxy_interface(struct proxy *, int64_t now, const struct interface_state *);
/* With ENABLE_PRIVSEP: the kernel has this route from a proxy before this one, which is gone and
 * whose VIFs had the same numbers. Whoever it leads to is taken for a member that has just
 * reported, whose membership lasts no longer than the startup queries and their answers take, and a
 * second more; where somebody else asks, a group membership interval (RFC 3376 section 8.4). The
 * first proxy_tick() then tells of no route that is right already, and removes those that nobody
 * wants. To be called after proxy_new(), proxy_interface() and what is said of proxy_packet(),
 * before anything else happens to the proxy; all wildcard routes before the first (S,G). False: no
 * memory; the same may be tried again, or the caller removes the route. */
bool proxy_adopt(struct proxy *, int64_t now, const struct route *);
/* A message that came in by packet->vif, a VIF of the configuration (RFC 3376 section 4, RFC 3810
 * section 5). Whatever is wrong with it is counted; its data is not needed afterwards. With
 * ENABLE_PRIVSEP: the version of a General Query that holds for a while, as it elects a querier or
 * tells which version to speak; else 0. A proxy in the place of this one is to be told of the last
 * one of each version between proxy_interface() and proxy_adopt(), NOW being when it came. */
unsigned proxy_packet(struct proxy *, int64_t now, const struct packet *);
/* The kernel asks about a packet. With wildcard routes NOCACHE needs no answer. False: there is no
 * room for a route; the kernel waits for one in vain, and with it the next ones that it asks about.
 */
bool proxy_upcall(struct proxy *, int64_t now, const struct upcall *);
/* The kernel refused a route: what it has to have for the route's source, group and input by now;
 * fills in the rest. */
void proxy_wanted_route(const struct proxy *, struct route *);
/* The kernel has lost its routes: all are told again. */
void proxy_reinstall(struct proxy *);
/* Counts a packet that the caller could not hand over (too long, no IP header). */
void proxy_drop(struct proxy *, unsigned vif, enum counter);
/* When proxy_tick() is wanted next; INT64_MAX: never. */
int64_t proxy_deadline(const struct proxy *);
/* Runs the timers that are due at NOW (of very many the first, then proxy_deadline() is in the
 * past), sends all reports of the turn in as few packets as the MTU allows, then sets the routes
 * that changed. */
void proxy_tick(struct proxy *, int64_t now);

/* ---- status, read-only ---- */

/* How it forwards: by routes that are a function of the memberships, or by one for each (S,G) that
 * appears, and why so. */
enum proxy_forwarding {
	FORWARDING_WILDCARD,
	PER_SOURCE_CONFIGURED, /* config->per_source */
	PER_SOURCE_UPSTREAMS,  /* there are several */
	PER_SOURCE_PEERING,    /* an interface is on both sides */
	PER_SOURCE_IN,	       /* a downstream has a filter for what comes in */
	PER_SOURCE_OUT,	       /* an upstream has one for what goes out, that passes some */
	PER_SOURCE_INTERFACES, /* a filter has rules for data of one interface */
	PER_SOURCE_SOURCES,    /* a filter has rules for some sources */
	PER_SOURCE_GROUPS      /* the upstream's filter meets several downstreams */
};

enum proxy_forwarding proxy_forwarding(const struct proxy *);

struct proxy_interface_status {
	unsigned vif;
	bool upstream, up;
	bool querier;		   /* downstream: we are it */
	struct addr address;	   /* ours */
	struct addr other_querier; /* downstream: who is, if not us; upstream: who queried last;
				      any: nobody */
	uint8_t version;	   /* spoken now: compatibility mode included */
	struct values values;	   /* in force: adopted ones included */
	uint32_t groups;
	int64_t next_query; /* downstream and querier: absolute; other querier: when it is given up
			     */
	const struct counters *counters;
};

/* Fills in the state of that entry of the configuration. */
void proxy_interface_status(const struct proxy *, unsigned entry, struct proxy_interface_status *);

struct source_status {
	struct addr address;
	int64_t expires; /* absolute; <= now: excluded (EXCLUDE mode); INT64_MAX: static, or
			    upstream */
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

/* A walk over the membership database, which may change between two calls: what exists throughout
 * is visited exactly once. */
struct proxy_walk {
	struct membership *next;
	struct proxy_walk *other;
	bool wildcard; /* the (*,*) route is still to be told */
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
