#!/bin/sh
# SPDX-License-Identifier: MIT
# Two proxies that peer, configured at length and in short: what a host sends comes to the other's
# hosts by the link between them, once, and by the root when that falls silent. Roots' data and
# memberships do not cross the link.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"
. "${0%/*}/lib-peering.sh"

# from_root N: 101 packets of A to each group
from_root() {
	for family in 4 6; do
		of_group=$(of_family $family $group4 $group6)
		of_source=$(of_family $family $a4 $a6)
		send 1 "s$1" br0 -s "$of_source" -g "$of_group"
		wait_for 5 "$of_source has a route" not is "" flow "r$1" "$of_source" "$of_group"
		send 100 "s$1" br0 -s "$of_source" -g "$of_group"
	done
}

# begin_to_send: the first packet of each stream, of which the kernel keeps three until it knows where
# they go; no receiver counts it.
begin_to_send() {
	send 1 h1 eth0 -g $group4 -g $group6
	wait_for 5 "what h1 sends goes to the root" comes r1 "dn0 up0"
}

# life FORM
life() {
	start_sites "$1" p2 p1
	for n in 1 2; do
		equal "$1: how r$n forwards" "$(told_of r$n instances | awk -F '\t' '{ print $5 }' |
			tr '\n' ' ')" 'peering peering '
	done

	# nobody has asked
	begin_to_send
	send 20 h1 eth0 -g $group4 -g $group6
	counted "$1: what h1 sends, and nobody wants" r1 "up0 21"

	receive two h2 -g $group4 -g $group6
	wait_for 5 "r1 has the membership" has_both r1 group p2
	wait_for 5 "root 2 has heard of it" witnessed s2 exclude
	assert "r1 does not ask its root for it" has_neither r1 upstream
	assert "root 1 has not heard of it" witnessed s1 ""

	# what comes from a root stays on its side
	from_root 1
	counted "$1: from root 1, nobody at r1" r1
	receive one h1 -g $group4 -g $group6
	wait_for 5 "root 1 has heard of it" witnessed s1 exclude
	from_root 1
	counted "$1: from root 1" r1 "dn0 101"
	from_root 2
	counted "$1: from root 2" r2 "dn0 101"
	counted "$1: from root 2" r1
	leave one
	got one 202
	wait_for 5 "root 1 has heard of the leave" witnessed s1 ""

	# what comes from a host goes to the root and to the peer, and no further
	send 1 h1 eth0 -g $group4 -g $group6
	wait_for 5 "it comes to r2" comes r2 "p1 dn0"
	assert "r1 sends it to both" comes r1 "dn0 p2,up0"
	wait_for 5 "r2 does not ask its root for it" witnessed s2 "exclude sender"
	send 100 h1 eth0 -g $group4 -g $group6
	counted "$1: what h1 sends" r1 "p2 101" "up0 101"
	counted "$1: what h1 sends" r2 "dn0 101"
	leave two
	got two 404
	stop_sites
}

# left_at SPACE IF: the proxy says there that it wants all but the two streams
left_at() {
	told_of "$1" upstream | awk -F '\t' -v i="$2" -v s4=$sender4 -v s6=$sender6 '
		$2 == i && ($4 == s4 || $4 == s6) && $5 == "exclude" { n++ }
		END { exit n != 2 }'
}

# forwarding SPACE PORT: the bridge has seen the port's carrier.
forwarding() {
	bridge -n "$space-$1" link show dev "$2" | grep -q 'state forwarding'
}

# hand_over FORM: the roots are joined
hand_over() {
	start_sites "$1" p2 p1
	port s2 p0 off
	begin_to_send
	receive two4 h2 -g $group4
	receive two6 h2 -g $group6
	wait_for 5 "r1 has the membership" has_both r1 group p2
	stream film4 h1 eth0 -g $group4
	stream film6 h1 eth0 -g $group6
	wait_for 5 "the stream comes by the peer" comes r2 "p1 dn0"
	port s2 p0 on
	copies_come r2 "p1 dn0"
	assert "r2 does not ask its root for it" left_at r2 up0

	# nobody sees that the link is cut; 500 packets a second are lost for 0.3 to 0.6 s
	port l12 p1 off
	wait_for 5 "the stream comes by the root" comes r2 "up0 dn0"
	port l12 p1 on
	holds 1 "it still does, while it does not end" comes r2 "up0 dn0"

	# the other way round, when the carrier goes
	ip_in s2 link set p0 down
	wait_for 5 "the stream comes by the peer" comes r2 "p1 dn0"
	holds 1 "it still does" comes r2 "p1 dn0"
	ip_in s2 link set p0 up
	wait_for 5 "the root's bridge takes its port in again" forwarding s2 p0
	for family in 4 6; do
		stop_stream film$family
		leave two$family
		came two$family
		echo "$1, IPv$family: of $sent packets $received came, $lost were lost, $twice came twice"
		equal "packets that came twice" $twice 0
		within "packets that came or were lost" $((received + lost)) $((sent - 50)) "$sent"
		within "packets lost" "$lost" 100 1000
		sent_to $family r1 p2 "$sent"
		forwarded_are $family "$1: what h1 sends" r1 "$sent_some" "up0 $((sent + 1))"
		forwarded_are $family "$1: what h1 sends" r2 "dn0 $received"
	done
	stop_sites
}

new_site 1
new_site 2
peer_link 1 2
life long
life short
join_roots 1 2
more='pinstance p upstream * in rulematching mutex 300;'
hand_over long
hand_over short

# With the default time of 10 ms, and a sender that may pause for longer than that: the stream may come
# by either way then, but never twice.
more='pinstance p upstream * in rulematching mutex 10;'
start_sites short p2 p1
begin_to_send
receive two h2 -g $group4 -g $group6
wait_for 5 "r1 has the membership" has_both r1 group p2
wait_for 5 "root 2 has heard of it" witnessed s2 exclude
send 2000 h1 eth0 -g $group4 -g $group6
leave two
came two
echo "of 4000 packets $received came, $lost were lost, $twice came twice"
equal "packets that came twice" $twice 0
within "packets lost" "$lost" 0 200
for family in 4 6; do
	sent_to $family r1 p2 2000
	forwarded_are $family "what h1 sends" r1 "$sent_some" "up0 2001"
	came two "$(of_family $family $group4 $group6)"
	forwarded_are $family "what h1 sends" r2 "dn0 $received"
done
stop_sites
