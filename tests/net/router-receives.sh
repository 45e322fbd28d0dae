#!/bin/sh
# SPDX-License-Identifier: MIT
# A program on the router itself receives on the LAN (udpxy, a recorder): its kernel's reports are those of
# a member like any other, and its kernel hears the queries, so that it goes on for longer than one
# membership. What the kernel gives back to it is not forwarded upstream. If it receives upstream, no leave
# is sent there before its own.

. "${0%/*}/lib.sh"

v4=239.9.31.1 v6=ff15::9:31:1

both() {
	asked "$1" $v4 && asked "$1" $v6
}

neither() {
	! asked "$1" $v4 && ! asked "$1" $v6
}

# own_joins INTERFACE
own_joins() {
	start_in r "$MCPROXY_BIN/mcproxy-join" -i "$1" -T -g $v4 -g $v6 >"$work/own.join" 2>"$work/own.log"
	echo "$!" >"$work/own.pid"
}

seen() {
	snooped $v4 && snooped $v6
}

unseen() {
	! snooped $v4 && ! snooped $v6
}

# went_up: packets that were forwarded out of up0, IPv4 and IPv6
went_up() {
	for table in ip_mr_vif ip6_mr_vif; do
		nsenter --net="/run/netns/$space-r" awk '$2 == "up0" { print $6 }' /proc/net/$table
	done | tr '\n' ' '
}

topology 1
start_daemon "$plain
	pinstance p set forwarding auto;
	pinstance p downstream * set query-interval 1;
	pinstance p downstream * set query-response-interval 0.5;"

own_joins dn1
wait_for 5 "they are members on dn1" both group
wait_for 5 "they are subscribed upstream" both upstream
stream tv src br0 -g $v4 -g $v6
# a membership lasts for 3 s
holds 5 "they remain" both group
equal "querier on dn1" "$(querier_on r igmp dn1) $(querier_on r mld dn1)" "self self"
stop_stream tv
leave own
got own "$sent"
equal "packets that went back upstream" "$(went_up)" "0 0 "
wait_for 10 "the groups end" neither group
stop_daemon

start_daemon "$plain"
receive one h1 -g $v4 -g $v6
wait_for 5 "they are subscribed upstream" both upstream
own_joins up0
wait_for 5 "the router's kernel is a member" grep -q 'ff150000000000000000000900310001' "/proc/$(cat "$work/own.pid")/net/igmp6"
leave one
wait_for 10 "the groups end" neither upstream
holds 2 "no leave is sent" seen
receive one h1 -g $v4 -g $v6
wait_for 5 "they are subscribed upstream again" both upstream
leave own
holds 2 "they remain" both upstream
leave one
wait_for 10 "they are left" unseen
stop_daemon
