/* SPDX-License-Identifier: MIT */
/* Gives up being root; see privilege.h. The C library's functions would do the same to all threads,
 * with a kilobyte of code, and there is only one thread; fchdir() has 300 bytes for kernels before
 * 3.5. */
#include "core/privilege/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/kernel/abi.h"
#include "core/base/account.h"
#include "core/base/file.h"
#include "core/base/format.h"

/* Where there are two, the first takes 16 bits. */
#ifdef SYS_setresuid32
enum { SETRESUID = SYS_setresuid32, SETRESGID = SYS_setresgid32, SETGROUPS = SYS_setgroups32 };
#else
enum { SETRESUID = SYS_setresuid, SETRESGID = SYS_setresgid, SETGROUPS = SYS_setgroups };
#endif

/* In a directory that has been removed nothing can be made any more. It, or -errno. */
static int open_empty_directory(void)
{
	static const char parent[][9] = {"/run", "/tmp", "/dev/shm"};
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < sizeof(parent) / sizeof(parent[0]); i++) {
		char path[40];

		format_text(path, sizeof(path), "%s/mcproxy.%d", parent[i], (int)getpid());
		if (mkdir(path, S_IXUSR)) {
			fd = -errno;
			continue;
		}
		fd = file_open(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
		rmdir(path);
	}
	return fd;
}

int privilege_find(struct privilege *privilege, const char *user, const char *group,
		   const char *root, enum privilege_failure *failure)
{
	int error = 0;

	*privilege = (struct privilege){.uid = UINT32_MAX, .gid = UINT32_MAX, .root = -1};
	*failure = PRIVILEGE_USER;
	if (*user)
		error = account_user(user, &privilege->uid, &privilege->gid);
	if (error)
		return error;
	*failure = PRIVILEGE_GROUP;
	if (*group)
		error = account_group(group, &privilege->gid);
	if (error)
		return error;
	*failure = PRIVILEGE_CHROOT;
	if (root && !*root)
		return 0;
	privilege->root =
		root ? file_open(AT_FDCWD, root, O_PATH | O_DIRECTORY) : open_empty_directory();
	return privilege->root < 0 ? privilege->root : 0;
}

static int enter(int root)
{
	int error = syscall(SYS_fchdir, root) || chroot(".") ? -errno : 0;

	close(root);
	return error;
}

static int set_ids(const struct privilege *privilege)
{
	uint32_t uid = privilege->uid, gid = privilege->gid;

	if (gid != UINT32_MAX && (syscall(SETGROUPS, 0, NULL) || syscall(SETRESGID, gid, gid, gid)))
		return -errno;
	if (uid != UINT32_MAX && syscall(SETRESUID, uid, uid, uid))
		return -errno;
	return 0;
}

static int keep_capabilities(uint32_t kept)
{
	struct abi_cap_header header = {.version = ABI_CAPABILITY_VERSION_3};
	const struct abi_cap_data data[2] = {{.effective = kept, .permitted = kept}};

	return syscall(SYS_capset, &header, data) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno
											    : 0;
}

int privilege_drop(struct privilege *privilege, uint32_t capabilities,
		   enum privilege_failure *failure)
{
	int error = 0;

	*failure = PRIVILEGE_CHROOT;
	if (privilege->root >= 0)
		error = enter(privilege->root);
	privilege->root = -1;
	if (error)
		return error;
	*failure = PRIVILEGE_IDS;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -errno;
	error = set_ids(privilege);
	if (error && !(privilege->optional && (error == -EINVAL || error == -EPERM)))
		return error;
	return keep_capabilities(capabilities);
}
