#!/bin/sh
# SPDX-License-Identifier: MIT
# A broken configuration ends the daemon with status 1 and one line that names the place, before it
# has touched anything.

. "${0%/*}/lib.sh"

new_space r
wire r up0 r dn1

# refused TEXT PLACE: the line of stderr begins with FILE:PLACE:
refused() {
	printf '%s' "$1" >"$work/bad.conf"
	status=0
	in_space r timeout 5 "$MCPROXY_BIN/mcproxy" -f "$work/bad.conf" \
		>"$work/out" 2>"$work/err" || status=$?
	equal "exit status with '$1'" "$status" 1
	equal "lines of stderr with '$1'" "$(wc -l <"$work/err")" 1
	equal "lines of stdout with '$1'" "$(wc -l <"$work/out")" 0
	case $(cat "$work/err") in
	*"$work/bad.conf:$2:"*) ;;
	*) fail "'$1': no '$work/bad.conf:$2:' in '$(cat "$work/err")'" ;;
	esac
	[ ! -e "$work/r.sock" ] || fail "'$1': the socket file was made"
	[ ! -e "$work/pid" ] || fail "'$1': the pid file was made"
	for table in ip_mr_vif ip6_mr_vif; do
		equal "lines of $table with '$1'" "$(in_space r cat /proc/net/$table | wc -l)" 1
	done
}

start="set control \"$work/r.sock\"; set pidfile \"$work/pid\";
protocol IGMPv3;
pinstance p: up0 ==> dn1;
"
refused "${start}protocol IGMPv9;" 4:10
refused "${start}pinstance p downstream dn1 set robustness 9;" 4:43
refused "${start}pinstance p downstream dn1 set robustnes 2;" 4:32
refused "${start}pinstance p downstream dn1 set query-interval;" 4:46
refused "${start}table \"open;" 4:7
refused "${start}pinstance p downstream dn1 set robustness 3" 4:44
