# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# System calls of a running daemon that fail when they are told to, by a library that it is started
# with (so it must not be static). Sourced after lib.sh:
#
#     with_faults
#     start_daemon "$plain"
#     fault add-route 255 ENOBUFS    # from now on, until ...
#     fault add-route 0
#
# The kinds: add-vif, del-vif, add-route, del-route and init of the multicast routing sockets; send, to
# a link; hang: receiving packets never returns; accept: of the control socket.

fault_kinds='add-vif del-vif add-route del-route init send hang accept none'
fault_errors='ENOENT ENOMEM EADDRINUSE ENETDOWN ENOBUFS EMFILE'

# The file has four bytes for each kind: how often it is to fail from now on (255: always), with
# which error, and how often it has failed (two bytes, the low one first).
with_faults() {
	cat >"$work/faults.c" <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { ADD_VIF, DEL_VIF, ADD_ROUTE, DEL_ROUTE, INIT, SEND, HANG, ACCEPT, NONE };

static const int error[] = {ENOENT, ENOMEM, EADDRINUSE, ENETDOWN, ENOBUFS, EMFILE};
static volatile uint8_t (*fault)[4];

__attribute__((constructor)) static void begin(void)
{
	int fd = open(getenv("FAULTS"), O_RDWR | O_CLOEXEC);

	fault = mmap(NULL, (NONE + 1) * sizeof(*fault), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	fault[NONE][2] = 1;
}

static int fails(enum kind kind)
{
	if (kind == NONE || !fault[kind][0])
		return 0;
	if (fault[kind][0] != 255)
		fault[kind][0]--;
	if (!++fault[kind][2])
		fault[kind][3]++;
	errno = error[fault[kind][1]];
	return 1;
}

static enum kind kind_of(int level, int name)
{
	static const uint8_t kind[] = {INIT,	  NONE, ADD_VIF, DEL_VIF, ADD_ROUTE, DEL_ROUTE,
				       NONE,	  NONE, NONE,	 NONE,	  ADD_ROUTE, DEL_ROUTE};

	if ((level != 0 && level != 41) || name < 200 || name > 211)
		return NONE;
	return kind[name - 200];
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	return fails(kind_of(level, name)) ? -1
					   : syscall(SYS_setsockopt, fd, level, name, value, length);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	const struct sockaddr *to = message->msg_name;

	return fails(to && to->sa_family != AF_NETLINK ? SEND : NONE)
		       ? -1
		       : syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
	       socklen_t length)
{
	return fails(to && to->sa_family != AF_NETLINK ? SEND : NONE)
		       ? -1
		       : syscall(SYS_sendto, fd, data, size, flags, to, length);
}

int accept4(int fd, struct sockaddr *from, socklen_t *length, int flags)
{
	return fails(ACCEPT) ? -1 : (int)syscall(SYS_accept4, fd, from, length, flags);
}

int recvmmsg(int fd, struct mmsghdr *message, unsigned count, int flags, struct timespec *timeout)
{
	if (fails(HANG))
		for (;;)
			;
	return (int)syscall(SYS_recvmmsg, fd, message, count, flags, timeout);
}
END
	head -c 64 /dev/zero >"$work/faults"
	${CC:-cc} -shared -fPIC -o "$work/faults.so" "$work/faults.c" 2>/dev/null ||
		skip "no shared libraries by ${CC:-cc}"
	daemon_env="env LD_PRELOAD=$work/faults.so FAULTS=$work/faults"
	$daemon_env "$MCPROXY_BIN/mcproxy" --list >/dev/null
	has_failed none || skip "this mcproxy takes no library (it is static)"
}

# number WORD WORD...: which of the others the first one is: from 0, in $number.
number() {
	number=0 number_of=$1
	shift
	for word; do
		[ "$word" != "$number_of" ] || return 0
		number=$((number + 1))
	done
	fail "there is no fault $number_of"
}

# fault KIND COUNT [ERROR]: the next COUNT calls fail; 255: all.
fault() {
	# shellcheck disable=SC2086 # lists
	number "$1" $fault_kinds
	fault_offset=$((number * 4))
	# shellcheck disable=SC2086
	number "${3-ENOMEM}" $fault_errors
	# shellcheck disable=SC2059 # octal numbers
	printf "\\$(printf %03o "$2")\\$(printf %03o $number)" |
		dd of="$work/faults" bs=1 seek=$fault_offset conv=notrunc 2>/dev/null
}

# faults KIND: how many have failed so far, in $failed
faults() {
	# shellcheck disable=SC2086 # a list
	number "$1" $fault_kinds
	# shellcheck disable=SC2046 # two numbers
	set -- $(od -An -tu1 -j $((number * 4 + 2)) -N 2 "$work/faults")
	failed=$(($1 + 256 * $2))
}

# has_failed KIND [COUNT]: so often at least
has_failed() {
	faults "$1"
	[ "$failed" -ge "${2-1}" ]
}
