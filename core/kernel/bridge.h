/* SPDX-License-Identifier: MIT */
/* What the kernel says of a bridge of its own. Leaves out its ports, which are interfaces. */
#ifndef CORE_BRIDGE_H
#define CORE_BRIDGE_H

#include "proto/base/values.h"
#include "proto/base/wire.h"

/* INFO is IFLA_LINKINFO of an interface: in which version of each protocol its own querier asks.
 * ASKS stays as it is if it is no bridge, or has none. */
void bridge_read(const struct wire_reader *info, uint8_t asks[PROTOCOLS]);

#endif
