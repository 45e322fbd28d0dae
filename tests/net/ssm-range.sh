#!/bin/sh
# SPDX-License-Identifier: MIT
# A set-top box joins a channel in 232.0.0.0/8 by IGMPv2: there is no picture, the log says why, and
# `ssm-range none` helps.

. "${0%/*}/lib.sh"

group=232.9.9.1

is_said() {
	[ "$(grep -c "dn1: .*ssm-range none" "$work/r.log")" = "$1" ]
}

topology 1
write h1 /proc/sys/net/ipv4/conf/eth0/force_igmp_version 2
start_daemon "$plain
	pinstance p downstream * set query-interval 1;
	pinstance p downstream * set query-response-interval 0.5;"
receive one h1 -g $group
wait_for 5 "the log says it" is_said 1
leave one
receive one h1 -g $group
holds 2 "the group is not held" not asked group $group
assert "it is said once" is_said 1
leave one

in_space r "$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" set pinstance p ssm-range none ||
	fail "mcproxy-ctl set"
receive one h1 -g $group
wait_for 5 "the group is held" asked group $group dn1
send 50 src br0 -g $group
leave one
got one 50
stop_daemon
