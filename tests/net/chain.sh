#!/bin/sh
# SPDX-License-Identifier: MIT
# Two proxies, one behind the other, IPv4 and IPv6: a join travels to the root, the stream comes
# back whole, and the leave travels, too, in the time of both. The outer proxy's queries keep it up.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-chain.sh"
. "${0%/*}/lib-forward.sh"

join() {
	receive "one$1" h1 -g "$2"
	wait_for 5 "a report of $2 is seen at the root" snooped "$2"
	assert "the outer proxy subscribes $2" asked_of r2 upstream "$2"
	assert "the inner proxy subscribes $2" asked upstream "$2"
}

in_chain() {
	asked_of r2 group "$1" && asked group "$1" && snooped "$1"
}

# part FAMILY GROUP: twice the last member query time is 1.2 s, and the root's own is 0.2 s.
part() {
	read_clock
	part_start=$clock
	leave "one$1"
	got "one$1" 300
	wait_for 20 "the host is heard to leave" ending dn1 "$2"
	read_clock
	part_heard=$clock
	wait_for 5 "the inner proxy has left $2" not asked upstream "$2"
	wait_for 5 "the outer proxy has left $2" not asked_of r2 upstream "$2"
	wait_for 5 "the leave of $2 is seen at the root" not snooped "$2"
	read_clock
	echo "$2: $((clock - part_heard)) hundredths of a second from the leave to the root"
	[ $((clock - part_start)) -ge 115 ] || fail "the root has left $2 too early"
	within "hundredths of a second until the root has left $2" $((clock - part_heard)) 0 300
}

chain_topology
short='
	pinstance p downstream * set query-interval 1;
	pinstance p downstream * set query-response-interval 0.5;'
start_daemon "$outer $short" r2
start_daemon "$inner $short"

join 4 239.9.8.1
join 6 ff15::9:8:1
send 300 src br0 -g 239.9.8.1 -g ff15::9:8:1
# the group membership interval is 3 s
holds 4 "239.9.8.1 lives on along the chain" in_chain 239.9.8.1
holds 1 "ff15::9:8:1 lives on along the chain" in_chain ff15::9:8:1
part 4 239.9.8.1
part 6 ff15::9:8:1
