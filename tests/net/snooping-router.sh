#!/bin/sh
# SPDX-License-Identifier: MIT
# The proxy on the machine that is itself the bridge, as home routers are: its downstream is the
# bridge. What it sends, the bridge snoops as well, and hands it what hosts report.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"
. "${0%/*}/lib-snooping.sh"

switch=r switch_if=br1 down=br1
topology 0
snooping_hosts
new_bridge r br1 l1 l2
ip_in r link set br1 type bridge mcast_last_member_interval 300 mcast_last_member_count 8
address r br1 1 1
wait_for 5 "br1 has a link-local address" has_link_local r br1
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> br1;
	pinstance p downstream * set query-response-interval 0.5;
	$patient"

snooped_life 3 2 '3 2' 239.9.18.3 ff15::9:12:3
snooped_life 2 1 '2 1' 239.9.18.2 ff15::9:12:2
