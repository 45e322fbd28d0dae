#!/bin/sh
# SPDX-License-Identifier: MIT
# Two proxies side by side on one LAN: the lower address is the querier and forwards, the other is
# silent, so that nothing comes twice (RFC 4605 section 3); when it is killed the other takes over within
# 15 s. At the beginning of a stream some packets are lost while the kernel asks where they go.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-pair.sh"

pair_topology
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
	within "IPv$family packets forwarded by the querier" "$packets" 270 300
	vif_packets $family dn1 r2
	equal "IPv$family packets forwarded by the other" "$packets" 0
done
leave one
come one
equal "packets that came again" "$twice" 0
within "packets" "$received" 540 600

receive two h1 -g 239.9.9.1 -g ff15::9:9:1
kill -KILL "$first"
exit_status "$first"
wait_for 5 "the other takes over" asked_of r2 querier dn1
# forwards FAMILY: r2 does, to dn1
forwards() {
	told_of r2 interfaces | awk -F '\t' -v p="$1" '$2 == "dn1" && $3 == p && $17 ~ /^here/ { found = 1 }
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
	within "IPv$family packets forwarded by the other" "$packets" 270 300
done
leave two
come two
equal "packets that came again" "$twice" 0
within "packets" "$received" 540 600
daemon=$second
stop_daemon
