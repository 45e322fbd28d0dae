/* SPDX-License-Identifier: MIT */
/*
 * The test rig: the network, the bench's hands on it, and the daemon that is being measured. What
 * more than one measurement does to a daemon is here.
 */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include "daemon.h"
#include "port.h"
#include "topology.h"

#define CONTROL_SOCKET "/run/mcproxy.sock"

enum product { MCPROXY, IGMPPROXY };

/* Who is measured. */
struct subject {
	const char *name;
	enum product product;
	enum protocol protocol; /* of the traffic; mcproxy always runs both */
	const char *program;
};

/* How it is started. */
struct conditions {
	bool raise_limit;  /* igmp_max_memberships, for a daemon that joins through the kernel */
	bool rare_queries; /* as long a query interval as can be configured */
	uint32_t rules;	   /* of each of two filters, which all that the bench does passes */
};

struct rig {
	struct topology topology;
	struct port port[LINKS];
	bool network;	/* the topology is there */
	unsigned ports; /* as many of them are open */
	const struct subject *subject;
	struct daemon daemon;
	uint64_t random;    /* state of random_below() */
	unsigned long lost; /* packets that the bench itself lost, in all measurements */
};

/* A daemon that has been quiet for so long has sent its first advertisements, which are 2 s apart
 * (RFC 4286 section 3.1.3). */
#define FIRST_SIGNS (2500 * MILLISECOND)

/* Since when a daemon has used no processor time. */
struct quiet {
	int64_t cpu, since;
};

/* Makes a new network, so that no measurement finds what another one has left in the kernel, starts
 * the subject in it and waits until it has queried the hosts and heard the upstream's querier.
 * False, after a line on stderr: it did not within five seconds, or ended, or the bench was
 * interrupted. To be stopped in any case. */
bool rig_start(struct rig *, const struct subject *, const struct conditions *);
void rig_stop(struct rig *);
/* Starts the subject once more, after daemon_stop(), and waits for nothing. 0 or -errno. */
int rig_launch(struct rig *);
/* Forgets what has arrived anywhere. */
void rig_flush(struct rig *);
/* Has the daemon been quiet for so long? To be asked again and again, with the same struct quiet,
 * at first all zero; every call gives the processor away for a millisecond. */
bool rig_quiet(struct rig *, struct quiet *, int64_t nanoseconds);
/* Waits until it has, at most LIMIT, and forgets what has arrived. */
void rig_settle(struct rig *, int64_t nanoseconds, int64_t limit);
/* Joins a group at dn1: the time until the report of it came out of up0, or LOST. */
int64_t rig_join(struct rig *, uint32_t group);
/* Sends a packet upstream: the time until it came out of dn1, or LOST. */
int64_t rig_deliver(struct rig *, uint32_t source, uint32_t group, uint32_t id);
/* Entries of the subject's protocol in the kernel's multicast routing cache; with UNRESOLVED those
 * that wait for an answer to an upcall. -1: cannot be read. */
long rig_kernel_routes(struct rig *, bool unresolved);

#endif
