#!/bin/sh
# SPDX-License-Identifier: MIT
# Interfaces come late, go down, lose their address, vanish and come back with another index, under
# a stream: within a second all is as it was, asked for upstream again and queried downstream.

. "${0%/*}/lib.sh"

v4=239.9.10.1 v6=ff15::9:a:1

# wire_up0, wire_dn2: the cables that are cut and laid again. The host's eth0 is a bridge, which
# counts the queries that come.
wire_up0() {
	wire src p0 r up0
	ip_in src link set p0 master br0
	ip_in src link set p0 type bridge_slave mcast_router 2
	address r up0 0 2
	wait_for 5 "up0 has a link-local address" has_link_local r up0
}

wire_dn2() {
	ip_in r link add dn2 type veth peer name p0 netns "$space-h2"
	ip_in h2 link set p0 master eth0 up
	ip_in r link set dn2 up
	address r dn2 2 1
	wait_for 5 "dn2 has a link-local address" has_link_local r dn2
}

queries() {
	queries_v4=$(port_count h2 p0 IGMP queries)
	queries_v6=$(port_count h2 p0 MLD queries)
	queries_v4=${queries_v4##* }
	queries_v6=${queries_v6##* }
}

# queried V4 V6: more queries have come to h2 than that
queried() {
	queries
	[ "$queries_v4" -gt "$1" ] && [ "$queries_v6" -gt "$2" ]
}

# has IF: both groups
has() {
	asked group $v4 "$1" && asked group $v6 "$1"
}

announced() {
	snooped $v4 && snooped $v6
}

# flows IF: both streams go on, from now
flows() {
	vif_packets 4 "$1"
	flows_v4=$((packets + 20))
	vif_packets 6 "$1"
	flows_v6=$((packets + 20))
	wait_for 2 "$v4 flows to $1" forwarded 4 "$1" $flows_v4
	wait_for 2 "$v6 flows to $1" forwarded 6 "$1" $flows_v6
}

# within_a_second WHAT COMMAND...
within_a_second() {
	second_what=$1
	shift
	read_clock
	second_start=$clock
	wait_for 5 "$second_what" "$@"
	read_clock
	within "hundredths of a second until $second_what" $((clock - second_start)) 0 100
}

. "${0%/*}/lib-forward.sh"

topology 1
new_space h2
# a port that stays, so that br0 keeps its carrier
ip_in src link add d0 type veth peer name d1
ip_in src link set d1 up
ip_in src link set d0 master br0 up
new_bridge h2 eth0
address h2 eth0 2 2
receive one h1 -g $v4 -g $v6
receive two h2 -g $v4 -g $v6

# dn2 is missing at the start
start_daemon "$plain
	pinstance p downstream * set query-response-interval 0.5;"
stream film src br0 -g $v4 -g $v6
wait_for 3 "dn1 has its groups: hosts answer the startup queries" has dn1
wait_for 3 "reports are seen upstream" announced
wire_dn2
within_a_second "a new interface is queried" queried 0 0
wait_for 2 "dn2 has its groups" has dn2
flows dn2

# dn2 goes down, and up again
ip_in r link set dn2 down
within_a_second "dn2 that is down has no groups" not has dn2
flows dn1
queries
ip_in r link set dn2 up
wait_for 5 "dn2 has a link-local address" has_link_local r dn2
within_a_second "dn2 that is up again is queried" queried "$queries_v4" "$queries_v6"
wait_for 2 "dn2 has its groups" has dn2
flows dn2

# dn2 loses its IPv4 address and gets another
queries
ip_in r address del 10.9.2.1/24 dev dn2
ip_in r address add 10.9.2.7/24 dev dn2
within_a_second "dn2 with a new address is queried" queried "$queries_v4" -1
wait_for 2 "dn2 has its groups" has dn2
flows dn2

# dn2 vanishes and is made anew
ip_in r link del dn2
within_a_second "dn2 that is gone has no groups" not has dn2
wire_dn2
within_a_second "a new dn2 is queried" queried 0 0
wait_for 2 "dn2 has its groups" has dn2
flows dn2

# the upstream vanishes and is made anew
ip_in r link del up0
wait_for 2 "the bridge has forgotten the port" not announced
ip_in r link add other type veth peer name another
wire_up0
within_a_second "memberships are reported again" announced
flows dn1
flows dn2

# the upstream goes down and up again
ip_in r link set up0 down
wait_for 2 "the bridge has forgotten the port" not announced
ip_in r link set up0 up
wait_for 5 "up0 has a link-local address" has_link_local r up0
within_a_second "memberships are reported again" announced
flows dn1
flows dn2

stop_stream film
stop_daemon
