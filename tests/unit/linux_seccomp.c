/* SPDX-License-Identifier: MIT */
/*
 * core/kernel/seccomp.c on a real kernel: a process that is confined as a worker is ends by what it
 * must not do, each time another one; and it can do what a worker does. What the filter says to all
 * other numbers is seccomp.c's.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/kernel/mroute.h"
#include "core/kernel/mroute_dump.h"
#include "core/privilege/passing.h"
#include "core/privilege/privilege.h"
#include "core/kernel/rawsock.h"
#include "core/config/script.h"
#include "core/kernel/seccomp.h"
#include "netns.h"

enum { SURVIVES, FAILS, NOT_CONFINED = 99 };

static int mroute[PROTOCOLS], channel[2], listener, null, text; /* opened by whoever was root */
static struct loop loop;
static unsigned v0;

/* As core/daemon/daemon.c does. In a user namespace there may be no other users. */
static int confine(void)
{
	const struct rlimit none = {0};
	enum privilege_failure failure;
	struct privilege privilege;

	if (privilege_find(&privilege, "nobody", "", NULL, &failure))
		return -ENOENT;
	privilege.optional = true;
	if (privilege_drop(&privilege, 0, &failure))
		return -EPERM;
	setrlimit(RLIMIT_NPROC, &none);
	setrlimit(RLIMIT_CORE, &none);
	return 0;
}

/* What becomes of a process, confined, that does this: its wait status. FILTERED: as a worker. */
static int fate(int (*act)(const void *ctx), const void *ctx, bool filtered)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (loop_open(&loop) || confine() || (filtered && seccomp_enter()))
			_exit(NOT_CONFINED);
		_exit(act(ctx));
	}
	if (pid < 0 || kill(pid, SIGHUP) || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static bool is_killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static bool survives(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == SURVIVES;
}

/* ---- what ends it ---- */

static struct {
	const char *name;
	long number;
	long argument[6];
} forbidden[] = {
#define ADDRESS(object) (long)(uintptr_t)(object)
#ifdef SYS_open
	{"open", SYS_open, {ADDRESS("/x"), O_RDONLY}},
#endif
#ifdef SYS_fork
	{"fork", SYS_fork, {0}},
#endif
	{"openat", SYS_openat, {AT_FDCWD, ADDRESS("/x"), O_RDONLY}},
	{"openat, by a directory", SYS_openat, {3, ADDRESS("x"), O_RDONLY}},
	{"execve", SYS_execve, {ADDRESS("/bin/sh"), 0, 0}},
	{"execveat", SYS_execveat, {3, ADDRESS(""), 0, 0, AT_EMPTY_PATH}},
	{"clone", SYS_clone, {SIGCHLD}},
#ifdef SYS_clone3
	{"clone3", SYS_clone3, {0, 0}},
#endif
	{"ptrace", SYS_ptrace, {0, 0, 0, 0}},
	{"process_vm_readv", SYS_process_vm_readv, {1, 0, 0, 0, 0, 0}},
	{"process_vm_writev", SYS_process_vm_writev, {1, 0, 0, 0, 0, 0}},
	{"kill", SYS_kill, {1, 0}},
	{"tgkill", SYS_tgkill, {1, 1, 0}},
	{"fcntl, F_SETOWN", SYS_fcntl, {0, F_SETOWN, 1}},
	{"fcntl, F_SETSIG", SYS_fcntl, {0, F_SETSIG, SIGUSR1}},
#ifdef SYS_socket
	{"connect", SYS_connect, {0, 0, 0}},
	{"listen", SYS_listen, {0, 1}},
	{"socketpair", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, 0}},
	{"socket, AF_UNIX", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
	{"socket, AF_PACKET", SYS_socket, {AF_PACKET, SOCK_DGRAM, 0}},
	{"socket, IPv4, raw", SYS_socket, {AF_INET, SOCK_RAW, IPPROTO_IGMP}},
	{"socket, IPv6, raw", SYS_socket, {AF_INET6, SOCK_RAW, IPPROTO_ICMPV6}},
	{"socket, TCP", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
	{"socket, TCP, IPv6", SYS_socket, {AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0}},
	{"socket, another netlink", SYS_socket, {AF_NETLINK, SOCK_RAW, 9 /* audit */}},
	{"socket, a third netlink", SYS_socket, {AF_NETLINK, SOCK_RAW, 16 /* generic */}},
	{"socket, AF_ALG", SYS_socket, {38, SOCK_SEQPACKET, 0}},
	{"setsockopt, SO_BINDTODEVICE",
	 SYS_setsockopt,
	 {0, SOL_SOCKET, SO_BINDTODEVICE, ADDRESS("lo"), 3}},
	{"setsockopt, SO_DETACH_FILTER", SYS_setsockopt, {0, SOL_SOCKET, SO_DETACH_FILTER, 0, 0}},
	{"setsockopt, IPPROTO_TCP", SYS_setsockopt, {0, IPPROTO_TCP, 1, 0, 0}},
	{"setsockopt, IPPROTO_ICMPV6", SYS_setsockopt, {0, IPPROTO_ICMPV6, 1, 0, 0}},
	{"setsockopt, SOL_PACKET", SYS_setsockopt, {0, SOL_PACKET, 5, 0, 0}},
	{"setsockopt, SOL_NETLINK", SYS_setsockopt, {0, ABI_SOL_NETLINK, 1, 0, 0}},
#endif
	{"ioctl, SIOCSIFFLAGS", SYS_ioctl, {0, 0x8914, 0}},
	{"ioctl, TIOCSTI", SYS_ioctl, {0, 0x5412, ADDRESS("x")}},
#ifdef SYS_mmap2
	{"mmap, PROT_EXEC",
	 SYS_mmap2,
	 {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
#else
	{"mmap, PROT_EXEC",
	 SYS_mmap,
	 {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
#endif
	{"mprotect, PROT_EXEC", SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC}},
	{"prctl", SYS_prctl, {15 /* PR_SET_NAME */, ADDRESS("x"), 0, 0, 0}},
	{"seccomp", SYS_seccomp, {2 /* SECCOMP_GET_ACTION_AVAIL */, 0, 0}},
	{"setuid", SYS_setuid, {0}},
	{"setresuid", SYS_setresuid, {0, 0, 0}},
	{"setgroups", SYS_setgroups, {0, 0}},
	{"capset", SYS_capset, {0, 0}},
	{"chroot", SYS_chroot, {ADDRESS("/")}},
	{"chdir", SYS_chdir, {ADDRESS("/")}},
	{"fchdir", SYS_fchdir, {3}},
	{"unshare", SYS_unshare, {CLONE_NEWUSER}},
	{"setns", SYS_setns, {3, 0}},
	{"mount", SYS_mount, {0, ADDRESS("/"), 0, 0, 0}},
	{"init_module", SYS_init_module, {0, 0, ADDRESS("")}},
	{"finit_module", SYS_finit_module, {3, ADDRESS(""), 0}},
	{"bpf", SYS_bpf, {0, 0, 0}},
#ifdef SYS_io_uring_setup
	{"io_uring_setup", SYS_io_uring_setup, {1, 0}},
#endif
	{"keyctl", SYS_keyctl, {0, -3, 0}},
	{"add_key", SYS_add_key, {0, 0, 0, 0, 0}},
	{"perf_event_open", SYS_perf_event_open, {0, 0, 0, 0, 0}},
	{"userfaultfd", SYS_userfaultfd, {0}},
	{"personality", SYS_personality, {0x0400000 /* READ_IMPLIES_EXEC */}},
	{"ftruncate", SYS_ftruncate, {3, 0}},
	{"unlinkat", SYS_unlinkat, {AT_FDCWD, ADDRESS("/x"), 0}},
	{"prlimit64", SYS_prlimit64, {0, RLIMIT_NOFILE, 0, 0}},
	{"sched_setaffinity", SYS_sched_setaffinity, {0, 0, 0}},
	{"pipe2", SYS_pipe2, {0, 0}},
	{"a number of none", 1000, {0}},
#ifdef __x86_64__
	{"x32", 0x40000000 | SYS_getpid, {0}},
	{"arch_prctl", SYS_arch_prctl, {0x1003 /* ARCH_GET_FS */, 0}},
#endif
};

static int call(const void *ctx)
{
	const long *a = forbidden[*(const size_t *)ctx].argument;

	syscall(forbidden[*(const size_t *)ctx].number, a[0], a[1], a[2], a[3], a[4], a[5]);
	return SURVIVES;
}

static void test_forbidden(void)
{
	TEST("what a worker has no need of ends it");
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		int status = fate(call, &i, true);

		CHECK(is_killed(status), "%s: %x", forbidden[i].name, (unsigned)status);
	}
	TEST("... which is the filter's work");
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		int status = fate(call, &i, false);

		CHECK(survives(status), "%s: %x", forbidden[i].name, (unsigned)status);
	}
}

#ifdef __x86_64__
/* The numbers of another architecture: 20, which is writev, is getpid by this way. */
static int enter_otherwise(const void *ctx)
{
	long result = 20;

	(void)ctx;
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	return result == getpid() ? SURVIVES : FAILS;
}

static void test_other_entry(void)
{
	if (!survives(fate(enter_otherwise, NULL, false)))
		return;
	TEST("a call by the entry of another architecture ends it");
	CHECK(is_killed(fate(enter_otherwise, NULL, true)));
}
#else
static void test_other_entry(void)
{
}
#endif

/* ---- what it needs ---- */

static int use_memory(const void *ctx)
{
	size_t size = 100000;
	char *block = malloc(size), *small;

	(void)ctx;
	if (!block)
		return FAILS;
	for (; size < 20000000; size *= 3) {
		char *grown = realloc(block, size);

		if (!grown)
			return FAILS;
		block = grown;
		block[size - 1] = 'x';
	}
	free(block);
	for (int i = 0; i < 20000; i++) {
		small = malloc((size_t)i % 2000 + 1);
		if (!small)
			return FAILS;
		*small = 'x';
		if (i % 3)
			free(small);
	}
	return SURVIVES;
}

static int use_time(const void *ctx)
{
	struct rusage usage;
	uint64_t random = 0;

	(void)ctx;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random) && errno != EAGAIN)
		return FAILS;
	return loop_now() > 0 && getpid() > 0 && syscall(SYS_gettid) == getpid() &&
			       !getrusage(RUSAGE_SELF, &usage)
		       ? SURVIVES
		       : FAILS;
}

static int64_t end_at(void *ctx, int64_t now)
{
	loop.stop |= now >= *(int64_t *)ctx || loop.hangup;
	return *(int64_t *)ctx;
}

static void hear(void *ctx, uint32_t events)
{
	char byte;

	*(bool *)ctx = events & EPOLLIN && recv(channel[1], &byte, 1, 0) == 1;
	loop.stop = *(bool *)ctx;
}

/* A signal, deadlines, a source. */
static int use_loop(const void *ctx)
{
	bool heard = false;
	struct loop_source source = {channel[1], hear, &heard};
	int64_t end = loop_now() + 10000;

	(void)ctx;
	if (loop_run(&loop, end_at, &end) || !loop.hangup)
		return FAILS;
	loop.hangup = loop.stop = false;
	end = loop_now() + 20;
	if (loop_run(&loop, end_at, &end) || loop_now() < end)
		return FAILS;
	end += 10000;
	loop.stop = false;
	if (loop_add(&loop, &source, EPOLLIN) || send(channel[0], "x", 1, 0) != 1 ||
	    loop_run(&loop, end_at, &end) || !heard)
		return FAILS;
	loop_remove(&loop, &source);
	loop_close(&loop);
	return SURVIVES;
}

static void ignore_event(void *ctx, const struct rawsock_event *event)
{
	(void)event;
	++*(unsigned *)ctx;
}

static void count_route(void *ctx, const struct route *route)
{
	(void)route;
	++*(unsigned *)ctx;
}

static int dump(enum protocol protocol)
{
	unsigned index[PROXY_VIFS] = {v0}, routes = 0;
	struct netlink netlink;
	const struct mroute_dump its = {
		.protocol = protocol, .index = index, .route = count_route, .ctx = &routes};
	int error = netlink_open(&netlink, 0);

	if (!error)
		error = mroute_dump(&netlink, &its);
	netlink_close(&netlink);
	return !error && routes == 1 ? SURVIVES : FAILS;
}

/* Tables, packets, joins, routes, counters; CTX: the protocol. */
static int use_routing(const void *ctx)
{
	static const uint8_t threshold[PROXY_VIFS], message[8] = {0x99};
	enum protocol protocol = *(const enum protocol *)ctx;
	bool ipv4 = protocol == PROTOCOL_IGMP;
	const struct addr group = ipv4 ? addr_ipv4(0xef010203)
				       : (struct addr){{0xff, 0x1e, [15] = 1}},
			  any = ipv4 ? addr_ipv4(0) : (struct addr){{0}},
			  routers = ipv4 ? addr_ipv4(0xe0000016)
					 : (struct addr){{0xff, 0x02, [15] = 0x16}};
	const struct route route = {.group = group, .outputs = 1};
	struct mroute_counters counters;
	int fd = mroute[protocol], joined, received;
	unsigned events = 0;

	if (mroute_add_vif(fd, protocol, 0, v0, 1) || !mroute_has_vif(fd, 0) ||
	    mroute_route(fd, protocol, &route, threshold) ||
	    mroute_read_counters(fd, protocol, &route, &counters))
		return FAILS;
	received = rawsock_receive(fd, protocol, ignore_event, &events);
	if (rawsock_send(fd, protocol, v0, &any, &routers, message, sizeof(message)) ||
	    (received < 0 && received != -EAGAIN) || rawsock_filter(fd, protocol, &v0, 1))
		return FAILS;
	joined = rawsock_join_routers(protocol, v0);
	if (joined < 0 || close(joined) || dump(protocol))
		return FAILS;
	mroute_flush(fd, protocol);
	return mroute_delete_vif(fd, protocol, 0) ? FAILS : SURVIVES;
}

/* Asks, and is answered. */
static int use_channel(const void *ctx)
{
	int passed[PASSING_MAX];
	char byte = 'x';

	(void)ctx;
	if (passing_send(channel[0], &byte, 1, &null, 1, 0) ||
	    passing_receive(channel[1], &byte, 1, passed, 0) || passed[0] < 0)
		return FAILS;
	return close(passed[0]) || passing_receive(channel[1], &byte, 1, passed, MSG_DONTWAIT) !=
					   -EAGAIN
		       ? FAILS
		       : SURVIVES;
}

/* Who asks at the control socket was there before. */
static int use_control(const void *ctx)
{
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	char byte;

	(void)ctx;
	return client >= 0 && recv(client, &byte, 1, 0) == 1 && write(client, "y", 1) == 1 &&
			       send(client, "y", 1, MSG_NOSIGNAL) == 1 && !close(client)
		       ? SURVIVES
		       : FAILS;
}

static int use_script(const void *ctx)
{
	char bytes[] = "pinstance p: a ==> b;\n", error[CONF_ERROR];
	struct script script = {.file = {.text = bytes, .size = sizeof(bytes) - 1}}, again;
	int fd = script_save(&script);

	(void)ctx;
	if (fd < 0 || !script_restore(&again, fd, script.file.size, "f", error))
		return FAILS;
	script_free(&again);
	return script_restore(&again, text, 4, "f", error) ? SURVIVES : FAILS;
}

/* To stderr, which is nowhere by then. */
static int use_log(const void *ctx)
{
	(void)ctx;
	if (dup2(null, STDERR_FILENO) != STDERR_FILENO)
		return FAILS;
	log_error("%s %d", "words", 1);
	return SURVIVES;
}

static void test_needed(void)
{
	static const enum protocol both[PROTOCOLS] = {PROTOCOL_IGMP, PROTOCOL_MLD};
	static const struct {
		const char *what;
		int (*act)(const void *ctx);
		const void *ctx;
	} need[] = {
		{"memory, much and little of it", use_memory, NULL},
		{"time, random numbers, itself", use_time, NULL},
		{"deadlines, sources, signals", use_loop, NULL},
		{"IPv4: VIFs, routes, packets, joins, counters, dumps", use_routing, &both[0]},
		{"IPv6: VIFs, routes, packets, joins, counters, dumps", use_routing, &both[1]},
		{"the monitor", use_channel, NULL},
		{"a client of the control socket", use_control, NULL},
		{"the configuration's text", use_script, NULL},
		{"the log", use_log, NULL},
	};

	for (size_t i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
		int status = fate(need[i].act, need[i].ctx, true);

		TEST(need[i].what);
		CHECK(survives(status), "%x", (unsigned)status);
	}
}

static int listen_abstractly(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0mcproxy-unit"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) || listen(fd, 1) ||
	    connect(client, (const struct sockaddr *)&address, sizeof(address)) ||
	    send(client, "x", 1, 0) != 1)
		return -1;
	return fd;
}

static bool open_all(void)
{
	char bytes[] = "a b\n\n";
	struct script script = {.file = {.text = bytes, .size = sizeof(bytes) - 1}};
	bool failed = !netns_wire("v0", "v1");

	v0 = if_nametoindex("v0");
	for (int i = 0; i < PROTOCOLS; i++) {
		mroute[i] = rawsock_open((enum protocol)i, CONFIG_RECEIVE_BUFFER);
		failed |= mroute[i] < 0 || mroute_init(mroute[i], (enum protocol)i, 0);
	}
	failed |= socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0;
	listener = listen_abstractly();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	text = script_save(&script);
	return !failed && listener >= 0 && null >= 0 && text >= 0;
}

static int do_nothing(const void *ctx)
{
	(void)ctx;
	return SURVIVES;
}

/* Whether there is a filter, in a process that has no other use: 0 or an errno. */
static int probe(void)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? errno : -seccomp_enter());
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return ECHILD;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

int main(void)
{
	int error = ENABLE_SECCOMP ? probe() : ENOTSUP;

	if (error) {
		printf("no filter of system calls: %s\n", strerror(error));
		return NETNS_SKIP;
	}
	netns_enter();
	/* Blocks the signals, also of processes that are made later. */
	if (loop_open(&loop))
		return 1;
	loop_close(&loop);
	TEST("everything opens, and a worker is confined");
	if (!CHECK(open_all()) || !CHECK(survives(fate(do_nothing, NULL, true))))
		return test_end();
	RUN(test_forbidden, test_other_entry, test_needed);
	return test_end();
}
