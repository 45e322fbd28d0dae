/* SPDX-License-Identifier: MIT */
/* Findings about this system, a line each on standard output: what would keep mcproxy from working,
 * and the remedy. */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include <stdbool.h>

#include "proto/base/values.h"

/* Each is also an exit status, if nothing worse is found. */
enum check_level { CHECK_OK, CHECK_WARN, CHECK_FAIL };

struct check {
	bool tabs;   /* for scripts: columns */
	bool tables; /* every instance has a numbered table */
	enum check_level worst;
	unsigned count; /* of findings */
	bool unprivileged;
};

/* What has been found, the remedy behind "; " if there is one. */
void check_tell(struct check *, enum check_level, const char *subject, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* What the kernel offers for the protocol. */
void check_kernel(struct check *, enum protocol);
/* What could not be asked for without privileges; behind the others. */
void check_privileges(struct check *);

#endif
