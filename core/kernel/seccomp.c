/* SPDX-License-Identifier: MIT */
/*
 * The filter of system calls; see seccomp.h. Owns: the table, made of the numbers that libc has for
 * the architecture that is compiled for. What musl and glibc need, none of which can open a file,
 * start a program, or reach another process.
 */
#include "core/kernel/seccomp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* Which architecture a call must come by: others have other numbers. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH (ABI_EM_X86_64 | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE)
#elif defined(__i386__)
#define ARCH (ABI_EM_386 | ABI_AUDIT_ARCH_LE)
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define ARCH (ABI_EM_AARCH64 | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE)
#elif defined(__ARM_EABI__) && defined(__ARMEL__)
#define ARCH (ABI_EM_ARM | ABI_AUDIT_ARCH_LE)
#elif defined(__mips__) && _MIPS_SIM == _ABIO32 && defined(__MIPSEL__)
#define ARCH (ABI_EM_MIPS | ABI_AUDIT_ARCH_LE)
#elif defined(__mips__) && _MIPS_SIM == _ABIO32
#define ARCH ABI_EM_MIPS
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH (ABI_EM_RISCV | ABI_AUDIT_ARCH_64BIT | ABI_AUDIT_ARCH_LE)
#else
#define ARCH 0u
#define NO_TABLE 1
#endif

/* A sanitizer makes calls of its own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* ---- the table ---- */

/* A call that passes if two of its arguments, masked, have these values. */
struct bound_call {
	uint16_t number;
	struct condition {
		uint8_t argument;
		uint32_t mask, value;
	} condition[2];
};

#define ALL UINT32_MAX

enum { TYPE = 0xf }; /* of a socket, without its flags */

#ifdef NO_TABLE
static const uint16_t free_calls[1];
static const struct bound_call bound_calls[1];
#else

/* Whatever their arguments. What libc makes of a function depends on its age, and on the kernel's.
 */
static const uint16_t free_calls[] = {
	SYS_recvmmsg,
	SYS_sendmsg,
	SYS_epoll_ctl,
	SYS_epoll_pwait,
	SYS_read,
	SYS_write,
	SYS_writev,
	SYS_close,
	SYS_brk,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_getpid,
	SYS_gettid,
	SYS_getrandom,
	SYS_getrusage,
	SYS_exit,
	SYS_exit_group,
	SYS_rt_sigreturn,
	SYS_rt_sigprocmask,
	SYS_restart_syscall,
	SYS_memfd_create,
	SYS_lseek,
	SYS_dup3,
/* musl calls the one of 32 bits otherwise. */
#ifdef SYS_clock_gettime
	SYS_clock_gettime,
#endif
#ifdef SYS_clock_gettime32
	SYS_clock_gettime32,
#endif
#ifdef SYS_clock_gettime64
	SYS_clock_gettime64,
#endif
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
#ifdef SYS_dup2
	SYS_dup2,
#endif
#ifdef SYS_recvmmsg_time64
	SYS_recvmmsg_time64,
#endif
#ifdef SYS__llseek
	SYS__llseek,
#endif
#ifdef SYS_sigreturn
	SYS_sigreturn,
#endif
#ifdef SYS_sendto
	SYS_sendto,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_accept4,
	SYS_bind,
#endif
#ifdef SYS_send
	SYS_send,
	SYS_recv,
#endif
/* i386: its arguments are in memory, so those of socket() and setsockopt() cannot be looked at. */
#ifdef SYS_socketcall
	SYS_socketcall,
#endif
};

/* The rest. */
static const struct bound_call bound_calls[] = {
#ifdef SYS_socket
	{SYS_socket, {{0, ALL, AF_INET}, {1, TYPE, SOCK_DGRAM}}},
	{SYS_socket, {{0, ALL, AF_INET6}, {1, TYPE, SOCK_DGRAM}}},
	{SYS_socket, {{0, ALL, AF_NETLINK}, {2, ALL, ABI_NETLINK_ROUTE}}},
	{SYS_setsockopt, {{1, ALL, IPPROTO_IP}, {0, 0, 0}}},
	{SYS_setsockopt, {{1, ALL, IPPROTO_IPV6}, {0, 0, 0}}},
	{SYS_setsockopt, {{1, ALL, SOL_SOCKET}, {2, ALL, SO_ATTACH_FILTER}}},
#endif
	{SYS_ioctl, {{1, ALL, ABI_SIOCGETSGCNT}, {0, 0, 0}}},
	{SYS_ioctl, {{1, ALL, ABI_SIOCGETVIFCNT}, {0, 0, 0}}},
/* Where there are two, the first may have its arguments in memory. */
#ifdef SYS_mmap2
	{SYS_mmap2, {{2, PROT_EXEC, 0}, {0, 0, 0}}},
#else
	{SYS_mmap, {{2, PROT_EXEC, 0}, {0, 0, 0}}},
#endif
	{SYS_mprotect, {{2, PROT_EXEC, 0}, {0, 0, 0}}},
/* Flags of descriptors: F_SETOWN and F_SETSIG would send signals. */
#ifdef SYS_fcntl64
	{SYS_fcntl64, {{1, ~7u, 0}, {0, 0, 0}}},
#endif
	{SYS_fcntl, {{1, ~7u, 0}, {0, 0, 0}}},
};

#endif

/* ---- the program ---- */

enum {
	LOAD = ABI_BPF_LD | ABI_BPF_W | ABI_BPF_ABS,
	EQUAL = ABI_BPF_JMP | ABI_BPF_JEQ | ABI_BPF_K,
	AND = ABI_BPF_ALU | ABI_BPF_AND | ABI_BPF_K,
	RETURN = ABI_BPF_RET | ABI_BPF_K,
	/* The half of an argument that has an int in it. */
	LOW = ARCH & ABI_AUDIT_ARCH_LE ? 0 : 4
};

struct code {
	struct abi_sock_filter *filter;
	unsigned length;
};

static void put_instruction(struct code *code, unsigned instruction, uint32_t value,
			    unsigned otherwise)
{
	code->filter[code->length++] =
		(struct abi_sock_filter){(uint16_t)instruction, 0, (uint8_t)otherwise, value};
}

/* Goes on behind SKIP instructions if the condition does not hold. */
static void put_condition(struct code *code, const struct condition *condition, unsigned skip)
{
	put_instruction(code, LOAD,
			offsetof(struct abi_seccomp_data, args) + 8u * condition->argument + LOW,
			0);
	put_instruction(code, AND, condition->mask, 0);
	put_instruction(code, EQUAL, condition->value, skip);
}

unsigned seccomp_filter(struct abi_sock_filter filter[SECCOMP_MAX])
{
	struct code code = {.filter = filter};
	size_t n;

	if (!ARCH)
		return 0;
	put_instruction(&code, LOAD, offsetof(struct abi_seccomp_data, arch), 0);
	put_instruction(&code, EQUAL, ARCH, 0);
	filter[code.length - 1].jt = 1;
	put_instruction(&code, RETURN, ABI_SECCOMP_RET_KILL_PROCESS, 0);
	put_instruction(&code, LOAD, offsetof(struct abi_seccomp_data, nr), 0);
	for (n = 0; n < sizeof(free_calls) / sizeof(free_calls[0]); n++) {
		put_instruction(&code, EQUAL, free_calls[n], 1);
		put_instruction(&code, RETURN, ABI_SECCOMP_RET_ALLOW, 0);
	}
	for (n = 0; n < sizeof(bound_calls) / sizeof(bound_calls[0]); n++) {
		const struct bound_call *call = &bound_calls[n];

		put_instruction(&code, LOAD, offsetof(struct abi_seccomp_data, nr), 0);
		put_instruction(&code, EQUAL, call->number, 7);
		put_condition(&code, &call->condition[0], 4);
		put_condition(&code, &call->condition[1], 1);
		put_instruction(&code, RETURN, ABI_SECCOMP_RET_ALLOW, 0);
	}
	put_instruction(&code, RETURN, ABI_SECCOMP_RET_KILL_PROCESS, 0);
	return code.length;
}

int seccomp_enter(void)
{
	struct abi_sock_filter filter[SECCOMP_MAX];
	struct abi_sock_fprog bpf = {.filter = filter};

	bpf.len = (unsigned short)(SANITIZED ? 0 : seccomp_filter(filter));
	if (!bpf.len)
		return -ENOTSUP;
	return prctl(ABI_PR_SET_SECCOMP, ABI_SECCOMP_MODE_FILTER, &bpf, 0, 0) ? -errno : 0;
}
