/* SPDX-License-Identifier: MIT */
/* What has to become of a proxy that once had no memory. */
#ifndef TESTS_FAULT_RECOVER_H
#define TESTS_FAULT_RECOVER_H

#include "../replay/world.h"

enum {
	REPORTED_UPCALLS = 16,
	RECOVER_MANY = 300, /* groups: beyond, what takes the square of their number is left out */
};

/* What is told in a round of reports: the memberships at the end of a case, and what the kernel
 * says again as long as data come in. */
struct reports {
	struct snapshot snapshot;
	struct upcall upcall[REPORTED_UPCALLS];
	unsigned upcall_count;
};

/* Lets all hosts that REPORTS knows of answer, then waits until what nobody reported is gone. */
void recover(struct world *, const struct reports *);
/* A number for all groups, sources, times and routes. */
uint64_t recover_state(struct world *);
/* Is what the kernel was told wanted by the state that there is? What was not to be had may be
 * missing, but nobody gets what no state asks for. */
void recover_check_routes(struct world *);

#endif
