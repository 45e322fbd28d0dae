#!/bin/sh
# SPDX-License-Identifier: MIT
# Three proxies that peer, on one LAN and in a triangle of links: what a host sends is on each link
# once, comes to everyone once, and takes no way by a third proxy (RFC 7287 section 5.3).

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"
. "${0%/*}/lib-peering.sh"

# everywhere WAY1 WAY2 WAY3: the way to each proxy
everywhere() {
	comes r1 "$1" && comes r2 "$2" && comes r3 "$3"
}

# join: h2 and h3 want what h1 sends
join() {
	for n in 2 3; do
		receive h$n h$n -g $group4 -g $group6
	done
	for n in 2 3; do
		wait_for 5 "root $n has heard of it" witnessed s$n exclude
	done
}

# from_h1 COUNT WHAT WAY1 WAY2 WAY3: packets to each group
from_h1() {
	send 1 h1 eth0 -g $group4 -g $group6
	wait_for 5 "$2: ways are known" everywhere "$3" "$4" "$5"
	send $(($1 - 1)) h1 eth0 -g $group4 -g $group6
}

for n in 1 2 3; do
	new_site $n
done
new_space lan
for n in 1 2 3; do
	wire lan p$n r$n lan0
	address r$n lan0 150 $n
	wait_for 5 "lan0 has a link-local address" has_link_local r$n lan0
done
new_hub lan p1 p2 p3

for form in long short; do
	start_sites $form lan0 lan0 lan0
	join
	wait_for 5 "r1 has the membership" has_both r1 group lan0
	assert "it does not ask its root" has_neither r1 upstream
	from_h1 50 LAN "dn0 lan0,up0" "lan0 dn0" "lan0 dn0"
	counted "LAN, $form" r1 "lan0 50" "up0 50"
	counted "LAN, $form" r2 "dn0 50"
	counted "LAN, $form" r3 "dn0 50"

	# r2 gets on the LAN what r3 has asked for, but is to take nothing from there
	ctl r2 set pinstance p upstream lan0 in whitelist table '{}'
	send 50 h1 eth0 -g $group4 -g $group6
	counted "LAN, $form, a filter" r1 "lan0 50" "up0 50"
	counted "LAN, $form, a filter" r2
	counted "LAN, $form, a filter" r3 "dn0 50"
	for n in 2 3; do
		leave h$n
		got h$n $((n * 100 - 100))
	done
	stop_sites
done

peer_link 1 2
peer_link 2 3
peer_link 1 3
start_sites short "p2 p3" "p1 p3" "p1 p2"
join
wait_for 5 "r1 has the membership of r2" has_both r1 group p2
wait_for 5 "r1 has the membership of r3" has_both r1 group p3
from_h1 50 triangle "dn0 p2,p3,up0" "p1 dn0" "p1 dn0"
counted triangle r1 "p2 50" "p3 50" "up0 50"
counted triangle r2 "dn0 50"
counted triangle r3 "dn0 50"

# without the direct link there is no way by r2
port l13 p1 off
wait_for 5 "the way to r3 is forgotten" is "" flow r3 $sender4 $group4
send 50 h1 eth0 -g $group4 -g $group6
counted "no way by a third" r1 "p2 50" "p3 50" "up0 50"
counted "no way by a third" r2 "dn0 50"
counted "no way by a third" r3
# but there is one by the roots, where they are joined
join_roots 1 2
join_roots 1 3
for n in 2 3; do
	wait_for 5 "root $n is asked for it" witnessed s$n exclude
done
port s2 p0 off
stream film4 h1 eth0 -g $group4
stream film6 h1 eth0 -g $group6
wait_for 5 "it comes to all" everywhere "dn0 p2,p3,up0" "p1 dn0" "up0 dn0"
port s2 p0 on
copies_come r2 "p1 dn0"
port l13 p1 on
holds 1 "it still comes to r3 by the root" comes r3 "up0 dn0"
total=$((2 * 100))
for family in 4 6; do
	stop_stream film$family
	total=$((total + sent))
	sent_to $family r1 p3 $((sent + 100))
	forwarded_are $family "what h1 sends" r1 "p2 $sent" "p3 $((packets - 100))" "up0 $sent"
	forwarded_are $family "what h1 sends" r2 "dn0 $sent"
	forwarded_are $family "what h1 sends" r3 "dn0 $sent"
done
leave h2
got h2 "$total"
leave h3
got h3 $((total - 100))
stop_sites
