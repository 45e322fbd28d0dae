/* SPDX-License-Identifier: MIT */
/*
 * Gives up being root: another user and group, no other groups, another root directory, no
 * capability but those that are named, none to be had again by execve().
 *
 * With CAP_NET_ADMIN and CAP_NET_RAW left, in one process, multicast routing goes on as before,
 * with new sockets, rules, rp_filter by a directory that is open, and all that cleans up at the
 * end. With none left, as of a worker (priv.h), what the sockets that it has can do goes on.
 *
 * What does not: files by their paths, which begin at the new root directory and are looked up as
 * the new user.
 */
#ifndef CORE_PRIVILEGE_H
#define CORE_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>

enum privilege_failure { PRIVILEGE_USER, PRIVILEGE_GROUP, PRIVILEGE_CHROOT, PRIVILEGE_IDS };

struct privilege {
	uint32_t uid, gid; /* UINT32_MAX: as it is */
	bool optional;	   /* in a user namespace that lacks them, as it is, too */
	int root;	   /* the directory; -1: as it is */
};

/* USER, GROUP: names or numbers; without a GROUP, the user's. ROOT: a path; NULL: an empty
 * directory that nobody can put anything into. "": as it is. 0, or -errno with what failed: EINVAL
 * there is no such user or group, ENOENT or ENOTDIR of ROOT, EPERM. */
int privilege_find(struct privilege *, const char *user, const char *group, const char *root,
		   enum privilege_failure *);
/* CAPABILITIES: bits of those that are kept. 0, or -errno with what failed; then some of it may
 * have been done already: the process should end. Closes the directory. */
int privilege_drop(struct privilege *, uint32_t capabilities, enum privilege_failure *);

#endif
