/* SPDX-License-Identifier: MIT */
/* What goes wrong on a link though the kernel has refused nothing (core/kernel/probe.h); and
 * streams that come in but do not get out, as their TTL is 1. */
#ifndef CORE_TROUBLE_H
#define CORE_TROUBLE_H

#include "core/daemon/side.h"
#include "proto/status.h"

/* Notes whether a message could be sent by the interface: 0 or -errno. */
void trouble_sent(struct side *, unsigned vif, int error);
/* Looks at an interface, and for streams; logs what has begun and what is over. */
void trouble_look(struct side *, const struct proxy_interface_status *);
/* Trouble. */
link_teller trouble_tell;
/* A stream that does not get out, or a bridge that asks in an old version, which may be meant to be
 * so. */
link_teller trouble_remark;

#endif
