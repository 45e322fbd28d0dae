/* SPDX-License-Identifier: MIT */
/*
 * What a proxy instance is configured to be. What it points to belongs to the caller.
 *
 * Interfaces are known by their VIF, 0 to 31, which is also the number of the kernel's virtual
 * interface. The configuration has an entry for each side of an interface: most are either an
 * upstream or a downstream; one through which proxies peer (RFC 7287 section 5) is both.
 */
#ifndef PROTO_CONFIG_H
#define PROTO_CONFIG_H

#include <stddef.h>

#include "proto/base/addr.h"
#include "proto/base/values.h"

enum { PROXY_VIFS = 32, PROXY_ENTRIES = 2 * PROXY_VIFS };

enum filter_mode { INCLUDE, EXCLUDE };

/* querier auto: RFC 3376 section 6.6.2; always: never gives way; never: only listens, but forwards.
 */
enum querier_mode { QUERIER_AUTO, QUERIER_ALWAYS, QUERIER_NEVER };

/* By wildcard routes where they will do and nobody else forwards to a downstream's link; never;
 * even where somebody else may: the operator says that nobody does. */
enum routes { ROUTES_AUTO, ROUTES_PER_SOURCE, ROUTES_WILDCARD };

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
	/* What hosts want is kept so many milliseconds without address or carrier; 0: not at all.
	 */
	int32_t outage_hold;
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
	enum routes routes;
	const struct prefix *ssm_range; /* of this protocol's family */
	size_t ssm_range_count;
	uint32_t max_routes; /* (S,G) routes; 0: no limit */
	bool ssdp_upstream;  /* 239.255.255.250 and ff0x::c go upstream, too */
};

/* How it forwards: by routes that are a function of the memberships, or by one for each (S,G) that
 * appears, and why so. */
enum proxy_forwarding {
	FORWARDING_WILDCARD,
	PER_SOURCE_CONFIGURED, /* config->routes */
	PER_SOURCE_UPSTREAMS,  /* there are several */
	PER_SOURCE_PEERING,    /* an interface is on both sides */
	PER_SOURCE_IN,	       /* a downstream has a filter for what comes in */
	PER_SOURCE_OUT,	       /* an upstream has one for what goes out, that passes some */
	PER_SOURCE_INTERFACES, /* a filter has rules for data of one interface */
	PER_SOURCE_SOURCES,    /* a filter has rules for some sources */
	PER_SOURCE_GROUPS,     /* the upstream's filter meets several downstreams */
	PER_SOURCE_SHARED      /* somebody else may forward on the link of a downstream */
};

/* Who forwards on a downstream, which is not asked of who queries: by Multicast Router Discovery
 * (RFC 4286). */
enum proxy_forwarder {
	FORWARDER_DOWN,	  /* nothing runs there */
	FORWARDER_ALONE,  /* we do, and nobody else does: wildcard routes will do */
	FORWARDER_FIRST,  /* we do; others may be there, so that it takes a route for each source */
	FORWARDER_BESIDE, /* we do, and the other one, too: everything may come twice */
	FORWARDER_YIELDS, /* we still do, until the other one serves all */
	FORWARDER_OTHER	  /* the other one does, and we do not */
};

#endif
