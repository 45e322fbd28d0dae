#!/bin/sh
# SPDX-License-Identifier: MIT
# Two proxies side by side on one LAN: the lower address is the querier and forwards, the other is
# silent, so that nothing comes twice (RFC 4605 section 3); when it is killed the other takes over within 15 s.

. "${0%/*}/lib.sh"

# mac SPACE IF LAST: of it the link-local address is made, which decides in MLD.
mac() {
	ip_in "$1" link set "$2" down
	ip_in "$1" link set "$2" address "02:00:00:00:00:$3" up
}

new_space src
new_space lan
new_space r
new_space r2
new_space h1
wire src p0 r up0
wire src p1 r2 up0
wire lan l0 r dn1
wire lan l1 r2 dn1
wire lan l2 h1 eth0
new_bridge src br0 p0 p1
ip_in src link set p0 type bridge_slave mcast_router 2
ip_in src link set p1 type bridge_slave mcast_router 2
new_bridge lan br1 l0 l1 l2
mac r dn1 01
mac r2 dn1 03
address src br0 0 1
address r up0 0 2
address r2 up0 0 3
address r dn1 1 1
address r2 dn1 1 3
address h1 eth0 1 2
for place in "src br0" "r up0" "r2 up0" "r dn1" "r2 dn1" "h1 eth0"; do
	# shellcheck disable=SC2086
	wait_for 5 "$place has a link-local address" has_link_local $place
done

# the other querier is given up after 2.25 s
short='protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; pinstance p set forwarding auto;
	pinstance p downstream * set query-interval 1;
	pinstance p downstream * set query-response-interval 0.5;'
start_daemon "$short" r2
second=$daemon
start_daemon "$short"
first=$daemon
wait_for 5 "the higher IPv4 address is not the querier" is 10.9.1.1 querier_on r2 igmp dn1
wait_for 5 "the higher IPv6 address is not the querier" is fe80::ff:fe00:1 querier_on r2 mld dn1
assert "the lower address is" asked querier dn1
assert "the log says who" grep -q "dn1: the IPv4 querier is 10.9.1.1" "$work/r2.log"

receive one h1 -g 239.9.9.1 -g ff15::9:9:1
for space_name in r r2; do
	for group in 239.9.9.1 ff15::9:9:1; do
		wait_for 5 "$space_name has $group" asked_of "$space_name" group "$group" dn1
	done
done
send 300 src br0 -g 239.9.9.1 -g ff15::9:9:1
for family in 4 6; do
	vif_packets $family dn1 r
	equal "IPv$family packets forwarded by the querier" "$packets" 300
	vif_packets $family dn1 r2
	equal "IPv$family packets forwarded by the other" "$packets" 0
done
leave one
got one 600

receive two h1 -g 239.9.9.1 -g ff15::9:9:1
kill -KILL "$first"
exit_status "$first"
wait_for 5 "the other takes over" asked_of r2 querier dn1
# forwards FAMILY: r2 does, to dn1
forwards() {
	told_of r2 interfaces | awk -F '\t' -v p="$1" '$2 == "dn1" && $3 == p && $17 ~ /^self/ { found = 1 }
		END { exit !found }'
}
wait_for 15 "the other forwards IPv4" forwards igmp
wait_for 15 "the other forwards IPv6" forwards mld
assert "the log says so" grep -q "dn1: this router is the IPv4 querier" "$work/r2.log"
for group in 239.9.9.1 ff15::9:9:1; do
	wait_for 5 "r2 has $group" asked_of r2 group "$group" dn1
done
send 300 src br0 -g 239.9.9.1 -g ff15::9:9:1
for family in 4 6; do
	vif_packets $family dn1 r2
	equal "IPv$family packets forwarded by the other" "$packets" 300
done
leave two
got two 600
daemon=$second
stop_daemon
