/* SPDX-License-Identifier: MIT */
/* Another process like this one, of a program without threads. */
#ifndef CORE_CHILD_H
#define CORE_CHILD_H

#include <sys/types.h>

/* As fork(2), without what the C library does for threads: with musl that is 2 kB. */
pid_t child_fork(void);

#endif
