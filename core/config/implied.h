/* SPDX-License-Identifier: MIT */
/* Filters that follow from what instances are. */
#ifndef CORE_IMPLIED_H
#define CORE_IMPLIED_H

#include "core/config/draft.h"

/* Gives interfaces the filters of CONF_SCOPE and CONF_PEERING. False: no memory, and that is the
 * error. */
bool implied_filters(struct draft *);

#endif
