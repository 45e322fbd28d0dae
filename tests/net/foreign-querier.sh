#!/bin/sh
# SPDX-License-Identifier: MIT
# A switch, or an access point, with lower addresses becomes the querier and forwards nothing: streams
# go on without a gap, and the log and mcproxy-stat tell who asks and who forwards.

# shellcheck disable=SC2046 # lists of groups
. "${0%/*}/lib.sh"
. "${0%/*}/lib-pair.sh"

groups='239.9.35.1 ff15::9:23:1'

# It asks if it has heard no other querier for a second.
later() {
	sleep 1
	switch_asks
}

switch_topology
ip_in lan link set br1 type bridge mcast_querier_interval 100
start_daemon 'protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p set forwarding auto;'
pair_members=r
meanwhile "a switch becomes the querier" 0 later
equal "packets that came twice" "$twice" 0
once "the switch is the querier" 500
equal "what this router says of itself" "$(forwarders r)" 'first first'
equal "who forwards" "$(told_of r interfaces | awk -F '\t' '$2 == "dn1" { print $17 }' | sort -u)" here
for ip in IPv4 IPv6; do
	wait_for 5 "the log says who asks" grep -q "dn1: the $ip querier is " "$work/r.log"
	wait_for 5 "the log says who forwards" grep -q \
		"dn1: $ip multicast is forwarded here; not forwarding: " "$work/r.log"
done
equal "is it healthy?" "$("$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" healthy)" yes
stop_daemon
