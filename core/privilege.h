/* SPDX-License-Identifier: MIT */
/*
 * Gives up being root, in one process: another user and group, another root directory, no
 * capability but CAP_NET_ADMIN and CAP_NET_RAW, none to be had again by execve().
 *
 * What works afterwards as before: multicast routing sockets and new ones, VIFs, routes, rules,
 * packets from any source, joins, netlink, new interfaces, /proc/sys/net by a directory that is
 * open (rpfilter.h), and all that cleans up at the end.
 *
 * What does not: files by their paths, which begin at the new root directory and are looked up as
 * the new user. So whoever wants to read one again, or remove one at the end, has opened its
 * directory before and uses openat() and unlinkat(); and the new user must be allowed to do it
 * there. A socket or pid file in a directory of root's stays behind (the next start replaces it).
 * A syslogd that is started again is not found in a new root directory without /dev/log.
 */
#ifndef CORE_PRIVILEGE_H
#define CORE_PRIVILEGE_H

enum privilege_failure { PRIVILEGE_USER, PRIVILEGE_GROUP, PRIVILEGE_CHROOT, PRIVILEGE_IDS };

/* USER, GROUP: names or numbers; without a GROUP, the user's. "": stays as it is; all three "":
 * nothing happens. 0, or -errno with what failed: EINVAL there is no such user or group, ENOENT or
 * ENOTDIR of ROOT, EPERM. Then some of it may have been done already: the process should end. */
int privilege_drop(const char *user, const char *group, const char *root,
		   enum privilege_failure *failure);

#endif
