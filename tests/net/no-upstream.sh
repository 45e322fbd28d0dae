#!/bin/sh
# SPDX-License-Identifier: MIT
# An instance without an upstream is a querier that forwards between its downstreams; one whose
# upstream does not exist yet does the same, and reports what is wanted when it comes.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-sources.sh"

# between FAMILY GROUP: from h1 to h2
between() {
	receive two h2 -g "$2"
	wait_for 5 "dn2 has $2" asked group "$2" dn2
	send 50 h1 eth0 -g "$2"
	leave two
	got two 50
}

topology 2
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: ==> dn1 dn2;"
assert "mcproxy is the querier" asked querier dn1
between 4 239.9.15.1
between 6 ff15::9:f:1
stop_daemon

ip_in r link del up0
start_daemon "$plain"
between 4 239.9.15.2
between 6 ff15::9:f:2
receive one h1 -g 239.9.15.3 -g ff15::9:f:3
wait_for 5 "dn1 has 239.9.15.3" asked group 239.9.15.3 dn1
wait_for 5 "dn1 has ff15::9:f:3" asked group ff15::9:f:3 dn1
wire src p0 r up0
ip_in src link set p0 master br0
ip_in src link set p0 type bridge_slave mcast_router 2
address r up0 0 2
wait_for 5 "up0 has a link-local address" has_link_local r up0
# a bridge may have missed the first reports: it asks
ip_in src link set br0 type bridge mcast_querier 1 mcast_query_use_ifaddr 1 \
	mcast_query_response_interval 50
wait_for 5 "239.9.15.3 is reported upstream" snooped 239.9.15.3
wait_for 5 "ff15::9:f:3 is reported upstream" snooped ff15::9:f:3
send 50 src br0 -g 239.9.15.3 -g ff15::9:f:3
leave one
got one 100
stop_daemon
