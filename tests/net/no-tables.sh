#!/bin/sh
# SPDX-License-Identifier: MIT
# A kernel without numbered tables, which a library plays that refuses MRT_TABLE: one line says so
# and names the option, and the first instance runs in the default table.

. "${0%/*}/lib.sh"

cat >"$work/refuse.c" <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	if ((level == 0 || level == 41) && option == 209) {
		errno = ENOPROTOOPT;
		return -1;
	}
	return (int)syscall(SYS_setsockopt, fd, level, option, value, size);
}
END
${CC:-cc} -shared -fPIC -o "$work/refuse.so" "$work/refuse.c" 2>/dev/null ||
	skip "no shared libraries by ${CC:-cc}"

# with_refusal CONFIGURATION: the daemon, under the library
with_refusal() {
	printf 'set control "%s";\n%s\n' "$work/r.sock" "$1 $(alone "$1")" >"$work/r.conf"
	: >"$work/r.log"
	start_in r env LD_PRELOAD="$work/refuse.so" "$MCPROXY_BIN/mcproxy" -f "$work/r.conf" \
		2>>"$work/r.log"
	daemon=$!
	wait_for 5 "mcproxy answers" asked running
}

# says COUNT TEXT: so many lines with the text
says() {
	equal "lines with '$2'" "$(grep -c "$2" "$work/r.log")" "$1"
}

topology 2
in_space r env LD_PRELOAD="$work/refuse.so" "$MCPROXY_BIN/mcproxy-check" -t >"$work/out" 2>&1 || :
grep -q 'CONFIG_IP_MROUTE_MULTIPLE_TABLES' "$work/out" ||
	skip "this mcproxy takes no library (it is static)"
logs=$work/r.log

with_refusal 'pinstance a: up0 ==> dn1; pinstance b: ==> dn2;'
says 1 'CONFIG_IP_MROUTE_MULTIPLE_TABLES.*one instance runs, a, in the default table'
says 1 'CONFIG_IPV6_MROUTE_MULTIPLE_TABLES.*one instance runs, a, in the default table'
says 1 'instance a runs'
says 0 'instance b runs'
equal "the instances" "$(told_of r instances | cut -f 1-3 | tr '\t\n' ' ,')" 'a igmp 0,a mld 0,'
receive one h1 -g 239.9.26.1 -g ff15::9:1a:1
for group in 239.9.26.1 ff15::9:1a:1; do
	wait_for 5 "dn1 has $group" asked group "$group" dn1
done
send 20 src br0 -g 239.9.26.1 -g ff15::9:1a:1
leave one
got one 40

# reloading changes nothing about that, and one instance needs no tables
"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" reload || fail "mcproxy-ctl reload"
equal "the instances" "$(told_of r instances | cut -f 1-3 | tr '\t\n' ' ,')" 'a igmp 0,a mld 0,'
stop_daemon
with_refusal 'pinstance a: up0 ==> dn1;'
says 0 MULTIPLE_TABLES
stop_daemon

# mcproxy-check says what would be
printf 'pinstance a: up0 ==> dn1; pinstance b: ==> dn2;\n' >"$work/r.conf"
status=0
in_space r env LD_PRELOAD="$work/refuse.so" "$MCPROXY_BIN/mcproxy-check" -t -f "$work/r.conf" \
	>"$work/out" || status=$?
equal "exit status of mcproxy-check" "$status" 2
grep -q '^fail	IPv4 routing tables	' "$work/out" || fail "no failure in '$(cat "$work/out")'"
