#!/bin/sh
# SPDX-License-Identifier: MIT
# SIGTERM, SIGINT, `mcproxy-ctl stop`: every group is left upstream, the kernel's tables are empty, the socket and
# the pid file are gone, and the exit status is 0.

. "${0%/*}/lib.sh"

# nothing_left: header lines only
nothing_left() {
	for table in ip_mr_vif ip_mr_cache ip6_mr_vif ip6_mr_cache; do
		equal "lines of $table" "$(in_space r cat /proc/net/$table | wc -l)" 1
	done
	[ ! -e "$work/r.sock" ] || fail "the socket file is still there"
	[ ! -e "$work/pid" ] || fail "the pid file is still there"
}

topology 2
receive one h1 -g 239.9.11.1 -g ff15::9:b:1
for signal in TERM INT stop; do
	start_daemon "$plain
		pinstance p downstream * set query-response-interval 0.5;
		set pidfile \"$work/pid\";"
	equal "the pid file" "$(cat "$work/pid")" "$daemon"
	wait_for 5 "239.9.11.1 is reported upstream" snooped 239.9.11.1
	wait_for 5 "ff15::9:b:1 is reported upstream" snooped ff15::9:b:1
	[ "$(in_space r cat /proc/net/ip_mr_vif | wc -l)" -gt 3 ] || fail "there are no VIFs"
	if [ $signal = stop ]; then
		"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" stop
	else
		kill -$signal "$daemon"
	fi
	exit_status "$daemon"
	equal "exit status after $signal" "$status" 0
	nothing_left
	wait_for 5 "239.9.11.1 is left upstream" not snooped 239.9.11.1
	wait_for 5 "ff15::9:b:1 is left upstream" not snooped ff15::9:b:1
done
