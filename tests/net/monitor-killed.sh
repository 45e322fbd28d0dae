#!/bin/sh
# SPDX-License-Identifier: MIT
# The monitor is killed: that ends the worker, which leaves all groups upstream, and the kernel's tables
# are empty. What it takes root to remove, rules and files, is the next daemon's.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-worker.sh"

v4=239.9.55.1 v6=ff15::9:55:1

config="
	protocol IGMPv3;
	protocol MLDv2;
	pinstance p(40): up0 ==> dn1 dn2;
	pinstance p downstream * set query-response-interval 0.5;
	set pidfile \"$work/pid\";"

rules() {
	{
		ip_in r mrule show
		ip_in r -6 mrule show
	} | grep -c 'lookup 40 ' || :
}

# begin: a daemon whose groups are asked for upstream
begin() {
	start_daemon "$config"
	equal "the pid file" "$(cat "$work/pid")" "$daemon"
	find_worker
	[ "$worker" != "$daemon" ] || skip "this mcproxy has no worker (option PRIVSEP is off)"
	wait_for 5 "the groups are asked for upstream" several snooped $v4 $v6
	equal "rules" "$(rules)" 12
}

# monitor_dies: the bridge forgets a group 0.2 s after a leave, without one it takes minutes
monitor_dies() {
	kill -KILL "$daemon"
	exit_status "$daemon"
	wait_for 5 "the worker has ended" ended "$worker"
	equal "rules that are left" "$(rules)" 12
	assert "nothing is left in the kernel's tables" nothing_left
}

topology 2
receive one h1 -g $v4 -g $v6

# while the worker waits for packets
begin
monitor_dies
wait_for 2 "the groups are left upstream" none snooped $v4 $v6

# while the worker waits for the monitor
begin
kill -STOP "$daemon"
kill -HUP "$worker"
waits_for_monitor() {
	! timeout 1 "$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" -q running
}
wait_for 5 "the worker does not answer" waits_for_monitor
monitor_dies
wait_for 2 "the groups are left upstream" none snooped $v4 $v6

# while there is no worker
begin
kill_worker
kill -KILL "$daemon"
exit_status "$daemon"
assert "nothing is left in the kernel's tables" nothing_left
assert "the groups are not left upstream" several snooped $v4 $v6

# another configuration: what is not needed goes
config=$(echo "$config" | sed 's/ dn2;/;/')
start_daemon "$config"
equal "the pid file" "$(cat "$work/pid")" "$daemon"
equal "rules of the next one" "$(rules)" 8
wait_for 5 "the groups are known" several "asked group" $v4 $v6
send 20 src br0 -g $v4 -g $v6
leave one
got one 40
stop_daemon
equal "rules that are left" "$(rules)" 0
for file in pid r.sock; do
	[ ! -e "$work/$file" ] || fail "$file is still there"
done
