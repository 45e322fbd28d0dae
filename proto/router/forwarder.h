/* SPDX-License-Identifier: MIT */
/*
 * Who forwards on a downstream, which is another question than who asks there (querier.h). RFC 4605
 * section 3 has the querier do both. Owns the answer, which all read by interface_forwards().
 */
#ifndef PROTO_FORWARDER_H
#define PROTO_FORWARDER_H

#include "proto/state/state.h"

/* We forward there from now on, or not any more. */
void forwarder_set(struct proxy *, struct interface *, bool forwards);
/* For status. */
enum proxy_forwarder forwarder_state(const struct interface *);

#endif
