#!/bin/sh
# SPDX-License-Identifier: MIT
# Two proxies, one behind the other, IPv4 and IPv6: a join travels to the root, the stream comes
# back whole, and the leave travels, too. The outer proxy's queries keep it up.

. "${0%/*}/lib.sh"

chain() {
	receive "one$1" h1 -g "$2"
	wait_for 5 "the inner proxy subscribes $2" asked_of r2 upstream "$2"
	wait_for 5 "the outer proxy subscribes $2" asked upstream "$2"
	wait_for 5 "a report of $2 is seen at the root" snooped "$2"
}

in_chain() {
	asked_of r2 group "$1" && asked group "$1" && snooped "$1"
}

new_space src
new_space r
new_space r2
new_space h1
wire src p0 r up0
wire r dn1 r2 up0
wire r2 dn1 h1 eth0
new_bridge src br0 p0
ip_in src link set p0 type bridge_slave mcast_router 2
address src br0 0 1
address r up0 0 2
address r dn1 1 1
address r2 up0 1 2
address r2 dn1 2 1
address h1 eth0 2 2
routes src 10.9.0.2 fd09::2
routes r 10.9.1.2 fd09:0:0:1::2
routes r2 10.9.1.1 fd09:0:0:1::1
routes h1 10.9.2.1 fd09:0:0:2::1
for place in "r up0" "r dn1" "r2 up0" "r2 dn1" "h1 eth0"; do
	# shellcheck disable=SC2086
	wait_for 5 "$place has a link-local address" has_link_local $place
done

short='
	pinstance p downstream * set query-interval 1;
	pinstance p downstream * set query-response-interval 0.5;
	pinstance p downstream * set last-member-query-interval 0.3;'
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $short"
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $short" r2

chain 4 239.9.8.1
chain 6 ff15::9:8:1
send 300 src br0 -g 239.9.8.1 -g ff15::9:8:1
# the group membership interval is 3 s
holds 4 "239.9.8.1 lives on along the chain" in_chain 239.9.8.1
holds 1 "ff15::9:8:1 lives on along the chain" in_chain ff15::9:8:1
leave one4
leave one6
got one4 300
got one6 300
for group in 239.9.8.1 ff15::9:8:1; do
	wait_for 5 "the inner proxy has left $group" not asked_of r2 upstream "$group"
	wait_for 5 "the outer proxy has left $group" not asked upstream "$group"
	wait_for 5 "the leave of $group is seen at the root" not snooped "$group"
done
