/* SPDX-License-Identifier: MIT */
/* What a proxy has the kernel do (struct proxy_out), and what the kernel tells a proxy. */
#ifndef CORE_EFFECT_H
#define CORE_EFFECT_H

#include "core/daemon/side.h"

/* For a proxy whose ctx is its struct side. */
const struct proxy_out *effect_out(void);
/* Reads what has come at a side's socket, a loop_source's ready(). */
void effect_receive(void *side, uint32_t events);
/* Has the kernel do what it refused, as the proxy wants it by now. */
void effect_retry(struct side *);

#endif
