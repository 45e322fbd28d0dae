#!/bin/sh
# SPDX-License-Identifier: MIT
# What a worker that dies knew of other routers the next one knows, though they do not ask for minutes: it
# speaks the version of an old one upstream; and where another proxy is the querier it neither asks nor
# forwards, so that nothing comes twice.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-worker.sh"

v4=239.9.61.1 v6=ff15::9:61:1
new4=239.9.61.2 new6=ff15::9:61:2

# mac SPACE IF LAST: of it the link-local address is made, which decides in MLD.
mac() {
	ip_in "$1" link set "$2" down
	ip_in "$1" link set "$2" address "02:00:00:00:00:$3" up
}

# versions IF: spoken there
versions() {
	told_of r interfaces | awk -F '\t' -v i="$1" '$2 == i { print $3, $8 }' | sort | tr '\n' ' '
}

# reports FAMILY: heard upstream, of each version
reports() {
	port_count src p0 "$1" reports
}

# sent_queries: by this worker, downstream
sent_queries() {
	echo "$(counter r igmp dn1 tx-query) $(counter r mld dn1 tx-query)"
}

# forwarded_by_r: downstream, of both families, in $forwarded
forwarded_by_r() {
	vif_packets 4 dn1 r
	forwarded=$packets
	vif_packets 6 dn1 r
	forwarded="$forwarded $packets"
}

new_space src
new_space lan
new_space r
new_space r2
new_space h1
wire src p0 r up0
wire src p1 r2 up0
wire lan l0 r dn1
wire lan l1 r2 dn1
wire lan l2 h1 eth0
new_bridge src br0 p0 p1
ip_in src link set p0 type bridge_slave mcast_router 2
ip_in src link set p1 type bridge_slave mcast_router 2
new_bridge lan br1 l0 l1 l2
mac r dn1 03
mac r2 dn1 01
address src br0 0 1
address r up0 0 3
address r2 up0 0 2
address r dn1 1 3
address r2 dn1 1 1
address h1 eth0 1 2
for place in "src br0" "r up0" "r2 up0" "r dn1" "r2 dn1" "h1 eth0"; do
	# shellcheck disable=SC2086
	wait_for 5 "$place has a link-local address" has_link_local $place
done
config='protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p downstream * set query-response-interval 0.5;'
start_daemon "$config"
receive one h1 -g $v4 -g $v6

# an old router upstream asks once
ip_in src link set br0 type bridge mcast_igmp_version 2 mcast_mld_version 1 \
	mcast_query_use_ifaddr 1 mcast_query_interval 50000 mcast_startup_query_count 1 \
	mcast_membership_interval 60000
ip_in src link set br0 type bridge mcast_querier 1
wait_for 5 "up0 speaks the old versions" is 'igmp 2 mld 1 ' versions up0
wait_for 5 "the groups are asked for upstream" several snooped $v4 $v6
wait_for 5 "the worker is ripe" ripe
kill_worker
igmp=$(reports IGMP) mld=$(reports MLD)
receive new h1 -g $new4 -g $new6
revive
equal "versions spoken" "$(versions up0)" 'igmp 2 mld 1 '
wait_for 5 "what is new is asked for upstream" several snooped $new4 $new6
[ "$(reports IGMP)" != "$igmp" ] || fail "no IGMPv2 report has come"
equal "IGMPv1 and IGMPv3 reports" "$(reports IGMP | cut -d ' ' -f 1,3)" "$(echo "$igmp" | cut -d ' ' -f 1,3)"
[ "$(reports MLD)" != "$mld" ] || fail "no MLDv1 report has come"
leave new

# another proxy, with the lower address
daemon_of_r=$daemon
start_daemon "$config" r2
other=$daemon
daemon=$daemon_of_r
querier_is_other() {
	[ "$(querier_on r igmp dn1)" = 10.9.1.1 ] && [ "$(querier_on r mld dn1)" = fe80::ff:fe00:1 ]
}
wait_for 5 "r2 is the querier" querier_is_other
wait_for 5 "r2 has the groups" several "asked_of r2 group" $v4 $v6
stream film src br0 -g $v4 -g $v6
wait_for 5 "the worker is ripe" ripe
forwarded_by_r
before=$forwarded
kill_worker
revive
assert "r2 is still the querier" querier_is_other
holds 2 "r2 is still the querier" querier_is_other
equal "queries of the new worker" "$(sent_queries)" '0 0'
stop_stream film
forwarded_by_r
equal "packets forwarded by r" "$forwarded" "$before"
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
daemon=$other
stop_daemon
