/* SPDX-License-Identifier: MIT */
/* The routes that the kernel has, by rtnetlink: what a worker before has made of them (priv.h). */
#ifndef CORE_MROUTE_DUMP_H
#define CORE_MROUTE_DUMP_H

#include "proto/proxy.h"
#include "core/kernel/netlink.h"

struct mroute_dump {
	enum protocol protocol;
	uint32_t table;
	/* The index of each VIF's interface; 0: there is none. */
	const unsigned *index;
	/* Takes each route, as it was set; an input of PROXY_VIFS is one whose VIF is gone. */
	void (*route)(void *ctx, const struct route *);
	void *ctx;
};

/* 0 or -errno: EINTR the table has changed meanwhile, there may be others. */
int mroute_dump(struct netlink *, const struct mroute_dump *);

#endif
