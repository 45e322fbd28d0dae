#!/bin/sh
# SPDX-License-Identifier: MIT
# Two proxies that speak an older version between each other, as the outer one queries in no other or
# as the inner one is told to. What a host wants reaches the root all the same, and what sources it
# wants is kept by the inner proxy, which can no longer say it.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-chain.sh"

# spoken GROUP: the version that the outer proxy has heard of it
spoken() {
	told_of r2 groups | awk -F '\t' -v g="$1" '$3 == g && $4 == "*" { print $6 }'
}

# upstream_version PROTOCOL: that the inner proxy speaks upstream
upstream_version() {
	told_of r interfaces | awk -F '\t' -v p="$1" '$2 == "up0" && $3 == p { print $8 }'
}

both_snooped() {
	snooped "$1" && snooped "$2"
}

any_snooped() {
	snooped "$1" || snooped "$2"
}

# life IGMP MLD GROUP GROUP6
life() {
	igmp=$1 mld=$2
	shift 2
	wait_for 5 "the inner proxy speaks IGMPv$igmp" is "$igmp" upstream_version igmp
	wait_for 5 "the inner proxy speaks MLDv$mld" is "$mld" upstream_version mld
	receive one h1 -s 10.9.0.1 -s fd09::1 -g "$1" -g "$2"
	wait_for 5 "the root has $*" both_snooped "$@"
	assert "the inner proxy has" asked group "$2"
	equal "the version in which the outer proxy hears of $1" "$(spoken "$1")" "$igmp"
	equal "the version in which the outer proxy hears of $2" "$(spoken "$2")" "$mld"
	equal "the root hears of all sources of $1" "$(snooped_entry "$1")" exclude
	equal "the root hears of all sources of $2" "$(snooped_entry "$2")" exclude
	send 100 src br0 -s 10.9.0.1 -s fd09::1 -g "$1" -g "$2"
	send 60 src br0 -s 10.9.0.5 -s fd09::5 -g "$1" -g "$2"
	for family in 4 6; do
		vif_packets $family dn1 r2
		equal "IPv$family packets forwarded by the outer proxy" "$packets" 160
		vif_packets $family dn1 r
		equal "IPv$family packets forwarded by the inner proxy" "$packets" 100
	done
	leave one
	got one 200
	wait_for 10 "the leaves are seen at the root" not any_snooped "$@"
}

chain_topology
ip_in src address add 10.9.0.5/24 dev br0
ip_in src address add fd09::5/64 dev br0 nodad

start_daemon "$inner"
inner_daemon=$daemon
# its first query finds the inner proxy there
start_daemon "$outer
	pinstance p downstream * set version IGMPv2;
	pinstance p downstream * set version MLDv1;" r2
life 2 1 239.9.21.1 ff15::9:15:1
stop_daemon
daemon=$inner_daemon
stop_daemon

start_daemon "$outer" r2
start_daemon "$inner
	pinstance p upstream * set version IGMPv2;
	pinstance p upstream * set version MLDv1;"
life 2 1 239.9.21.2 ff15::9:15:2
