# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# A worker that dies, and what happens until there is another one. Sourced after lib.sh.

# kill_worker: no other one starts until revive.
kill_worker() {
	find_worker
	[ "$worker" != "$daemon" ] || skip "this mcproxy has no worker (option PRIVSEP is off)"
	killed=$worker
	kill -STOP "$daemon"
	kill -KILL "$killed"
	wait_for 5 "the worker is dead" ended "$killed"
}

revive() {
	kill -CONT "$daemon"
	wait_for 5 "there is another worker" another_worker "$killed"
}

# another_worker OLD: it answers.
another_worker() {
	find_worker
	[ "$worker" != "$1" ] && [ "$worker" != "$daemon" ] && asked running
}

# ripe: it has run for longer than a second, so the next one starts at once
ripe() {
	told_of r summary | awk -F '\t' '$3 == "uptime" { exit $4 < 1100 }'
}

# restarts: how many workers have died
restarts() {
	told_of r summary | awk -F '\t' '$3 == "restarts" { print $4 }'
}

# lines_of TEXT: in the daemon's log
lines_of() {
	grep -c -e "$1" "$work/r.log" || :
}

# several COMMAND ARGUMENT...: it succeeds with each of them; none: with none of them. COMMAND may
# have arguments of its own.
several() {
	several_command=$1
	shift
	for several_argument; do
		$several_command "$several_argument" || return 1
	done
}

none() {
	none_command=$1
	shift
	for none_argument; do
		! $none_command "$none_argument" || return 1
	done
}

# nothing_left: of the kernel's multicast routing in the router
nothing_left() {
	for left in ip_mr_vif ip_mr_cache ip6_mr_vif ip6_mr_cache; do
		[ "$(in_space r cat /proc/net/$left | wc -l)" = 1 ] || return 1
	done
}
