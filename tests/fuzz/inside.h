/* SPDX-License-Identifier: MIT */
/* What can be seen only in the private state of a proxy. */
#ifndef TESTS_FUZZ_INSIDE_H
#define TESTS_FUZZ_INSIDE_H

#include "../../proto/proxy.h"

/* Fails unless the limits of the configuration hold, and memory is what they make of it. */
void inside_check(const struct proxy *);
/* Does a walk through the status go on? */
bool inside_walks(const struct proxy *);

#endif
