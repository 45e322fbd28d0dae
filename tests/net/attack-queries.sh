#!/bin/sh
# SPDX-License-Identifier: MIT
# Forged queries: those that no router of the link can have sent change nothing and are counted; a
# lower address is given way to, for a bounded time; with `querier always` it is not. An older version
# makes nobody older for good.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

v4=239.9.32.1 v6=ff15::9:20:1
router4=10.9.1.100 router6=fe80::ff:fe00:2
low4=10.9.1.7 low6=fe80::7 high4=10.9.1.200 high6=fe80::fff:ffff:ffff:1

topology 1
# an Ethernet address that the attacker knows, and an IP address that is not the lowest
ip_in r link set dn1 down
ip_in r link set dn1 address 02:00:00:00:00:02 up
ip_in r address flush dev dn1 scope global
address r dn1 1 100
wait_for 5 "dn1 has its link-local address again" has_link_local r dn1
short='protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p downstream * set query-interval 1;
	pinstance p downstream * set query-response-interval 0.5;
	pinstance p downstream * set last-member-query-interval 0.3;
	pinstance p downstream * set last-member-query-count 8;'

both() {
	for both_group in $v4 $v6; do
		"$@" $both_group dn1 || return 1
	done
}

is_querier() {
	[ "$(querier_on r igmp dn1) $(querier_on r mld dn1)" = "self self" ]
}

start_daemon "$short"
receive one h1 -g $v4 -g $v6
wait_for 10 "dn1 has both groups" both asked group
stream film src br0 -g $v4 -g $v6

# to this router alone, from elsewhere, from nowhere, from another scope, too far, without the option
counts drop-destination 4 $low4 query dst=$router4
counts drop-destination 6 $low6 query dst=$router6
counts drop-source 4 9.9.9.9 query
counts drop-source 4 10.9.2.1 query
counts drop-source 6 :: query
counts drop-source 6 fd09:0:0:1::7 query
counts drop-source 6 fe80:: query
counts drop-ttl 4 $low4 query ttl=2
counts drop-ttl 6 $low6 query ttl=64
counts drop-router-alert 6 $low6 query ra=no
# in the name of this router; what the kernel takes for a loop never comes here
forge 4 $router4 query
forge 6 $router6 query
# of a snooping switch, of a higher address; of an older version
counts rx-query 4 0.0.0.0 query
counts rx-query 4 $high4 query
counts rx-query 6 $high6 query
counts warn-querier-version 4 $high4 query v2
counts warn-querier-version 4 $high4 query v1 mrt=0
counts warn-querier-version 6 $high6 query v1 mrt=1000
# in the name of a lower one: does nobody want the group? the host answers
for _ in 1 2 3; do
	counts rx-query 4 $low4 query $v4 mrt=300 qqi=1
	counts rx-query 6 $low6 query $v6 mrt=300 qqi=1
done
holds 2 "mcproxy is the querier" is_querier
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"

# a lower address that is never heard again: 7 * 4 * 1 s + 0.25 s, whatever it tells; 2 * 1 s + 0.25 s
receive two h1 -g $v4 -g $v6
stream film src br0 -g $v4 -g $v6
for told in "qrv=7 qqi=31744" "qrv=2 qqi=1"; do
	# shellcheck disable=SC2086
	forge 4 $low4 query $told
	# shellcheck disable=SC2086
	forge 6 $low6 query $told
	wait_for 5 "$low4 is taken for the querier" is $low4 querier_on r igmp dn1
	wait_for 5 "$low6 is taken for the querier" is $low6 querier_on r mld dn1
	left=$(told_of r interfaces | awk -F '\t' '$2 == "dn1" && $10 > left { left = $10 }
		END { print left }')
	within "milliseconds until $low4 counts as gone" "$left" 1 28250
done
assert "the log says who it is" grep -q "dn1: the IPv4 querier is $low4" "$work/r.log"
wait_for 10 "mcproxy is the querier again" is_querier
for family in 4 6; do
	vif_packets $family dn1
	passed=$packets
	wait_for 5 "the stream goes on" more_packets $family $passed
done
for protocol in igmp mld; do
	heard=$(counter r $protocol dn1 rx-report-v3)
	wait_for 20 "the host answers in the newest version" has_reports $protocol dn1 $((heard + 1))
done
stop_stream film
leave two
stop_daemon

# with one router on the link
start_daemon "$short pinstance p downstream * set querier always;"
receive three h1 -g $v4 -g $v6
wait_for 10 "dn1 has both groups" both asked group
stream film src br0 -g $v4 -g $v6
for _ in 1 2 3 4 5; do
	counts rx-query 4 $low4 query qrv=7 qqi=31744
	counts rx-query 6 $low6 query qrv=7 qqi=31744
	counts warn-querier-version 4 $low4 query v2
	counts rx-query 4 $low4 query $v4 mrt=100
done
holds 2 "mcproxy is the querier" is_querier
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave three
got three "$sent"

# upstream: hosts speak the older version, for as long as RFC 9776 section 8.12 has them (more than two
# minutes: tests/replay/rfc9776-8.12-older-version-querier-present.txt), and nothing is lost by it
version_is() {
	[ "$(told_of r interfaces | awk -F '\t' '$2 == "up0" { printf "%s ", $8 }')" = "$1 " ]
}

forge_up() {
	in_space src "$attack" br0 send "$@" || fail "attack br0 send $*"
}

receive four h1 -g $v4 -g $v6
wait_for 10 "dn1 has both groups" both asked group
stream film src br0 -g $v4 -g $v6
assert "the upstream is of the newest versions" version_is "3 2"
forge_up 4 10.9.0.1 query v2 mrt=100
forge_up 6 fe80::1 query v1 mrt=100
wait_for 2 "the upstream is of the older versions" version_is "2 1"
for group in $v4 $v6; do
	assert "$group is subscribed" asked upstream $group
	assert "$group is known upstream" snooped $group
done
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave four
got four "$sent"
stop_daemon
