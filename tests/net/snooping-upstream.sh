#!/bin/sh
# SPDX-License-Identifier: MIT
# A bridge with snooping between the root of the tree and two proxies: it is the querier, of newer
# and of older versions, and opens a proxy's port for what that proxy reports, and for as long.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-snooping.sh"

switch=sw switch_if=br1 down=dn1
for name in src sw r r2 h1; do
	new_space $name
done
wire src eth0 sw s0
wire sw p0 r up0
wire sw p1 r2 up0
wire r dn1 h1 eth0
new_bridge sw br1 s0 p0 p1
address src eth0 0 1
address r up0 0 2
address r2 up0 0 3
address sw br1 0 9
address r dn1 1 1
address h1 eth0 1 2
routes src 10.9.0.2 fd09::2
routes h1 10.9.1.1 fd09:0:0:1::1
for place in "src eth0" "sw br1" "r up0" "r2 up0" "r dn1" "h1 eth0"; do
	# shellcheck disable=SC2086
	wait_for 5 "$place has a link-local address" has_link_local $place
done
# what is not reported again is forgotten after 3 s
ip_in sw link set br1 type bridge mcast_membership_interval 300 mcast_query_interval 100 \
	mcast_query_response_interval 50 mcast_startup_query_interval 100 \
	mcast_query_use_ifaddr 1
ip_in sw link set br1 type bridge mcast_querier 1
for space_name in r r2; do
	start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
		pinstance p downstream * set last-member-query-interval 0.3;" $space_name
done

# version PROTOCOL: that the proxy speaks upstream
version() {
	told_of r interfaces | awk -F '\t' -v p="$1" '$2 == "up0" && $3 == p { print $8 }'
}

# reports FAMILY VERSION: how many the bridge has had from the proxy
reports() {
	# shellcheck disable=SC2046
	set -- "$2" $(port_count sw p0 "$1" reports)
	shift "$1"
	echo "$1"
}

both_snooped() {
	snooped "$1" sw br1 && snooped "$2" sw br1
}

any_snooped() {
	snooped "$1" sw br1 || snooped "$2" sw br1
}

# sent_to_nobody GROUP GROUP6
sent_to_nobody() {
	octets_out sw p0
	sent_before=$octets
	kept_from sw p1 send 20 src eth0 -l 1000 -g "$1" -g "$2" || return 1
	octets_out sw p0
	[ $((octets - sent_before)) -lt 5000 ]
}

# life IGMP MLD GROUP GROUP6: the bridge queries in these versions.
life() {
	ip_in sw link set br1 type bridge mcast_igmp_version "$1" mcast_mld_version "$2"
	wait_for 5 "the proxy speaks IGMPv$1" is "$1" version igmp
	wait_for 5 "the proxy speaks MLDv$2" is "$2" version mld
	igmp_before=$(reports IGMP "$1") mld_before=$(reports MLD "$2")
	life_igmp=$1 life_mld=$2
	shift 2
	wait_for 5 "the bridge sends nobody what is not asked for" sent_to_nobody "$@"
	receive one h1 -g "$1" -g "$2"
	wait_for 5 "the bridge has $*" both_snooped "$@"
	assert "the proxy has" asked group "$2"
	assert "there is nothing for the other proxy" kept_from sw p1 \
		send 200 src eth0 -l 1000 -g "$1" -g "$2"
	holds 4 "answers to the queries keep the port open" both_snooped "$@"
	[ "$(reports IGMP "$life_igmp")" -gt $((igmp_before + 1)) ] ||
		fail "no more than one report was IGMPv$life_igmp"
	[ "$(reports MLD "$life_mld")" -gt $((mld_before + 1)) ] ||
		fail "no more than one report was MLDv$life_mld"
	leave one
	got one 400
	wait_for 10 "leaves close the port" not any_snooped "$@"
	assert "the bridge sends nobody what is left" sent_to_nobody "$@"
}

life 3 2 239.9.19.3 ff15::9:13:3
life 2 1 239.9.19.2 ff15::9:13:2
