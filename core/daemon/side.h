/* SPDX-License-Identifier: MIT */
/* What the files of an instance share: a side of it is one protocol, with its multicast routing
 * socket and its proxy. Each member is written by the file that is named above it. */
#ifndef CORE_SIDE_H
#define CORE_SIDE_H

#include "core/base/backoff.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/config/conf.h"
#include "core/control/view.h"
#include "core/daemon/join.h"
#include "core/daemon/plan.h"
#include "core/kernel/grouplist.h"
#include "core/kernel/iface.h"
#include "core/kernel/rule.h"
#include "core/privilege/priv.h"

/* Routes that the kernel refused and that are remembered one by one; beyond, all are set anew. */
enum { SIDE_REFUSED = 32 };
/* Bytes of what an instance waits for, as text. */
enum { COMMON_WAITING = 256 };

/* What was logged last of an upstream or a downstream. */
struct seen {
	struct addr querier; /* any: this router */
	uint8_t version;
	struct warned {
		uint64_t count;
		int64_t again_at;
	} versions, ssm;
};

/* What a VIF is to one side. */
struct side_link {
	/* vif.c */
	unsigned index; /* of the interface whose VIF it is in the kernel; 0: it has none */
	int routers;	/* the socket that has joined the routers' groups; -1: none */
	int64_t since;	/* when the kernel has got the VIF */
	/* trouble.c */
	int send_error;	 /* of the last message, if it lasts */
	uint8_t trouble; /* that has been logged */
	int64_t sent;	 /* when the last message was */
	/* neighbors.c */
	struct seen seen[2]; /* downstream, upstream */
	/* of the downstream: who forwards, DOWN if it goes without saying, as it was logged last;
	 * who else does, and when it is to be logged that both do (0: it is not so) */
	enum proxy_forwarder forwarding;
	struct addr forwarder;
	bool guessed; /* that one */
	int64_t both_at;
	/* by join.h: opened by vif.c with the VIF in the kernel, set by effect.c */
	struct joins joins; /* host kernel */
};

/* An interface and its number, the same for both sides: vif.c's. */
struct vif {
	struct instance *instance;
	unsigned number;
	bool watched, wanted;
	bool unfiltered; /* its rp_filter is switched off */
	struct side_link link[PROTOCOLS];
	struct iface iface;
};

/* One protocol of an instance. */
struct side {
	/* instance.c */
	struct instance *instance;
	enum protocol protocol;
	uint32_t table; /* that it has in fact */
	bool taken;	/* it has had a table */
	bool kept;	/* with what a worker before made of it */
	struct plan *plan;
	struct proxy *proxy; /* NULL: does not run */
	struct loop_source source;
	/* trouble.c */
	bool forwarded;	   /* a packet has got out */
	int64_t looked;	   /* when that was looked at */
	struct addr stuck; /* a group of packets that do not; any: none is known */
	/* effect.c */
	unsigned refused_count;
	/* what is long comes last */
	struct route refused[SIDE_REFUSED];
	struct control_view view; /* instance.c's */
};

/* What all instances have in common. */
struct common {
	/* the daemon's */
	struct priv *priv;
	struct grouplist grouplist[PROTOCOLS];
	bool rp_filter_off; /* of all instances */
	bool retried;	    /* what cannot be opened has been said before */
	/* vif.c and inherit.c */
	bool guesses; /* routes do not tell of all memberships that a worker before had */
	/* instance.c; cleared by the daemon before it opens instances: the first one that could not
	 * be opened as another process holds its table, and which table that is */
	enum protocol held;
	char waiting[COMMON_WAITING];
	/* the daemon's */
	struct rules rules;
	struct ifaces ifaces;
	struct loop loop;
};

struct instance {
	/* instance.c */
	char name[CONF_NAME];
	bool protocol[PROTOCOLS]; /* that were asked for */
	uint32_t table;
	bool rp_filter_off;
	struct common *common;
	/* inherit.c */
	struct priv_vifs *note; /* which VIF is whose, for the next worker; NULL: for nobody */
	/* whoever fails, by side_failure(), or has no memory */
	struct backoff retry;
	/* vif.c */
	struct vif *vif[PROXY_VIFS];
	/* instance.c: what is long comes last */
	struct side side[PROTOCOLS];
};

/* Is there something to say of a link? TEXT says what, with the remedy behind "; ". */
typedef bool link_teller(const struct side *, const struct vif *, char text[CONTROL_ERROR]);

/* The side's part of a VIF, which exists. */
struct side_link *side_link(const struct side *, unsigned vif);
/* Is it a downstream, whatever else? */
bool side_is_downstream(const struct side *, unsigned vif);
/* The VIF of an interface; PROXY_VIFS: none is. */
unsigned side_vif(const struct side *, unsigned ifindex);
/* Something that the kernel has to do for the instance has failed: it is tried again, ever more
 * rarely. Returns how loud to say so; the second time it is no news. */
enum log_level side_failure(struct instance *);

#endif
