/* SPDX-License-Identifier: MIT */
/* A whole walk through a proxy's status, PIECE by PIECE; GROUP and ROUTE as in proxy_visitor. */
#ifndef TESTS_MODEL_WALK_H
#define TESTS_MODEL_WALK_H

#include "proto/proxy.h"
#include "proto/status.h"

static inline void walk_all(struct proxy *proxy, int64_t now, unsigned piece,
			    bool (*group)(void *ctx, const struct group_status *),
			    bool (*route)(void *ctx, const struct route *), void *ctx)
{
	const struct proxy_visitor visitor = {.group = group, .route = route};
	struct proxy_walk walk;

	proxy_walk_start(proxy, &walk);
	while (proxy_walk(proxy, &walk, now, piece, &visitor, ctx))
		;
	proxy_walk_stop(proxy, &walk);
}

#endif
