/* SPDX-License-Identifier: MIT */
/*
 * One proxy instance on this machine: ties a struct proxy for each protocol to its multicast
 * routing socket, its interfaces, VIFs and routes.
 */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include "core/config/conf.h"
#include "core/control/control.h"
#include "core/kernel/iface.h"
#include "core/daemon/join.h"
#include "core/base/loop.h"
#include "core/daemon/plan.h"
#include "core/privilege/priv.h"
#include "core/kernel/rule.h"

/* Routes that the kernel refused and that are remembered one by one; beyond, all are set anew. */
enum { INSTANCE_REFUSED = 32 };
enum { INSTANCE_WAITING = 256 };

/* What was logged last about one side of an interface. */
struct instance_seen {
	struct addr querier; /* any: this router */
	uint8_t version;
	uint64_t warned;
	int64_t warn_at;
};

/* An interface, as one protocol has it. */
struct instance_link {
	unsigned index;	    /* of the interface whose VIF it is in the kernel; 0: it has none */
	int routers;	    /* the socket that has joined the routers' groups; -1: none */
	struct joins joins; /* host kernel; while it has a VIF */
	struct instance_seen seen[2]; /* downstream, upstream */
};

/* A VIF, the same for both protocols. */
struct instance_vif {
	struct iface iface;
	struct instance *instance;
	unsigned number;
	bool watched, wanted;
	bool unfiltered; /* its rp_filter is switched off */
	struct instance_link link[PROTOCOLS];
};

/* One protocol of an instance. */
struct instance_side {
	struct instance *instance;
	enum protocol protocol;
	uint32_t table; /* that it has in fact */
	bool taken;
	bool kept; /* with what a worker before made of it */
	struct plan *plan;
	struct proxy *proxy; /* NULL: does not run */
	struct loop_source source;
	struct control_view view;
	unsigned refused_count;
	struct route refused[INSTANCE_REFUSED];
};

/* What all instances share. */
struct instance_host {
	struct loop loop;
	struct iface_monitor monitor;
	struct rules rules;
	struct priv *priv;
	bool rp_filter_off; /* of all instances */
	bool again;	    /* what cannot be opened has been said before */
	bool guesses;	    /* routes do not tell of all memberships that a worker before had */
	/* The first instance that could not be opened as another process holds its table, and which
	 * one that is. */
	char waiting[INSTANCE_WAITING];
	enum protocol held;
};

struct instance {
	char name[CONF_NAME];
	bool protocol[PROTOCOLS]; /* that were asked for */
	uint32_t table;
	bool rp_filter_off;
	struct instance_host *host;
	struct priv_vifs *note; /* which VIF is whose, for the next worker; NULL: for nobody */
	struct instance_vif *vif[PROXY_VIFS];
	/* when what failed is tried again (INT64_MAX: nothing has), and the time to the attempt
	 * after that */
	int64_t retry_at, retry_delay;
	struct instance_side side[PROTOCOLS];
};

/*
 * Opens everything and starts; the struct is all zeros. Returns 0, or -errno with what is wrong
 * logged and nothing left behind; EADDRINUSE: another process holds its table, host->waiting says
 * which one. A protocol that the kernel does not route is left out with a warning; ENOPROTOOPT:
 * there is no other. Where the kernel has no numbered tables, PRIMARY takes the default one, and
 * all others are left out.
 */
int instance_open(struct instance *, struct instance_host *, const struct conf_instance *,
		  bool primary);
/* Can it become what CONF says without being started anew? */
bool instance_is(const struct instance *, const struct conf_instance *conf);
/* Becomes what CONF says; what is the same there goes on. False: there was no memory, it is to be
 * called again. */
bool instance_reconfigure(struct instance *, const struct conf_instance *);
/* Leaves all groups upstream, cleans the kernel's tables. */
void instance_close(struct instance *);
/* Does what is due; returns the next deadline. To be called after the events of each turn. */
int64_t instance_turn(struct instance *, int64_t now);
/* Puts the protocols that run in front of NEXT and returns the first one. */
const struct control_view *instance_views(struct instance *, const struct control_view *next);
/* Does it wait for another attempt at what the kernel refused, or there was no memory for? TEXT
 * says of what then. */
bool instance_waits(const struct instance *, char *text, size_t size);
/* Has it an interface of that name? */
bool instance_has(const struct instance *, const char *name);

#endif
