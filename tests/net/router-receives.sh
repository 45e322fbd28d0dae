#!/bin/sh
# SPDX-License-Identifier: MIT
# A program on the router itself receives on the LAN (udpxy, a recorder): its kernel's reports are those of
# a member like any other, and its kernel hears the queries, so that it goes on for longer than one
# membership.

. "${0%/*}/lib.sh"

v4=239.9.31.1 v6=ff15::9:31:1

both() {
	asked "$1" $v4 && asked "$1" $v6
}

neither() {
	! asked "$1" $v4 && ! asked "$1" $v6
}

topology 1
start_daemon "$plain
	pinstance p downstream * set query-interval 1;
	pinstance p downstream * set query-response-interval 0.5;"

start_in r "$MCPROXY_BIN/mcproxy-join" -i dn1 -T -g $v4 -g $v6 >"$work/own.join" 2>"$work/own.log"
echo "$!" >"$work/own.pid"
wait_for 5 "they are members on dn1" both group
wait_for 5 "they are subscribed upstream" both upstream
stream tv src br0 -g $v4 -g $v6
# a membership lasts for 3 s
holds 5 "they remain" both group
equal "querier on dn1" "$(querier_on r igmp dn1) $(querier_on r mld dn1)" "self self"
stop_stream tv
leave own
got own "$sent"
wait_for 10 "the groups end" neither group
stop_daemon
