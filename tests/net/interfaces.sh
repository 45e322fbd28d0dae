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

# queries: sent by mcproxy to dn2, seen at h2. A bridge may take a second to see that its port has a
# carrier again, and misses the first query then.
queries() {
	sent_v4=$(counter r igmp dn2 tx-query)
	sent_v6=$(counter r mld dn2 tx-query)
	seen_v4=$(port_count h2 p0 IGMP queries)
	seen_v6=$(port_count h2 p0 MLD queries)
	seen_v4=${seen_v4##* }
	seen_v6=${seen_v6##* }
}

# Compare two such counts.
more_sent() {
	queries
	[ "$sent_v4" -gt "$1" ] && [ "$sent_v6" -gt "$2" ]
}

more_seen() {
	queries
	[ "$seen_v4" -gt "$1" ] && [ "$seen_v6" -gt "$2" ]
}

# queried_again SENT_V4 SENT_V6 SEEN_V4 SEEN_V6: more than these
queried_again() {
	within_a_second "dn2 is queried" more_sent "$1" "$2"
	wait_for 3 "the queries are seen at h2" more_seen "$3" "$4"
}

# reports: sent by mcproxy upstream
reports() {
	reported_v4=$(counter r igmp up0 tx-report)
	reported_v6=$(counter r mld up0 tx-report)
}

more_reported() {
	reports
	[ "$reported_v4" -gt "$1" ] && [ "$reported_v6" -gt "$2" ]
}

# reported_again V4 V6: more than these; should the bridge miss them, it will ask.
reported_again() {
	within_a_second "memberships are reported" more_reported "$1" "$2"
	wait_for 4 "the reports are seen upstream" announced
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

# within_a_second WHAT COMMAND...: and another one if the machine is busy
within_a_second() {
	second_what=$1
	shift
	read_clock
	second_start=$clock
	wait_for 5 "$second_what" "$@"
	read_clock
	within "hundredths of a second until $second_what" $((clock - second_start)) 0 200
}

. "${0%/*}/lib-forward.sh"

topology 1
new_space h2
# a port that stays, so that br0 keeps its carrier
ip_in src link add d0 type veth peer name d1
ip_in src link set d1 up
ip_in src link set d0 master br0 up
ip_in src link set br0 type bridge mcast_querier 1 mcast_query_use_ifaddr 1 \
	mcast_query_response_interval 50
new_bridge h2 eth0
address h2 eth0 2 2
receive one h1 -g $v4 -g $v6
receive two h2 -g $v4 -g $v6

# dn2 is missing at the start; what is down is not held here (outages.sh)
start_daemon "$plain
	pinstance p downstream * set outage-hold 0;
	pinstance p downstream * set startup-query-interval 1;
	pinstance p downstream * set query-response-interval 0.25;"
stream film src br0 -g $v4 -g $v6
wait_for 3 "dn1 has its groups: hosts answer the startup queries" has dn1
wait_for 3 "reports are seen upstream" announced
wire_dn2
queried_again 0 0 0 0
wait_for 2 "dn2 has its groups" has dn2
flows dn2

# dn2 goes down, and up again
ip_in r link set dn2 down
within_a_second "dn2 that is down has no groups" not has dn2
flows dn1
queries
ip_in r link set dn2 up
wait_for 5 "dn2 has a link-local address" has_link_local r dn2
queried_again "$sent_v4" "$sent_v6" "$seen_v4" "$seen_v6"
wait_for 2 "dn2 has its groups" has dn2
flows dn2

# dn2 loses its IPv4 address and gets another
queries
ip_in r address del 10.9.2.1/24 dev dn2
ip_in r address add 10.9.2.7/24 dev dn2
queried_again "$sent_v4" -1 "$seen_v4" -1
wait_for 2 "dn2 has its groups" has dn2
flows dn2

# dn2 vanishes and is made anew
ip_in r link del dn2
within_a_second "dn2 that is gone has no groups" not has dn2
queries
wire_dn2
queried_again "$sent_v4" "$sent_v6" 0 0
wait_for 2 "dn2 has its groups" has dn2
flows dn2

# the upstream vanishes and is made anew
reports
ip_in r link del up0
wait_for 2 "the bridge has forgotten the port" not announced
ip_in r link add other type veth peer name another
wire_up0
reported_again "$reported_v4" "$reported_v6"
flows dn1
flows dn2

# the upstream goes down and up again
reports
ip_in r link set up0 down
wait_for 2 "the bridge has forgotten the port" not announced
ip_in r link set up0 up
wait_for 5 "up0 has a link-local address" has_link_local r up0
reported_again "$reported_v4" "$reported_v6"
flows dn1
flows dn2

# the upstream gets another address
reports
ip_in r address del 10.9.0.2/24 dev up0
ip_in r address add 10.9.0.8/24 dev up0
reported_again "$reported_v4" -1
flows dn1
flows dn2

stop_stream film
stop_daemon
