#!/bin/sh
# SPDX-License-Identifier: MIT
# Two hosts on one link: when one leaves, the other answers the query, and the stream goes on
# without a gap. Only the last one's leave ends it.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

# shared FAMILY GROUP
shared() {
	receive one h1 -g "$2"
	receive two h2 -g "$2"
	wait_for 5 "dn1 has $2" asked group "$2" dn1
	wait_for 5 "both reports were seen" both_joined "$2"
	stream film src br0 -g "$2"
	wait_for 5 "the stream flows" forwarded "$1" dn1 50
	leave one
	# the last member query time is 2.4 s
	holds 3 "dn1 has $2" asked group "$2" dn1
	assert "$2 is still subscribed" asked upstream "$2"
	stop_stream film
	leave two
	got two "$sent"
	wait_for 10 "$2 is left upstream" not snooped "$2"
}

# both_joined GROUP: as the bridge between them knows
both_joined() {
	both_found=$(bridge -n "$space-lan" mdb show dev br1)
	case $both_found in *" port l1 grp $1 "*) ;; *) return 1 ;; esac
	case $both_found in *" port l2 grp $1 "*) ;; *) return 1 ;; esac
}

topology 0
new_space lan
new_space h1
new_space h2
wire r dn1 lan l0
wire lan l1 h1 eth0
wire lan l2 h2 eth0
new_bridge lan br1 l0 l1 l2
address r dn1 1 1
address h1 eth0 1 2
address h2 eth0 1 3
for place in "r dn1" "h1 eth0" "h2 eth0"; do
	# shellcheck disable=SC2086
	wait_for 5 "$place has a link-local address" has_link_local $place
done
# the bridge must not be less patient than the router
ip_in lan link set br1 type bridge mcast_last_member_interval 300 mcast_last_member_count 8
start_daemon "$plain $patient"
shared 4 239.9.14.1
shared 6 ff15::9:e:1
