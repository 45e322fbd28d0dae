/* SPDX-License-Identifier: MIT */
/* What goes wrong on a link though the kernel has refused nothing (core/kernel/probe.h); and
 * streams that come in but do not get out, as their TTL is 1. */
#ifndef CORE_TROUBLE_H
#define CORE_TROUBLE_H

#include "core/daemon/side.h"

/* Notes whether a message could be sent by the interface: 0 or -errno. */
void trouble_sent(struct side *, unsigned vif, int error);
/* Looks at all interfaces, and logs what has begun and what is over. */
void trouble_look(struct side *);
/* Is there any on a link? TEXT says what, and the remedy. */
bool trouble_find(const struct instance *, char *text, size_t size);
/* Is there a stream that does not get out, which may be meant to be so? The same. */
bool trouble_remark(struct instance *, char *text, size_t size);

#endif
