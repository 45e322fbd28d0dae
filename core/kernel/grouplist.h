/* SPDX-License-Identifier: MIT */
/* The groups that the kernel's own sockets are members of, as /proc/net/igmp and igmp6 list them.
 * Leaves out their sources. */
#ifndef CORE_GROUPLIST_H
#define CORE_GROUPLIST_H

#include <stdbool.h>

#include "proto/base/addr.h"
#include "proto/base/values.h"

/* The list, of this network namespace for good. A descriptor; negative: there is none. */
int grouplist_open(enum protocol);
/* Is a socket a member of GROUP on the interface? False, too, if that cannot be read. */
bool grouplist_has(int fd, unsigned ifindex, const struct addr *group);

#endif
