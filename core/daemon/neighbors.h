/* SPDX-License-Identifier: MIT */
/* What an operator hears of the other routers on the links of an instance: who asks, which version,
 * and who forwards. */
#ifndef CORE_NEIGHBORS_H
#define CORE_NEIGHBORS_H

#include "core/daemon/side.h"

/* Logs what has changed since the last time. */
void neighbors_log(struct side *, int64_t now);
/* The first link on which this router does not forward, or another one does as well, with the
 * remedy behind "; ". False: there is none. */
bool neighbors_remark(const struct side *, char *text, size_t size);

#endif
