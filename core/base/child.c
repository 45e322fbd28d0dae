/* SPDX-License-Identifier: MIT */
/* See child.h. Newer architectures have no fork, but clone, whose arguments those that have both
 * do not all take in this order. */
#include "core/base/child.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_fork
pid_t child_fork(void)
{
	return (pid_t)syscall(SYS_fork);
}
#else
pid_t child_fork(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}
#endif
