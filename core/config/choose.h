/* SPDX-License-Identifier: MIT */
/* From definitions to instances: which interfaces they have. */
#ifndef CORE_CHOOSE_H
#define CORE_CHOOSE_H

#include "core/config/draft.h"

/* Makes the instances of the struct conf, with defaults. False: it cannot be, and that is the
 * error. */
bool choose_interfaces(struct draft *);

#endif
