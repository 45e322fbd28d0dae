#!/bin/sh
# SPDX-License-Identifier: MIT
# Short disturbances of a downstream, under a stream to a host behind a switch, which notices none of
# them: an address that is replaced, a carrier that is lost, a link that goes down and up, IPv6 that
# is off and on. Nothing is lost but what the link could not carry, nothing is said upstream, and
# who is heard before is heard after.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-worker.sh"

v4=239.9.20.1 v6=ff15::9:14:1

both() {
	asked group $v4 dn1 && asked group $v6 dn1
}

none() {
	! asked group $v4 dn1 && ! asked group $v6 dn1
}

announced() {
	snooped $v4 && snooped $v6
}

reports() {
	echo "$(counter r igmp up0 tx-report) $(counter r mld up0 tx-report)"
}

# both at once, as what replaces addresses does
replace_addresses() {
	own=$(ip -n "$space-r" -6 -o address show dev dn1 scope link)
	own=${own#*inet6 }
	own=${own%% *}
	printf '%s\n' "address del 10.9.1.1/24 dev dn1" "address del $own dev dn1" \
		"address add 10.9.1.$1/24 dev dn1" "address add fe80::$1/64 dev dn1 nodad" |
		ip -n "$space-r" -batch -
}

lose_carrier() {
	ip_in h1 link set p0 down
	sleep 1
	ip_in h1 link set p0 up
}

down_and_up() {
	ip_in r link set dn1 down
	ip_in r link set dn1 up
	ip_in r address add fe80::5/64 dev dn1 nodad 2>/dev/null || :
}

switch_ipv6() {
	write r /proc/sys/net/ipv6/conf/dn1/disable_ipv6 1
	sleep 0.2
	write r /proc/sys/net/ipv6/conf/dn1/disable_ipv6 0
	ip_in r address add fe80::6/64 dev dn1 nodad 2>/dev/null || :
}

# The kernel destroys all that it knows of IPv6 on the interface.
shrink_mtu() {
	ip_in r link set dn1 mtu 1000
	sleep 0.2
	ip_in r link set dn1 mtu 1500
	ip_in r address add fe80::7/64 dev dn1 nodad 2>/dev/null || :
}

# disturb WHAT MOST COMMAND...: of 500 packets a second to each group so many may be lost in all.
disturb() {
	disturb_what=$1 disturb_most=$2
	shift 2
	receive one h1 -g $v4 -g $v6
	wait_for 5 "dn1 has both groups" both
	wait_for 5 "both are seen upstream" announced
	stream film src br0 -g $v4 -g $v6
	sleep 1 # the reports have been repeated
	before=$(reports)
	"$@"
	sleep 3.5 # what hosts have not repeated has ended
	after=$(reports)
	stop_stream film
	leave one
	lost=$(awk -F '\t' -v sent="$sent" '$1 ~ /[.:]/ { received += $2 }
		END { print sent - received }' "$work/one.join")
	echo "$disturb_what: $lost packets of $sent are lost"
	[ -n "${FIGURES-}" ] || within "packets that are lost: $disturb_what" "$lost" 0 "$disturb_most"
	[ -n "${FIGURES-}" ] || equal "reports upstream: $disturb_what" "$after" "$before"
	wait_for 10 "nobody wants them any more" none
}

topology 0
new_space h1
# a switch whose other port keeps its carrier
ip_in h1 link add d0 type veth peer name d1
ip_in h1 link set d1 up
ip_in h1 link set d0 up
new_bridge h1 eth0 d0
ip_in h1 link set eth0 type bridge mcast_snooping 0
wire r dn1 h1 p0
ip_in h1 link set p0 master eth0
address r dn1 1 1
address h1 eth0 1 2
routes h1 10.9.1.1 fd09:0:0:1::1
wait_for 5 "h1 has a link-local address" has_link_local h1 eth0
wait_for 5 "dn1 has a link-local address" has_link_local r dn1

start_daemon '
	protocol IGMPv3;
	protocol MLDv2;
	pinstance p: up0 ==> dn1;
	pinstance p downstream * set last-member-query-interval 0.3;
	pinstance p downstream * set query-response-interval 3;'
disturb "the addresses are replaced" 0 replace_addresses 7
# a second's packets, and what the bridge and the kernel need to see the carrier
disturb "the carrier is away for a second" 3000 lose_carrier
disturb "the link is set down and up" 1000 down_and_up
disturb "IPv6 is off and on" 500 switch_ipv6
disturb "the MTU is too small for IPv6, and is not" 500 shrink_mtu

# who left while it could not be heard
receive one h1 -g $v4 -g $v6
wait_for 5 "dn1 has both groups" both
ip_in h1 link set p0 down
leave one
sleep 0.5
assert "it is not known that nobody wants them" both
equal "the state of dn1" "$(told_of r interfaces | awk -F '\t' '$2 == "dn1" { print $5 }' | sort -u)" held
# ... nor does the next worker know
find_worker
if [ "$worker" != "$daemon" ]; then
	kill_worker
	revive
	assert "the next worker holds them, too" both
fi
ip_in h1 link set p0 up
wait_for 6 "nobody has repeated it" none

# longer than it is held
receive one h1 -g $v4 -g $v6
wait_for 5 "dn1 has both groups" both
"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" \
	set pinstance p downstream dn1 outage-hold 0.5
ip_in h1 link set p0 down
wait_for 2 "dn1 has no groups" none
stop_daemon
