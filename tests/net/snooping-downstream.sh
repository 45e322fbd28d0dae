#!/bin/sh
# SPDX-License-Identifier: MIT
# Hosts of all versions behind a bridge with snooping: it learns from the proxy's queries where the
# router is, and from the hosts' answers which of its ports want what.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"
. "${0%/*}/lib-snooping.sh"

switch=lan switch_if=br1 down=dn1
topology 0
new_space lan
wire r dn1 lan l0
address r dn1 1 1
snooping_hosts
new_bridge lan br1 l0 l1 l2
# the bridge must not be less patient than the router
ip_in lan link set br1 type bridge mcast_last_member_interval 300 mcast_last_member_count 8
wait_for 5 "dn1 has a link-local address" has_link_local r dn1
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p downstream * set query-response-interval 0.5;
	$patient"

snooped_life 3 2 '3 2' 239.9.17.3 ff15::9:11:3
snooped_life 2 1 '2 1' 239.9.17.2 ff15::9:11:2
