#!/bin/sh
# SPDX-License-Identifier: MIT
# A router upstream that asks while there is no worker is answered by the next one: its general queries,
# and those for a group that another host has left. What it has forgotten meanwhile it is told again.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-worker.sh"

v4=239.9.58.1 v6=ff15::9:58:1

# queries FAMILY: sent by the router upstream
queries() {
	ip_in src link xstats type bridge_slave dev p0 | sed -n "/$1 queries:/{
		n
		n
		s/.* v\([0-9]*\) \([0-9]*\)\$/\2/p
	}"
}

more_queries() {
	[ "$(queries IGMP)" -gt "$1" ] && [ "$(queries MLD)" -gt "$2" ]
}

# heard COUNT: so many queries by this worker, of each family
heard() {
	[ "$(counter r igmp up0 rx-query)" -ge "$1" ] && [ "$(counter r mld up0 rx-query)" -ge "$1" ]
}

# other_leaves: a program on the router leaves the groups while there is no worker, and the router
# upstream asks for them.
other_leaves() {
	start_in r "$MCPROXY_BIN/mcproxy-join" -i up0 -q -g $v4 -g $v6 >"$work/other.join" 2>&1
	other=$!
	wait_for 5 "the other program has joined" has_joined
	wait_for 5 "the worker is ripe" ripe
	kill_worker
	igmp=$(queries IGMP) mld=$(queries MLD)
	kill -TERM $other
	exit_status $other
	wait_for 5 "the router upstream asks" more_queries "$igmp" "$mld"
}

has_joined() {
	[ "$(ip_in r maddress show dev up0 | grep -c -e " $v4\$" -e " $v6\$")" = 2 ]
}

topology 2
# of the source of queries for groups of a wider scope the kernel's bridge makes an address of that scope
ip_in src address del fd09::1/64 dev br0
start_daemon "$plain"
ip_in src link set br0 type bridge mcast_querier 1 mcast_query_use_ifaddr 1 \
	mcast_membership_interval 600 mcast_query_interval 150 mcast_query_response_interval 50 \
	mcast_startup_query_interval 100 mcast_last_member_interval 100
receive one h1 -g $v4 -g $v6
wait_for 5 "reports are seen upstream" several snooped $v4 $v6
wait_for 5 "there is a querier upstream" heard 1

# general queries
wait_for 5 "the worker is ripe" ripe
kill_worker
igmp=$(queries IGMP) mld=$(queries MLD)
wait_for 5 "the router upstream has asked" more_queries $((igmp + 1)) $((mld + 1))
assert "it has not forgotten" several snooped $v4 $v6
revive
wait_for 5 "the worker has heard the queries of that time" heard 2
holds 7 "memberships are kept alive" several snooped $v4 $v6

# group-specific ones: without an answer it forgets within 2 s
ip_in src link set br0 type bridge mcast_query_interval 50000 mcast_membership_interval 60000
other_leaves
assert "it has not forgotten" several snooped $v4 $v6
revive
holds 3 "memberships are kept alive" several snooped $v4 $v6

# without one
other_leaves
wait_for 5 "it has forgotten" none snooped $v4 $v6
revive
wait_for 2 "it is told again" several snooped $v4 $v6
stop_daemon
