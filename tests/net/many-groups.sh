#!/bin/sh
# SPDX-License-Identifier: MIT
# A thousand groups on each of two hosts: all are known upstream, though the router's kernel would
# join twenty, and the first packet of each arrives.

. "${0%/*}/lib.sh"

topology 2
for host in h1 h2; do
	write $host /proc/sys/net/ipv4/igmp_max_memberships 5000
done
equal "the router's igmp_max_memberships" \
	"$(in_space r cat /proc/sys/net/ipv4/igmp_max_memberships)" 20
start_daemon "$plain"

has_groups() {
	[ "$(snooped_count)" -ge "$1" ]
}

receive one h1 -g 239.10.0.0+1000
wait_for 10 "1000 groups are known upstream" has_groups 1000
receive two h2 -g 239.11.0.0+1000
wait_for 10 "2000 groups are known upstream" has_groups 2000
in_space src "$MCPROXY_BIN/mcproxy-send" -i br0 -C 1 -r 5000 -g 239.10.0.0+1000
in_space src "$MCPROXY_BIN/mcproxy-send" -i br0 -C 1 -r 5000 -g 239.11.0.0+1000
leave one
leave two
got one 1000
got two 1000
wait_for 10 "all is left upstream" not has_groups 1

receive one h1 -g ff15::a:0+1000
wait_for 10 "1000 groups are known upstream" has_groups 1000
in_space src "$MCPROXY_BIN/mcproxy-send" -i br0 -C 1 -r 5000 -g ff15::a:0+1000
leave one
got one 1000
wait_for 10 "all is left upstream" not has_groups 1
stop_daemon
