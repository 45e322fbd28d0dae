/* SPDX-License-Identifier: MIT */
/* Users and groups of /etc/passwd and /etc/group, by name or number. getpwnam() and getgrnam()
 * would each be a sixth of the whole program. */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include <stdint.h>

/* 0, or -EINVAL: there is none. */
int account_group(const char *name, uint32_t *gid);
/* With the user's own group; a number that stands for a user stands for his group, too. */
int account_user(const char *name, uint32_t *uid, uint32_t *gid);

#endif
