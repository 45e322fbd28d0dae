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
# The kinds: add-vif, del-vif, add-route, del-route, init (of the multicast routing sockets); send
# (to a link, not netlink); notice (reading notifications of netlink); disk (writing to a file that
# can be seeked).

fault_kinds='add-vif del-vif add-route del-route init send notice disk none'

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

enum kind { ADD_VIF, DEL_VIF, ADD_ROUTE, DEL_ROUTE, INIT, SEND, NOTICE, DISK, NONE };

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
	errno = fault[kind][1];
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

/* Answers to questions come to another socket than notifications, which is of some group. */
static enum kind kind_of_source(int fd)
{
	uint8_t address[12] = {0};
	socklen_t length = sizeof(address);

	if (!fault[NOTICE][0] || getsockname(fd, (struct sockaddr *)address, &length) ||
	    ((struct sockaddr *)address)->sa_family != AF_NETLINK)
		return NONE;
	return address[8] | address[9] | address[10] | address[11] ? NOTICE : NONE;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	return fails(kind_of_source(fd)) ? -1 : syscall(SYS_recvmsg, fd, message, flags);
}

ssize_t write(int fd, const void *data, size_t size)
{
	return fails(lseek(fd, 0, SEEK_CUR) >= 0 ? DISK : NONE) ? -1
								: syscall(SYS_write, fd, data, size);
}
END
	head -c 36 /dev/zero >"$work/faults"
	${CC:-cc} -shared -fPIC -o "$work/faults.so" "$work/faults.c" 2>/dev/null ||
		skip "no shared libraries by ${CC:-cc}"
	daemon_env="env LD_PRELOAD=$work/faults.so FAULTS=$work/faults"
	$daemon_env "$MCPROXY_BIN/mcproxy" --list >/dev/null
	has_failed none || skip "this mcproxy takes no library (it is static)"
}

# errno NAME
errno() {
	case $1 in
	ENOENT) echo 2 ;;
	ENOMEM) echo 12 ;;
	ENOSPC) echo 28 ;;
	EADDRINUSE) echo 98 ;;
	ENETDOWN) echo 100 ;;
	ENOBUFS) echo 105 ;;
	*) fail "what is $1?" ;;
	esac
}

# Which one of the kinds: from 0, in $fault_number.
find_fault() {
	fault_number=0
	for kind in $fault_kinds; do
		[ "$kind" != "$1" ] || return 0
		fault_number=$((fault_number + 1))
	done
	fail "there is no kind of fault $1"
}

# fault KIND COUNT [ERROR]: the next COUNT calls fail; 255: all.
fault() {
	find_fault "$1"
	# shellcheck disable=SC2059 # octal numbers
	printf "\\$(printf %03o "$2")\\$(printf %03o "$(errno "${3-ENOMEM}")")" |
		dd of="$work/faults" bs=1 seek=$((fault_number * 4)) conv=notrunc 2>/dev/null
}

# faults KIND: how many have failed so far, in $failed
faults() {
	find_fault "$1"
	# shellcheck disable=SC2046 # two numbers
	set -- $(od -An -tu1 -j $((fault_number * 4 + 2)) -N 2 "$work/faults")
	failed=$(($1 + 256 * $2))
}

# has_failed KIND [COUNT]: so often at least
has_failed() {
	faults "$1"
	[ "$failed" -ge "${2-1}" ]
}
