#!/bin/sh
# SPDX-License-Identifier: MIT
# Three instances of one daemon that peer with each other by cables between their interfaces, each in
# a routing table of its own.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"
. "${0%/*}/lib-peering.sh"

# cable I J: the interfaces pIJ, of instance I, and pJI. The kernel takes packets with an address of
# its own for forged ones, unless it is told that they may come back.
cable() {
	wire r "p$1$2" r "p$2$1"
	address r "p$1$2" "1$1$2" "$1"
	address r "p$2$1" "1$1$2" "$2"
	write r "/proc/sys/net/ipv4/conf/p$1$2/accept_local" 1
	write r "/proc/sys/net/ipv4/conf/p$2$1/accept_local" 1
	wait_for 5 "p$1$2 has a link-local address" has_link_local r "p$1$2"
	wait_for 5 "p$2$1 has a link-local address" has_link_local r "p$2$1"
}

new_router r
for n in 1 2 3; do
	new_root $n r up$n ${n}0
	new_host $n r dn$n $n
done
cable 1 2
cable 2 3
cable 1 3
start_daemon '
	pinstance A: up1 ==> dn1 peer p12 p13;
	pinstance B: up2 ==> dn2 peer p21 p23;
	pinstance C: up3 ==> dn3 peer p31 p32;
	pinstance A upstream * in rulematching mutex 1000;
	pinstance B upstream * in rulematching mutex 1000;
	pinstance C upstream * in rulematching mutex 1000;'
equal "instances" "$(told_of r instances | awk -F '\t' '{ print $1, $2, $3, $5 }' | tr '\n' ';')" \
	"A igmp 1 peering;A mld 1 peering;B igmp 2 peering;B mld 2 peering;C igmp 3 peering;C mld 3 peering;"

# ways: the routes of what h1 sends, one a line: instance, family, input, outputs, packets
ways() {
	told_of r routes | awk -F '\t' -v s4=$sender4 -v s6=$sender6 '
		$2 == s4 || $2 == s6 { print $1, $2 == s4 ? 4 : 6, $4, $5, $6 }' | sort
}

# ways_are PACKETS: all have taken in so many
ways_are() {
	[ "$(ways)" = "A 4 dn1 p12,p13,up1 $1
A 6 dn1 p12,p13,up1 $1
B 4 p21 dn2 $1
B 6 p21 dn2 $1
C 4 p31 dn3 $1
C 6 p31 dn3 $1" ]
}

for n in 2 3; do
	receive h$n h$n -g $group4 -g $group6
	wait_for 5 "p1$n has the membership" has_both r group p1$n
	wait_for 5 "root $n has heard of it" witnessed s$n exclude
done
assert "root 1 has not" witnessed s1 ""
send 1 h1 eth0 -g $group4 -g $group6
wait_for 5 "what h1 sends comes to B and C" ways_are 1
send 99 h1 eth0 -g $group4 -g $group6
wait_for 2 "it comes there once" ways_are 100
for n in 2 3; do
	wait_for 5 "root $n is not asked for it" witnessed s$n "exclude sender"
	leave h$n
	got h$n 200
done
stop_daemon
