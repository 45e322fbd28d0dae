/* SPDX-License-Identifier: MIT */
/* The groups that the kernel's own sockets are members of, as /proc/net/igmp and igmp6 list them.
 * Leaves out their sources. */
#ifndef CORE_GROUPLIST_H
#define CORE_GROUPLIST_H

#include <stdbool.h>

#include "proto/base/addr.h"
#include "proto/base/values.h"

enum { GROUPLIST_BITS = 2048 };

struct grouplist {
	int fd;
	int64_t read_at;
	/* A bit for each group that was there then, by its hash. */
	uint32_t seen[GROUPLIST_BITS / 32];
};

/* Opens the list, of this network namespace for good; without one, nobody is a member. */
void grouplist_open(struct grouplist *, enum protocol);
/* Is a socket a member of GROUP on the interface, NOW in milliseconds? False, too, if that cannot
 * be read, and if it was not a tenth of a second ago. */
bool grouplist_has(struct grouplist *, int64_t now, unsigned ifindex, const struct addr *group);

#endif
