/* SPDX-License-Identifier: MIT */
/* The daemon: the instances that a file tells of, what changes them while they run, and what there
 * is once for all of them. */
#ifndef CORE_DAEMON_H
#define CORE_DAEMON_H

#include "core/daemon/options.h"

/* Runs until a signal or a command ends it. Returns the exit status: 0, or 1 if it could not start,
 * or not go on; the reason is on standard error, or in the log. */
int daemon_run(const struct daemon_options *);

#endif
