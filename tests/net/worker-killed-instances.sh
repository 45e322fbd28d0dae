#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker that dies, with several instances in tables of their own, one of which has the kernel for its
# host upstream: rules, memberships of the kernel and rp_filter stay as they are, no leave is heard
# upstream, and no stream loses a packet. Hosts that leave meanwhile are heard nevertheless.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-worker.sh"

v4=239.9.60.1 v6=ff15::9:60:1
goes4=239.9.60.2 goes6=ff15::9:60:2
list4=239.9.60.3 list6=ff15::9:60:3

# rules FAMILY: "IF DIRECTION TABLE", sorted
rules() {
	ip_in r "-$1" mrule show | sed -n \
		's/.*from all \([io]if\) \([^ ]*\) .*lookup \([0-9]*\).*/\2 \1 \3/p' | sort | tr '\n' ,
}

expected='dn1 iif 1,dn1 oif 1,dn2 iif 40,dn2 oif 40,up0 iif 1,up0 oif 1,up1 iif 40,up1 oif 40,'
as_they_were() {
	[ "$(rules 4)" = "$expected" ] && [ "$(rules 6)" = "$expected" ] &&
		several is_joined $v4 $v6 $list4 $list6 &&
		[ "$(in_space r cat /proc/sys/net/ipv4/conf/up0/rp_filter)" = 0 ]
}

# is_joined GROUP: by the kernel of the router, upstream
is_joined() {
	case "$(ip_in r maddress show dev up0) " in
	*" $1 "* | *" $1
"*) return 0 ;;
	esac
	return 1
}

# leaves: heard by the bridge upstream
leaves() {
	echo "$(port_count src p0 IGMP leaves) $(port_count src p0 MLD leaves)"
}

topology 2
wire src p1 r up1
address src p1 11 1
address r up1 11 2
wait_for 5 "up1 has a link-local address" has_link_local r up1
for interface in all up0; do
	write r /proc/sys/net/ipv4/conf/$interface/rp_filter 1
done
start_daemon '
	protocol IGMPv3;
	protocol MLDv2;
	pinstance a: up0 ==> dn1;
	pinstance b(40): up1 ==> dn2;
	pinstance a set rp-filter off;
	pinstance a upstream up0 set host kernel;
	pinstance a downstream * set last-member-query-interval 0.3;
	pinstance b downstream * set last-member-query-interval 0.3;'
receive one h1 -g $v4 -g $v6
receive list h1 -s 10.9.0.1 -s fd09::1 -g $list4 -g $list6
receive goes h1 -g $goes4 -g $goes6
receive two h2 -g $v4 -g $v6
wait_for 5 "the kernel has joined" several is_joined $v4 $v6 $list4 $list6 $goes4 $goes6
wait_for 5 "the bridge has heard it" several snooped $v4 $v6 $list4 $list6 $goes4 $goes6
wait_for 5 "dn2 has the groups" several "asked group" $v4 $v6
stream film src br0 -g $v4 -g $v6 -g $list4 -g $list6
stream other src p1 -R 200 -g $v4 -g $v6
assert "rules, memberships and rp_filter are there" as_they_were

# twice: the second time the sockets of two workers are there
for _ in 1 2; do
	wait_for 5 "the worker is ripe" ripe
	kill_worker
	assert "all is as it was" as_they_were
	revive
	assert "all is as it was" as_they_were
	assert "the bridge has heard of no leave" several snooped $v4 $v6 $list4 $list6 $goes4 $goes6
	equal "the IPv4 filter in the kernel" "$(snooped_entry $list4)" 'include 10.9.0.1'
	equal "the IPv6 filter in the kernel" "$(snooped_entry $list6)" 'include fd09::1'
done
holds 1 "all is as it was" as_they_were

# hosts leave meanwhile
wait_for 5 "the worker is ripe" ripe
kill_worker
leave goes
revive
wait_for 15 "the kernel leaves" none is_joined $goes4 $goes6
wait_for 5 "the bridge has heard it" none snooped $goes4 $goes6
assert "all is as it was" as_they_were
assert "the bridge has heard of no other leave" several snooped $v4 $v6 $list4 $list6

stop_stream film
film=$sent
stop_stream other
sleep 0.2 # for whoever has to read the last packet
leave one
leave list
leave two
# The four groups take turns.
rest=$((film % 4))
first=$((film / 4 * 2 + (rest < 2 ? rest : 2)))
got one "$first"
got list $((film - first))
got two "$sent"
stop_daemon
equal "the rules that are left" "$(rules 4)$(rules 6)" ''
equal "rp_filter" "$(in_space r cat /proc/sys/net/ipv4/conf/up0/rp_filter)" 1
