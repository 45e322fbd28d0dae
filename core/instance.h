/* SPDX-License-Identifier: MIT */
/*
 * One proxy instance on this machine: ties a struct proxy for each protocol to its multicast
 * routing socket, its interfaces, VIFs and routes.
 */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include "conf.h"
#include "control.h"
#include "iface.h"
#include "loop.h"

/* Routes that the kernel refused and that are remembered one by one; beyond, all are set anew. */
enum { INSTANCE_REFUSED = 32 };

/* One protocol of an instance. */
struct instance_side {
	struct instance *instance;
	struct proxy_config config;
	struct proxy_interface_config interface[PROXY_VIFS];
	struct proxy *proxy; /* NULL: does not run */
	struct loop_source source;
	unsigned index[PROXY_VIFS]; /* of each VIF in the kernel; 0: none */
	int routers[PROXY_VIFS];    /* the socket that has joined the routers' groups; -1: none */
	uint8_t threshold[PROXY_VIFS];
	struct route refused[INSTANCE_REFUSED];
	unsigned refused_count;
	/* as last logged */
	struct addr querier[PROXY_VIFS]; /* any: this router */
	uint8_t version[PROXY_VIFS];
	uint64_t warned[PROXY_VIFS];
	int64_t warn_at[PROXY_VIFS];
};

struct instance {
	const struct conf_instance *conf;
	struct loop *loop;
	struct iface_monitor monitor;
	struct iface iface[PROXY_VIFS];
	struct instance_side side[PROTOCOLS];
	/* when what failed is tried again (INT64_MAX: nothing has), and the time to the attempt
	 * after that */
	int64_t retry_at, retry_delay;
};

/* Opens everything and starts; CONF must stay. 0, or -errno with what is wrong logged and nothing
 * left behind. A protocol that the kernel does not route is left out with a warning, unless it is
 * the only one. */
int instance_open(struct instance *, struct loop *, const struct conf_instance *conf);
/* Leaves all groups upstream, cleans the kernel's tables. */
void instance_close(struct instance *);
/* Does what is due; returns the next deadline. To be called after the events of each turn. */
int64_t instance_turn(struct instance *, int64_t now);
/* Describes the protocols that run to the control socket; returns how many. */
size_t instance_views(const struct instance *, struct control_view view[PROTOCOLS]);

#endif
