#!/bin/sh
# SPDX-License-Identifier: MIT
# The program stands still for longer than its queries and memberships last, as in a machine that is
# too busy, or was suspended: then everything that is overdue happens once, hosts are asked, and all
# is as before.

. "${0%/*}/lib.sh"

v4=239.9.36.1 v6=ff15::9:24:1

# queries: sent at dn1, of both protocols, in $queries
queries() {
	queries=$(($(counter r igmp dn1 tx-query) + $(counter r mld dn1 tx-query)))
}

# passes COUNT: so many packets have come out of dn1, of each family
passes() {
	vif_packets 4 dn1
	[ "$packets" -ge "$1" ] || return 1
	vif_packets 6 dn1
	[ "$packets" -ge "$1" ]
}

topology 1
start_daemon "pinstance p: up0 ==> dn1;
	pinstance p downstream * set query-interval 2;
	pinstance p downstream * set query-response-interval 0.5;
	pinstance p downstream * set startup-query-count 1;"
receive one h1 -g $v4 -g $v6
for group in $v4 $v6; do
	wait_for 5 "dn1 has $group" asked group $group dn1
	wait_for 5 "$group is joined upstream" snooped $group
done
stream film src br0 -R 100 -g $v4 -g $v6
wait_for 5 "the stream flows" passes 10
queries
before=$queries

find_worker
kill -STOP "$worker" "$daemon"
# 2 * 2 + 2 * 0.5: by then the memberships have expired, and three times a query was due
slept() {
	read_clock
	[ "$clock" -ge "$wakes" ]
}
read_clock
wakes=$((clock + 700))
wait_for 10 "seven seconds have passed" slept
kill -CONT "$daemon" "$worker"

wait_for 2 "it answers" asked running
queries
within "queries since it stood still" $((queries - before)) 0 6
for group in $v4 $v6; do
	wait_for 3 "dn1 has $group" asked group $group dn1
	wait_for 3 "$group is joined upstream" snooped $group
done
vif_packets 4 dn1
wait_for 3 "the stream flows" passes $((packets + 20))
assert "it is healthy" asked healthy
find_worker
equal "lines of the log about anything else" \
	"$(grep -v -e ': up, index' -e ': instance p runs' "$work/r.log")" ''
stop_stream film
stop_daemon
