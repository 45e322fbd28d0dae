#!/bin/sh
# SPDX-License-Identifier: MIT
# Queries from upstream are answered, so that memberships outlive the upstream router's interval:
# that router is a bridge, which forgets in 4 s what is not reported again. Queries from 0.0.0.0
# count, too (RFC 4541 section 2.1.1), and those of an older version are answered in it.

. "${0%/*}/lib.sh"

both_snooped() {
	snooped 239.9.7.1 && snooped ff15::9:7:1
}

# reports FAMILY VERSION: how many have come
reports() {
	# shellcheck disable=SC2046
	set -- "$2" $(port_count src p0 "$1" reports)
	shift "$1"
	echo "$1"
}

more_reports() {
	[ "$(reports "$1" "$2")" -gt "$3" ]
}

querier() {
	ip_in src link set br0 type bridge "$@"
}

topology 2
start_daemon "$plain"
querier mcast_membership_interval 400 mcast_query_interval 150 mcast_query_response_interval 50 \
	mcast_startup_query_interval 100
receive one h1 -g 239.9.7.1 -g ff15::9:7:1
wait_for 5 "reports are seen upstream" both_snooped

# without queries they are forgotten: the witness can fail
wait_for 8 "239.9.7.1 is forgotten" not snooped 239.9.7.1
wait_for 8 "ff15::9:7:1 is forgotten" not snooped ff15::9:7:1

querier mcast_querier 1
wait_for 5 "reports answer the queries" both_snooped
holds 6 "memberships are kept alive" both_snooped

querier mcast_query_use_ifaddr 1
wait_for 5 "mcproxy names the upstream querier" is 10.9.0.1 querier_on r igmp up0
holds 6 "memberships are kept alive" both_snooped

before=$(reports IGMP 2)
before_mld=$(reports MLD 1)
querier mcast_igmp_version 2 mcast_mld_version 1
wait_for 5 "an IGMPv2 report comes" more_reports IGMP 2 "$before"
wait_for 5 "an MLDv1 report comes" more_reports MLD 1 "$before_mld"
holds 5 "memberships are kept alive" both_snooped
receive ssm h1 -s 10.9.0.1 -g 232.9.7.1
wait_for 5 "the log says that it is too old for SSM" grep -q 'up0: its querier is too old for SSM' \
	"$work/r.log"
leave one
wait_for 5 "the IGMPv2 leave is seen" not snooped 239.9.7.1
wait_for 5 "the MLDv1 done is seen" not snooped ff15::9:7:1
[ "$(port_count src p0 IGMP leaves)" -ge 1 ] || fail "no IGMPv2 leave was seen upstream"
[ "$(port_count src p0 MLD leaves)" -ge 1 ] || fail "no MLDv1 done was seen upstream"
