/* SPDX-License-Identifier: MIT */
/* The world of a packet input: its configuration is the input's first bytes. */
#ifndef TESTS_FUZZ_PACKET_H
#define TESTS_FUZZ_PACKET_H

#include "../replay/script.h"
#include "fuzz.h"

/* Takes PACKET_HEAD bytes; the clock has not started yet. */
enum { PACKET_HEAD = 32 };
struct world *packet_world(struct bytes *);
/* Another configuration for it. False: it is not for this proxy, but for one that takes over what
 * the kernel has, other routes included. */
bool packet_reconfigure(struct bytes *, struct world *);
/* A byte is a name for an address on the link of VIF, far away, or of a group; 255: as it stands.
 */
struct addr packet_addr(struct bytes *, const struct world *, unsigned vif);

#endif
