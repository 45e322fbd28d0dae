#!/bin/sh
# SPDX-License-Identifier: MIT
# An upstream that goes down hands its memberships to the next one within a second, and takes them
# back; hosts get their stream from there. Each upstream speaks the version of its own querier.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"
. "${0%/*}/lib-forward.sh"

groups='239.9.23.1 ff15::9:23:1'

# heard_by ROOT: reports of both groups
heard_by() {
	for heard_group in $groups; do
		snooped "$heard_group" "$1" || return 1
	done
}

not_heard_by() {
	for heard_group in $groups; do
		! snooped "$heard_group" "$1" || return 1
	done
}

come_from() {
	[ "$(flow r $a4 239.9.23.1)" = "$1 dn1" ] && [ "$(flow r $a6 ff15::9:23:1)" = "$1 dn1" ]
}

# within_a_second WHAT COMMAND...: and another one if the machine is busy
within_a_second() {
	second_what=$1
	shift
	read_clock
	second_start=$clock
	wait_for 5 "$second_what" "$@"
	read_clock
	echo "$((clock - second_start)) hundredths of a second until $second_what"
	within "hundredths of a second until $second_what" $((clock - second_start)) 0 200
}

go_on() {
	for family in 4 6; do
		vif_packets $family dn1
		wait_for 2 "IPv$family flows to dn1" forwarded $family dn1 $((packets + 20))
	done
}

# counted FAMILY: reports that came at root 2, of each version
counted() {
	port_count s2 p0 "$1" reports
}

changed() {
	[ "$(counted "$1")" != "$2" ]
}

two_upstreams
start_daemon "$two"
receive one h1 -g 239.9.23.1 -g ff15::9:23:1
wait_for 5 "root 1 has heard of both groups" heard_by s1
assert "root 2 has not" not_heard_by s2
# both roots have it, all the time
for root in s1 s2; do
	stream film$root $root br0 -s $a4 -g 239.9.23.1
	stream film6$root $root br0 -s $a6 -g ff15::9:23:1
done
wait_for 5 "both come from up1" come_from up1
go_on

ip_in s1 link set p0 down
within_a_second "both come from up2" come_from up2
within_a_second "root 2 has heard of both groups" heard_by s2
go_on

ip_in s1 link set p0 up
wait_for 5 "up1 has a link-local address" has_link_local r up1
within_a_second "both come from up1" come_from up1
within_a_second "root 2 has heard of the leave" not_heard_by s2
go_on

# the same, when it vanishes
ip_in r link del up1
within_a_second "both come from up2" come_from up2
within_a_second "root 2 has heard of both groups" heard_by s2
go_on
wire s1 p0 r up1
ip_in s1 link set p0 master br0
ip_in s1 link set p0 type bridge_slave mcast_router 2
address r up1 0 2
wait_for 5 "up1 has a link-local address" has_link_local r up1
within_a_second "both come from up1" come_from up1
within_a_second "root 2 has heard of the leave" not_heard_by s2
go_on

# root 2 speaks IGMPv2 and MLDv1 only, root 1 as before
ip_in s2 link set br0 type bridge mcast_querier 1 mcast_query_use_ifaddr 1 mcast_igmp_version 2 \
	mcast_mld_version 1
wait_for 5 "mcproxy knows root 2's IPv4 querier" is 10.9.10.1 querier_on r igmp up2
wait_for 5 "and the IPv6 one" not is - querier_on r mld up2
igmp=$(counted IGMP)
mld=$(counted MLD)
ip_in s1 link set p0 down
within_a_second "root 2 has heard of both groups" heard_by s2
go_on
for version in "IGMP $igmp" "MLD $mld"; do
	wait_for 2 "a report is counted" changed "${version%% *}" "${version#* }"
	# shellcheck disable=SC2046
	equal "${version%% *} reports of the newest version at root 2" \
		"$(counted "${version%% *}" | sed 's/.* //')" "${version##* }"
done
stop_daemon
equal "IGMPv2 leaves at root 2" "$(port_count s2 p0 IGMP leaves)" 1
equal "MLDv1 dones at root 2" "$(port_count s2 p0 MLD leaves)" 1
