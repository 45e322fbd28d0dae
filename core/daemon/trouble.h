/* SPDX-License-Identifier: MIT */
/* What goes wrong on a link though the kernel has refused nothing: it takes the interface's packets
 * elsewhere, has no route for what is sent, or a packet filter drops it. */
#ifndef CORE_TROUBLE_H
#define CORE_TROUBLE_H

#include "core/daemon/side.h"

enum { TROUBLE_TEXT = 256 };

/* Notes whether a message could be sent by the interface: 0 or -errno. */
void trouble_sent(struct side *, unsigned vif, int error);
/* Looks at all interfaces, and logs what has begun and what is over. */
void trouble_look(struct side *);
/* Is there any? TEXT says what, and the remedy. */
bool trouble_find(const struct instance *, char text[TROUBLE_TEXT]);

#endif
