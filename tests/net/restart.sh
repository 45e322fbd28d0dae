#!/bin/sh
# SPDX-License-Identifier: MIT
# A daemon that was killed leaves a socket file and a pid file behind; the next one starts all the
# same, asks the hosts, and forwards again.

. "${0%/*}/lib.sh"

config="$plain
	pinstance p downstream * set query-response-interval 0.5;
	set pidfile \"$work/pid\";"

topology 2
receive one h1 -g 239.9.12.1 -g ff15::9:c:1
for round in 1 2 3; do
	start_daemon "$config"
	equal "the pid file of round $round" "$(cat "$work/pid")" "$daemon"
	for group in 239.9.12.1 ff15::9:c:1; do
		wait_for 5 "dn1 has $group" asked group "$group" dn1
	done
	send 50 src br0 -g 239.9.12.1 -g ff15::9:c:1
	kill -KILL "$daemon"
	exit_status "$daemon"
	[ -S "$work/r.sock" ] || fail "the socket file did not stay behind"
	wait_for 5 "nobody answers" not asked running
done
leave one
got one 300
