/* SPDX-License-Identifier: MIT */
/* Callbacks of a struct proxy_out for tests that look at other things: they know no route and drop
 * what they are told. */
#ifndef TESTS_UNIT_IGNORE_H
#define TESTS_UNIT_IGNORE_H

#include "proto/proxy.h"

static inline void ignore_route(void *ctx, const struct route *route)
{
	(void)ctx;
	(void)route;
}

static inline unsigned ignore_reverse_path(void *ctx, const struct addr *source)
{
	(void)ctx;
	(void)source;
	return PROXY_VIFS;
}

static inline bool ignore_packets(void *ctx, const struct route *route, uint64_t *count)
{
	(void)ctx;
	(void)route;
	(void)count;
	return false;
}

#endif
