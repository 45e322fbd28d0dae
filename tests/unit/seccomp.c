/* SPDX-License-Identifier: MIT */
/*
 * The filter of system calls (core/kernel/seccomp.c), by an interpreter of its program: what it
 * says to each number and to arguments of all sorts, beside the list that follows. It needs no
 * kernel, so it runs for other architectures, too: tests/tree/build-seccomp.sh.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "core/kernel/seccomp.h"
#include "test.h"

#if __has_include(<linux/audit.h>)
#include <linux/audit.h>
#endif

/* What the kernel calls this architecture; undefined: there is no table for it. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define HERE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define HERE AUDIT_ARCH_I386
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define HERE AUDIT_ARCH_AARCH64
#elif defined(__ARM_EABI__) && defined(__ARMEL__)
#define HERE AUDIT_ARCH_ARM
#elif defined(__mips__) && _MIPS_SIM == _ABIO32 && defined(__MIPSEL__)
#define HERE AUDIT_ARCH_MIPSEL
#elif defined(__mips__) && _MIPS_SIM == _ABIO32
#define HERE AUDIT_ARCH_MIPS
#elif defined(__riscv) && __riscv_xlen == 64
#define HERE AUDIT_ARCH_RISCV64
#endif

/* Where there is none, or no linux/audit.h to say so: 0. */
#if defined(HERE) && __has_include(<linux/audit.h>)
#define ARCHITECTURE HERE
#else
#define ARCHITECTURE 0
#endif
#ifdef HERE
enum { HAS_TABLE = 1 };
#else
enum { HAS_TABLE = 0 };
#endif
#ifdef SYS_fcntl64
#define FCNTL SYS_fcntl64
#else
#define FCNTL SYS_fcntl
#endif
#ifdef SYS_mmap2
#define MMAP SYS_mmap2
#else
#define MMAP SYS_mmap
#endif

#define NUMBERS_END 7000 /* mips begins at 4000 */

static struct abi_sock_filter code[SECCOMP_MAX];
static unsigned length;
static uint32_t here; /* as the program has it */

/* What the program does that no filter may. */
static bool damaged;

static uint32_t load(const struct abi_seccomp_data *data, uint32_t offset)
{
	uint32_t word = 0;

	if (offset % 4 || offset > sizeof(*data) - sizeof(word))
		damaged = true;
	else
		memcpy(&word, (const uint8_t *)data + offset, sizeof(word));
	return word;
}

static uint32_t run(const struct abi_seccomp_data *data)
{
	uint32_t a = 0;

	for (unsigned at = 0; at < length; at++) {
		const struct abi_sock_filter *i = &code[at];

		if (i->code == (ABI_BPF_LD | ABI_BPF_W | ABI_BPF_ABS))
			a = load(data, i->k);
		else if (i->code == (ABI_BPF_ALU | ABI_BPF_AND | ABI_BPF_K))
			a &= i->k;
		else if (i->code == (ABI_BPF_JMP | ABI_BPF_JEQ | ABI_BPF_K))
			at += a == i->k ? i->jt : i->jf;
		else if (i->code == (ABI_BPF_RET | ABI_BPF_K))
			return i->k;
		else
			damaged = true;
	}
	damaged = true;
	return 0;
}

static bool passes(long number, const uint64_t args[6])
{
	struct abi_seccomp_data data = {.nr = (int32_t)number, .arch = here};
	uint32_t result;

	memcpy(data.args, args, sizeof(data.args));
	result = run(&data);
	CHECK(result == ABI_SECCOMP_RET_ALLOW || result == ABI_SECCOMP_RET_KILL_PROCESS, "%x",
	      (unsigned)result);
	return result == ABI_SECCOMP_RET_ALLOW;
}

static bool passes_with(long number, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t args[6] = {a, b, c};

	return passes(number, args);
}

/* ---- what is to be ---- */

#define FOUR(a, b, c, d) SYS_##a, SYS_##b, SYS_##c, SYS_##d

/* Packets, descriptors that are open, events and time, memory, of itself. */
static const long whatever[] = {
	FOUR(recvmmsg, sendmsg, read, write),
	FOUR(writev, close, lseek, dup3),
	FOUR(memfd_create, epoll_ctl, epoll_pwait, rt_sigreturn),
	FOUR(rt_sigprocmask, restart_syscall, brk, munmap),
	FOUR(mremap, madvise, getpid, gettid),
	FOUR(getrandom, getrusage, exit, exit_group),
#ifdef SYS_recvmmsg_time64
	SYS_recvmmsg_time64,
#endif
#ifdef SYS_sendto
	FOUR(sendto, recvfrom, recvmsg, accept4),
	SYS_bind,
#endif
#ifdef SYS_send
	SYS_send,
	SYS_recv,
#endif
#ifdef SYS_socketcall
	SYS_socketcall,
#endif
#ifdef SYS__llseek
	SYS__llseek,
#endif
#ifdef SYS_dup2
	SYS_dup2,
#endif
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
#ifdef SYS_clock_gettime
	SYS_clock_gettime,
#endif
#ifdef SYS_clock_gettime32
	SYS_clock_gettime32,
#endif
#ifdef SYS_clock_gettime64
	SYS_clock_gettime64,
#endif
#ifdef SYS_sigreturn
	SYS_sigreturn,
#endif
};

enum { WHATEVER = sizeof(whatever) / sizeof(whatever[0]) };

static const long some[] = {
#ifdef SYS_socket
	SYS_socket,   SYS_setsockopt,
#endif
	SYS_ioctl,
#ifdef SYS_mmap2
	SYS_mmap2,
#else
	SYS_mmap,
#endif
	SYS_mprotect, SYS_fcntl,
#ifdef SYS_fcntl64
	SYS_fcntl64,
#endif
};

enum { SOME = sizeof(some) / sizeof(some[0]) };

/* Of what else there is, by name: a mistake in the lists above would not be seen otherwise. */
#define NAMED(name)                     \
	{                               \
#name, (long)SYS_##name \
	}
#define NAMED_4(a, b, c, d)                                            \
	{#a, (long)SYS_##a}, {#b, (long)SYS_##b}, {#c, (long)SYS_##c}, \
	{                                                              \
#d, (long)SYS_##d                                      \
	}

static const struct {
	const char *name;
	long number;
} forbidden[] = {
	NAMED_4(openat, unlinkat, mkdirat, fchmodat),
	NAMED_4(fchownat, ftruncate, fallocate, open_by_handle_at),
	NAMED_4(execve, execveat, clone, ptrace),
	NAMED_4(process_vm_readv, process_vm_writev, kcmp, kill),
	NAMED_4(tkill, tgkill, rt_sigqueueinfo, prctl),
	NAMED_4(seccomp, setuid, setgid, setresuid),
	NAMED_4(setgroups, capset, chroot, chdir),
	NAMED_4(fchdir, pivot_root, unshare, setns),
	NAMED_4(mount, umount2, init_module, finit_module),
	NAMED_4(delete_module, bpf, perf_event_open, userfaultfd),
	NAMED_4(io_setup, keyctl, add_key, request_key),
	NAMED_4(remap_file_pages, personality, prlimit64, sched_setaffinity),
	NAMED_4(timer_create, splice, vmsplice, reboot),
	NAMED_4(kexec_load, syslog, acct, swapon),
#ifdef SYS_open
	NAMED_4(open, unlink, mkdir, rename),
	NAMED(chmod),
#endif
#ifdef SYS_openat2
	NAMED(openat2),
#endif
#ifdef SYS_fork
	NAMED(fork),
#endif
#ifdef SYS_vfork
	NAMED(vfork),
#endif
#ifdef SYS_clone3
	NAMED(clone3),
#endif
#ifdef SYS_pidfd_open
	NAMED(pidfd_open),
	NAMED(pidfd_getfd),
	NAMED(pidfd_send_signal),
#endif
#ifdef SYS_connect
	NAMED(connect),
	NAMED(socketpair),
	NAMED(listen),
#endif
#ifdef SYS_io_uring_setup
	NAMED(io_uring_setup),
	NAMED(io_uring_enter),
	NAMED(io_uring_register),
#endif
#ifdef SYS_pkey_mprotect
	NAMED(pkey_mprotect),
#endif
#ifdef __i386__
	NAMED_4(mmap, ipc, modify_ldt, vm86),
#endif
#ifdef __x86_64__
	NAMED(arch_prctl),
	NAMED(modify_ldt),
	NAMED(iopl),
#endif
};

/* Arguments: descriptors, flags, pointers, and what takes more than 32 bits. */
static const uint64_t patterns[][6] = {
	{0},
	{1, 1, 1, 1, 1, 1},
	{3, 2, 4, 8, 16, 32},
	{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
	{0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7f1234567890, 0},
	{AF_UNIX, SOCK_DGRAM, 0},
	{AF_INET, SOCK_DGRAM, IPPROTO_UDP},
	{7, SOL_SOCKET, SO_ATTACH_FILTER, 0x7f1234567890, 16},
};

enum { PATTERNS = sizeof(patterns) / sizeof(patterns[0]) };

static bool is_in(const long *list, size_t count, long number)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return false;
}

/* ---- tests ---- */

/* As seccomp_check_filter() of the kernel has it, which takes no jump backwards at all. */
static void test_form(void)
{
	TEST("it is a program that ends, whatever is called");
	CHECK(length <= SECCOMP_MAX, "%u", length);
	for (unsigned at = 0; at < length; at++)
		CHECK(code[at].code != (ABI_BPF_JMP | ABI_BPF_JEQ | ABI_BPF_K) ||
			      (at + 1u + code[at].jt < length && at + 1u + code[at].jf < length),
		      "%u", at);
	CHECK(code[length - 1].code == (ABI_BPF_RET | ABI_BPF_K));
}

static void test_architecture(void)
{
	static const uint32_t other[] = {0,
					 UINT32_MAX,
					 3,
					 8,
					 40,
					 62,
					 183,
					 243,
					 258 | 0xc0000000u,
					 3 | 0x40000000u,
					 8 | 0x40000000u,
					 8 | 0x80000000u,
					 8 | 0xc0000000u,
					 8 | 0xe0000000u,
					 40 | 0x40000000u,
					 62 | 0xc0000000u,
					 62 | 0x40000000u,
					 183 | 0xc0000000u,
					 183 | 0x80000000u,
					 243 | 0x40000000u,
					 243 | 0xc0000000u};
	unsigned same = 0;

	TEST("calls by another architecture's numbers do not pass");
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		same += other[i] == here;
		for (int32_t n = 0; n < NUMBERS_END && other[i] != here; n++) {
			const struct abi_seccomp_data data = {.nr = n, .arch = other[i]};

			CHECK(run(&data) == ABI_SECCOMP_RET_KILL_PROCESS, "%x", (unsigned)other[i]);
		}
	}
	CHECK(same == 1, "%x", (unsigned)here);
	CHECK(!ARCHITECTURE || here == (uint32_t)ARCHITECTURE, "%x", (unsigned)here);
}

static void test_numbers(void)
{
	unsigned allowed = 0;

	TEST("of all numbers those pass that are meant, whatever their arguments");
	for (long number = -10; number < NUMBERS_END; number++) {
		bool free = is_in(whatever, WHATEVER, number);

		for (size_t i = 0; i < PATTERNS && !is_in(some, SOME, number); i++)
			CHECK(passes(number, patterns[i]) == free, "%ld with pattern %zu", number,
			      i);
		allowed += free;
	}
	CHECK(allowed == WHATEVER, "%u of %u", allowed, (unsigned)WHATEVER);
	TEST("... and none with other bits in it: x32, and what fits no number");
	for (size_t i = 0; i < WHATEVER; i++) {
		for (int bit = 13; bit < 32; bit++)
			CHECK(!passes((int32_t)((uint32_t)whatever[i] | 1u << bit), patterns[0]),
			      "%ld and bit %d", whatever[i], bit);
		CHECK(!passes(~whatever[i], patterns[0]));
	}
	TEST("none of those passes by which one gets out");
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		for (size_t n = 0; n < PATTERNS; n++)
			CHECK(!passes(forbidden[i].number, patterns[n]), "%s", forbidden[i].name);
}

#ifdef SYS_socket
static bool is_socket(unsigned family, unsigned type, unsigned protocol)
{
	return ((family == AF_INET || family == AF_INET6) && type == SOCK_DGRAM) ||
	       (family == AF_NETLINK && protocol == 0);
}

static void test_sockets(void)
{
	static const unsigned flags[] = {0, SOCK_CLOEXEC, SOCK_NONBLOCK,
					 SOCK_CLOEXEC | SOCK_NONBLOCK};

	TEST("sockets: IPv4 and IPv6 datagrams, rtnetlink");
	for (unsigned family = 0; family < 64; family++)
		for (unsigned type = 0; type < 16; type++)
			for (unsigned protocol = 0; protocol < 300; protocol++)
				CHECK(passes_with(SYS_socket, family, type | flags[protocol % 4],
						  protocol) == is_socket(family, type, protocol),
				      "%u, %u, %u", family, type, protocol);
	CHECK(!passes_with(SYS_socket, AF_INET | 1u << 16, SOCK_DGRAM, 0));
	CHECK(!passes_with(SYS_socket, AF_INET, SOCK_RAW, IPPROTO_IGMP));
	CHECK(!passes_with(SYS_socket, AF_PACKET, SOCK_DGRAM, 0));
	CHECK(!passes_with(SYS_socket, AF_NETLINK, SOCK_RAW, 1u << 31));
	TEST("options of sockets: IPv4's, IPv6's, filters");
	for (unsigned level = 0; level < 300; level++)
		for (unsigned option = 0; option < 300; option++)
			CHECK(passes_with(SYS_setsockopt, 3, level, option) ==
				      (level == IPPROTO_IP || level == IPPROTO_IPV6 ||
				       (level == SOL_SOCKET && option == SO_ATTACH_FILTER)),
			      "%u, %u", level, option);
	CHECK(passes_with(SYS_setsockopt, 3, SOL_SOCKET, SO_ATTACH_FILTER));
	CHECK(!passes_with(SYS_setsockopt, 3, SOL_SOCKET, SO_BINDTODEVICE));
	CHECK(!passes_with(SYS_setsockopt, 3, SOL_SOCKET, SO_DETACH_FILTER));
	CHECK(!passes_with(SYS_setsockopt, 3, SOL_SOCKET, SO_LOCK_FILTER));
	CHECK(!passes_with(SYS_setsockopt, 3, SOL_SOCKET, SO_RCVBUFFORCE));
}
#else
static void test_sockets(void)
{
	TEST("sockets come by socketcall() only, whose arguments nobody sees");
	CHECK(!!SYS_socketcall);
}
#endif

static void test_memory(long map)
{
	TEST("memory: nothing that can be executed");
	for (unsigned protection = 0; protection < 16; protection++) {
		bool executable = protection & PROT_EXEC;

		CHECK(passes_with(map, 0, 4096, protection) == !executable);
		CHECK(passes_with(SYS_mprotect, 4096, 4096, protection) == !executable);
	}
	CHECK(!passes_with(map, 0, 4096, UINT64_MAX));
}

static void test_descriptors(void)
{
	static const unsigned control[] = {0x5412 /* TIOCSTI */, 0x8914 /* SIOCSIFFLAGS */,
					   0x8901 /* FIOSETOWN */, 0x8902 /* SIOCSPGRP */,
					   0x8946 /* SIOCETHTOOL */};

	TEST("controls of devices: the counters of multicast routing");
	for (unsigned i = 0; i < 0x10000; i++)
		CHECK(passes_with(SYS_ioctl, 3, i, 0) ==
			      (i == ABI_SIOCGETSGCNT || i == ABI_SIOCGETVIFCNT),
		      "%x", i);
	for (size_t i = 0; i < sizeof(control) / sizeof(control[0]); i++)
		CHECK(!passes_with(SYS_ioctl, 3, control[i], 0));
	CHECK(!passes_with(SYS_ioctl, 3, ABI_SIOCGETSGCNT | 1u << 31, 0));
	TEST("flags of descriptors: none that would send signals");
	CHECK(passes_with(SYS_fcntl, 3, F_GETFD, 0) && passes_with(SYS_fcntl, 3, F_SETFD, 1));
	CHECK(passes_with(SYS_fcntl, 3, F_GETFL, 0) && passes_with(SYS_fcntl, 3, F_SETFL, 0));
	for (unsigned i = 0; i < 2048; i++)
		CHECK(passes_with(SYS_fcntl, 3, i, 0) == (i < 8), "%u", i);
	CHECK(!passes_with(SYS_fcntl, 3, F_SETOWN, 1) && !passes_with(SYS_fcntl, 3, F_SETSIG, 9));
	CHECK(!passes_with(SYS_fcntl, 3, 15 /* F_SETOWN_EX */, 1));
	for (unsigned i = 0; i < 2048; i++)
		CHECK(passes_with(FCNTL, 3, i, 0) == (i < 8), "%u", i);
}

static void test_filter(void)
{
	here = code[1].k;
	RUN(test_form, test_architecture, test_numbers, test_sockets);
	test_memory(MMAP);
	test_descriptors();
	TEST("no path through it goes astray");
	CHECK(!damaged);
}

int main(void)
{
	length = seccomp_filter(code);
	TEST("there is a table for those architectures that are to have one");
	CHECK(!length == !HAS_TABLE);
	if (length)
		test_filter();
	return test_end();
}
