# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# Two proxies, one behind the other:
#
#     src  br0 10.9.0.1  ---  up0 .0.2  r2  dn1 .9.1  ---  up0 .9.2  r  dn1 .1.1  ---  h1
#                                                                       dn2 .2.1  ---  h2

chain_topology() {
	for name in src r2 r h1 h2; do
		new_space $name
	done
	wire src p0 r2 up0
	wire r2 dn1 r up0
	wire r dn1 h1 eth0
	wire r dn2 h2 eth0
	new_bridge src br0 p0
	ip_in src link set p0 type bridge_slave mcast_router 2
	address src br0 0 1
	address r2 up0 0 2
	address r2 dn1 9 1
	address r up0 9 2
	for host in 1 2; do
		address r "dn$host" "$host" 1
		address "h$host" eth0 "$host" 2
		routes "h$host" "10.9.$host.1" "fd09:0:0:$host::1"
	done
	routes src 10.9.0.2 fd09::2
	routes r2 10.9.9.2 fd09:0:0:9::2
	routes r 10.9.9.1 fd09:0:0:9::1
	for place in "src br0" "r2 up0" "r2 dn1" "r up0" "r dn1" "r dn2" "h1 eth0" "h2 eth0"; do
		# shellcheck disable=SC2086
		wait_for 5 "$place has a link-local address" has_link_local $place
	done
}

# How the two of them start, with a last member query time of 0.6 s each.
inner='protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1 dn2;
	pinstance p downstream * set last-member-query-interval 0.3;'
outer='protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p downstream * set last-member-query-interval 0.3;'
