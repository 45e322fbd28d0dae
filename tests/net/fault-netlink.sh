#!/bin/sh
# SPDX-License-Identifier: MIT
# While the worker stands still, more changes of interfaces are notified than its socket can hold
# (ENOBUFS). When it goes on it sees all of them as they are by then: one that has gone, one that has
# come, one with another address; and what did not change forwards on.

. "${0%/*}/lib.sh"

v4=239.9.34 v6=ff15::9:22

# dropped: notifications that a netlink socket of the space had no room for, in $dropped
dropped() {
	dropped=$(in_space r awk 'NR > 1 { sum += $9 } END { print sum + 0 }' /proc/net/netlink)
}

# state IF STATE: of all protocols
state() {
	[ "$(told_of r interfaces | awk -F '\t' -v i="$1" '$2 == i { print $5 }' | sort -u)" = "$2" ]
}

# has_address IF ADDRESS
has_address() {
	told_of r interfaces | cut -f 2,6 | grep -q "^$1	$2\$"
}

topology 3
start_daemon "pinstance p: up0 ==> dn1 dn2 dn3 late*;
	pinstance p downstream * set query-response-interval 1;"
receive one h1 -g $v4.1 -g $v6:1
for group in $v4.1 $v6:1; do
	wait_for 5 "dn1 has $group" asked group $group dn1
	wait_for 5 "$group is joined upstream" snooped $group
done
stream film src br0 -g $v4.1 -g $v6:1
dropped
equal "dropped notifications" "$dropped" 0

find_worker
kill -STOP "$worker"
ip_in r link del dn3
ip_in r link set dn2 down
ip_in r address del 10.9.2.1/24 dev dn2
ip_in r address add 10.9.2.9/24 dev dn2
ip_in r link add noise type veth peer name noise2
i=0
while [ $i -lt 2000 ]; do
	echo "link set noise mtu $((1400 + i % 2))"
	i=$((i + 1))
done >"$work/batch"
ip_in r -batch "$work/batch"
ip_in r link set dn2 up
ip_in r link add late0 type veth peer name late1
ip_in r link set late0 up
ip_in r link set late1 up
address r late1 7 1
kill -CONT "$worker"

wait_for 5 "dn3 is absent" state dn3 absent
wait_for 5 "dn2 has its other address" has_address dn2 10.9.2.9
wait_for 5 "late1 is there" state late1 up
dropped
within "dropped notifications" "$dropped" 1 1000000
echo "$dropped notifications were dropped"
assert "dn1 is up" state dn1 up
assert "it is healthy" asked healthy
receive two h2 -g $v4.2 -g $v6:2
for group in $v4.2 $v6:2; do
	wait_for 5 "dn2 has $group" asked group $group dn2
	wait_for 5 "$group is joined upstream" snooped $group
done
send 5 src br0 -g $v4.2 -g $v6:2
leave two
got two 10
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
