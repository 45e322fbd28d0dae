#!/bin/sh
# SPDX-License-Identifier: MIT
# What `set` changes on a real kernel: static memberships, TTL thresholds, limits, who is heard, and
# a querier that never queries.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-sources.sh"

topology 2
start_daemon "$plain
	pinstance p downstream dn1 set static-join (239.9.16.1 | *);
	pinstance p downstream dn1 set static-join (232.9.16.1 | 10.9.0.1);
	pinstance p downstream dn2 set ttl-threshold 20;
	pinstance p downstream dn2 set max-groups 3;"

# a stream that nobody has asked for, at any host
wait_for 5 "239.9.16.1 is reported upstream" snooped 239.9.16.1
wait_for 5 "232.9.16.1 is reported upstream" snooped 232.9.16.1
assert "it is reported by its source" upstream_is 232.9.16.1 "include 10.9.0.1"
send 20 src br0 -g 239.9.16.1 -g 232.9.16.1
forwarded_are 4 "static memberships" 0 40 0

# packets with a TTL of 1, or up to the threshold, end here
receive one h1 -g 239.9.16.2
receive two h2 -g 239.9.16.2
wait_for 5 "dn1 has 239.9.16.2" asked group 239.9.16.2 dn1
wait_for 5 "dn2 has 239.9.16.2" asked group 239.9.16.2 dn2
send 20 src br0 -H 1 -g 239.9.16.2
forwarded_are 4 "TTL 1" 0 0 0
send 20 src br0 -H 20 -g 239.9.16.2
forwarded_are 4 "TTL 20" 0 20 0
send 20 src br0 -H 21 -g 239.9.16.2
forwarded_are 4 "TTL 21" 0 20 20
leave one
got one 40

# two more groups, then it is full
receive three h2 -g 239.9.16.10+20
limited() {
	[ "$(counter r igmp dn2 limit-groups)" -ge 1 ]
}
wait_for 5 "the limit was met" limited
groups=$(told_of r groups | awk -F '\t' '$2 == "dn2" && $4 == "*" && $3 ~ /^239/' | wc -l)
equal "groups of dn2" "$groups" 3
leave two
leave three
stop_daemon

# some reporters are not heard, and a querier that never queries learns from what hosts report
start_daemon "$plain
	pinstance p downstream dn1 set accept-from 10.9.1.99/32;
	pinstance p downstream dn2 set querier never;"
receive one h1 -g 239.9.16.4
receive two h2 -g 239.9.16.4
wait_for 5 "dn2 has 239.9.16.4" asked group 239.9.16.4 dn2
dropped() {
	[ "$(counter r igmp dn1 drop-accept-from)" -ge 1 ]
}
wait_for 5 "h1 is not heard" dropped
assert "dn1 has not got 239.9.16.4" not asked group 239.9.16.4 dn1
assert "mcproxy is not the querier of dn2" not asked querier dn2
equal "queries sent to dn2" "$(counter r igmp dn2 tx-query)" 0
forwarded_dn1=0 forwarded_dn2=0
send 20 src br0 -g 239.9.16.4
forwarded_are 4 "one host is heard" 0 0 20
leave two
got two 20
stop_daemon
