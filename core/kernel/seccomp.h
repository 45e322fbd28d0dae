/* SPDX-License-Identifier: MIT */
/*
 * The system calls that a worker (priv.h) may make from when it hears packets on; any other one
 * ends it. Of socket(), setsockopt(), ioctl(), mmap() and mprotect() the arguments count, too: no
 * family but IPv4, IPv6 (UDP, to join groups) and rtnetlink, no level but theirs, nothing
 * executable.
 */
#ifndef CORE_SECCOMP_H
#define CORE_SECCOMP_H

#include <stdbool.h>

#include "core/kernel/abi.h"

enum { SECCOMP_MAX = 256 };

/* Writes the filter for this architecture. Returns its length, SECCOMP_MAX at most; 0: there is no
 * table for it. */
unsigned seccomp_filter(struct abi_sock_filter filter[SECCOMP_MAX]);
/* From now on. 0, or -errno: ENOTSUP there is no table; EINVAL the kernel has none of it
 * (CONFIG_SECCOMP_FILTER). */
int seccomp_enter(void);

#endif
