/* SPDX-License-Identifier: MIT */
/* What an operator hears of the other routers on the links of an instance: who asks, which version,
 * and who forwards. */
#ifndef CORE_NEIGHBORS_H
#define CORE_NEIGHBORS_H

#include "core/daemon/side.h"

/* Logs what has changed since the last time, and trouble. */
void neighbors_log(struct side *, int64_t now);
/* A downstream on which this router does not forward, or another one does as well. */
link_teller neighbors_remark;

#endif
