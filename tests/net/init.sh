#!/bin/sh
# SPDX-License-Identifier: MIT
# The script for System V's init starts one daemon, and only one, in the background, says how it is,
# and ends it.

. "${0%/*}/lib.sh"

# init STATUS COMMAND
init() {
	status=0
	in_space r env DAEMON="$MCPROXY_BIN/mcproxy" CONFIG="$work/conf" PIDFILE="$work/pid" \
		sh configs/init/mcproxy "$2" >"$work/out" 2>"$work/err" || status=$?
	equal "exit status of $2 ($(cat "$work/err"))" "$status" "$1"
	[ ! -e "$work/pid" ] || pids="$pids $(cat "$work/pid")"
}

has_dn2() {
	in_space r grep -q dn2 /proc/net/ip_mr_vif
}

topology 2
init 3 status
init 0 stop
echo 'pinstance p: up0 ==> dn1;' >"$work/conf"
init 0 start
daemon=$(cat "$work/pid")
init 0 status
equal "its answer" "$(cat "$work/out")" yes
init 0 start
equal "the pid file after another start" "$(cat "$work/pid")" "$daemon"
echo 'pinstance p: up0 ==> dn1 dn2;' >"$work/conf"
init 0 reload
wait_for 5 "the file has been read again" has_dn2
init 0 restart
[ "$(cat "$work/pid")" != "$daemon" ] || fail "it is the same process after a restart"
init 0 status
init 0 stop
[ ! -e "$work/pid" ] || fail "the pid file is still there"
init 3 status
echo nonsense >"$work/conf"
init 1 start
grep -q "conf:1" "$work/err" || fail "it did not say what is wrong"
init 2 nonsense
