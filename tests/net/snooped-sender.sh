#!/bin/sh
# SPDX-License-Identifier: MIT
# A sender on a downstream behind a switch that snoops and is itself the querier: it sends the stream
# to ports of routers only, and learns of this router by its advertisements (RFC 4286).

# shellcheck disable=SC2046 # lists of groups
. "${0%/*}/lib.sh"
. "${0%/*}/lib-pair.sh"

groups='239.9.36.1 ff15::9:24:1'

# to_router COUNT: a stream of so many packets to each group is sent by h1; all of it comes upstream.
to_router() {
	receive up src -i br0 $(groups_of)
	for group in $groups; do
		wait_for 5 "the receiver upstream has $group" joined "$group"
	done
	send "$1" h1 eth0 $(groups_of)
	leave up
	come up
	up_all=$(($1 * $(echo "$groups" | wc -w)))
	equal "packets that came again" "$twice" 0
	# some are missing at the beginning, while the kernel asks where they go
	within "packets upstream" "$received" $((up_all - 60)) $up_all
}

joined() {
	in_space src ip maddress show dev br0 | grep -qw "$1"
}

# The switch knows that l0 leads to a router, by both protocols.
learnt() {
	[ "$(bridge -n "$space-lan" -d -s mdb show dev br1 | grep -c "router.*l0")" = 2 ]
}

switch_topology
ip_in lan link set br1 type bridge mcast_querier 1
for port in l0 l1; do
	ip_in lan link set "$port" type bridge_slave mcast_flood off
done
sleep 1
start_daemon 'protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p set forwarding auto;'
switch_asks
bridge -n "$space-lan" -d -s mdb show dev br1
to_router 200
