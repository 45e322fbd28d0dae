#!/bin/sh
# SPDX-License-Identifier: MIT
# IGMPv1 hosts behind a bridge with snooping. They never say that they leave: bridge and proxy forget
# them some time after the last report.

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
# hosts answer within 10 s (RFC 1112), which a membership has to outlast
ip_in lan link set br1 type bridge mcast_membership_interval 1100
wait_for 5 "dn1 has a link-local address" has_link_local r dn1
force_igmp 1
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p downstream * set robustness 5;
	pinstance p downstream * set query-interval 2;
	pinstance p downstream * set query-response-interval 0.5;"

snooped_join 239.9.17.1
equal "the version that hosts speak" "$(spoken 239.9.17.1)" 1
snooped_leave 25 239.9.17.1
