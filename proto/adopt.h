/* SPDX-License-Identifier: MIT */
/*
 * Taking over from a proxy that ended without a word (proxy_adopt() in proxy.h): from the kernel's
 * routes back to the memberships that they were made for, so far as they tell. What they do not
 * tell is taken for wanted, if it may be; the startup queries then find out, and what nobody
 * reports ends by its timers like anything else.
 */
#ifndef PROTO_ADOPT_H
#define PROTO_ADOPT_H

#include "proto/state/state.h"

/* See proxy_adopt(). */
bool adopt_route(struct proxy *, int64_t now, const struct route *);
/* The kernel has been told of all that is wanted: removes what it had and nobody wants. */
void adopt_end(struct proxy *);
void adopt_free(struct proxy *);

#endif
