/* SPDX-License-Identifier: MIT */
/* Gives up being root; see privilege.h. The C library's functions would do the same to all threads,
 * with a kilobyte of code, and there is only one thread. */
#include "privilege.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "account.h"

/* Where there are two, the first takes 16 bits. */
#ifdef SYS_setresuid32
enum { SETRESUID = SYS_setresuid32, SETRESGID = SYS_setresgid32, SETGROUPS = SYS_setgroups32 };
#else
enum { SETRESUID = SYS_setresuid, SETRESGID = SYS_setresgid, SETGROUPS = SYS_setgroups };
#endif

static int set_group(uint32_t gid)
{
	return syscall(SETGROUPS, 0, NULL) || syscall(SETRESGID, gid, gid, gid) ? -errno : 0;
}

static int set_user(uint32_t uid)
{
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || syscall(SETRESUID, uid, uid, uid) ? -errno : 0;
}

static int keep_capabilities(void)
{
	struct abi_cap_header header = {.version = ABI_CAPABILITY_VERSION_3};
	const uint32_t kept = 1u << ABI_CAP_NET_ADMIN | 1u << ABI_CAP_NET_RAW;
	const struct abi_cap_data data[2] = {{.effective = kept, .permitted = kept}};

	return syscall(SYS_capset, &header, data) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno
											    : 0;
}

int privilege_drop(const char *user, const char *group, const char *root,
		   enum privilege_failure *failure)
{
	uint32_t uid = UINT32_MAX, gid = UINT32_MAX;
	int error = 0;

	if (!*user && !*group && !*root)
		return 0;
	*failure = PRIVILEGE_USER;
	if (*user)
		error = account_user(user, &uid, &gid);
	if (error)
		return error;
	*failure = PRIVILEGE_GROUP;
	if (*group)
		error = account_group(group, &gid);
	if (error)
		return error;
	*failure = PRIVILEGE_CHROOT;
	if (*root && (chdir(root) || chroot(".") || chdir("/")))
		return -errno;
	*failure = PRIVILEGE_IDS;
	if (gid != UINT32_MAX)
		error = set_group(gid);
	if (!error && uid != UINT32_MAX)
		error = set_user(uid);
	return error ? error : keep_capabilities();
}
