#!/bin/sh
# SPDX-License-Identifier: MIT
# Nothing that stops streams is silent: a packet filter that drops IGMP or MLD, a missing ff00::/8
# route, an interface that becomes a port of a bridge, one that two instances share, a bridge that asks
# in an old version itself, streams with a TTL of 1. The log says it once, with the remedy,
# mcproxy-stat healthy while it lasts, and mcproxy-check finds it, too.

. "${0%/*}/lib.sh"

logged() {
	equal "lines of '$1'" "$(grep -c "$1" "$work/r.log")" "$2"
}

# sick TEXT: healthy says no, with that text
sick() {
	case $("$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" healthy) in
	"no: "*"$1"*) ;;
	*) return 1 ;;
	esac
}

# finds LEVEL TEXT: mcproxy-check does
finds() {
	in_space r "$MCPROXY_BIN/mcproxy-check" -t -f "$work/r.conf" >"$work/check.log" || :
	grep -q "^$1	.*$2" "$work/check.log" || fail "no '$1 $2' in '$(cat "$work/check.log")'"
}

topology 1
fast='pinstance p downstream * set query-interval 1; pinstance p downstream * set query-response-interval 0.2;'

# the route that an IPv6 interface has of the kernel
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $fast"
assert "all is well" asked healthy
ip_in r -6 route del multicast ff00::/8 dev dn1 table local
wait_for 5 "a missing route is told" sick 'dn1: has no route for multicast; ip -6 route add multicast ff00::/8 dev dn1 table local'
finds warn 'has no route for multicast'
ip_in r -6 route add multicast ff00::/8 dev dn1 table local
wait_for 5 "it is well again" asked healthy
logged 'dn1: has no route for multicast' 1
logged 'dn1: multicast is sent and received again' 1

# streams with a TTL of 1
logs="$logs $work/one.join"
receive one h1 -g 239.9.33.1 -g ff15::9:33:1
wait_for 5 "dn1 has 239.9.33.1" asked group 239.9.33.1 dn1
wait_for 5 "dn1 has ff15::9:33:1" asked group ff15::9:33:1 dn1
healthy() {
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" healthy
}
send 5 src br0 -g ff15::9:33:1 -H 1
stuck='come in, but none has got out, as with a TTL of 1; raise it at the sender'
wait_for 5 "it is told" is "yes: packets to ff15::9:33:1 $stuck" healthy
send 5 src br0 -g 239.9.33.1 -H 1
wait_for 5 "it is told, too" is "yes: packets to 239.9.33.1 $stuck" healthy
finds warn 'packets to 239.9.33.1 come in'
wait_for 15 "it is logged" grep -q 'packets to 239.9.33.1 come in' "$work/r.log"
send 5 src br0 -g 239.9.33.1 -g ff15::9:33:1
wait_for 5 "what gets out ends it" is yes healthy
leave one
got one 10
wait_for 8 "the group is left upstream" not snooped ff15::9:33:1
# two joins and two leaves: from now on nothing is sent upstream
for protocol in igmp mld; do
	wait_for 5 "that is said twice" is 4 counter r $protocol up0 tx-report
done

# a port of a bridge
ip_in r link add bridge type bridge
ip_in r link set dn1 master bridge
wait_for 5 "a port is told" sick 'dn1: is a port of a bridge or bond'
ip_in r link set dn1 nomaster
wait_for 5 "it is none any more" asked healthy
ip_in r link del bridge

# packet filters
if command -v nft >/dev/null && in_space r nft list ruleset 2>/dev/null; then
	# filter CHAIN RULE
	filter() {
		in_space r nft "add table inet t; add chain inet t c { type filter hook $1 priority 0; }; add rule inet t c $2"
	}
	for protocol in 'meta l4proto igmp:IGMP' 'meta l4proto ipv6-icmp:MLD'; do
		filter output "${protocol%:*} drop"
		wait_for 5 "what is not sent is told" sick \
			"dn1: a packet filter drops the ${protocol#*:} that is sent; nft: "
		in_space r nft flush ruleset
		wait_for 5 "it is well again" asked healthy
	done
	logged 'packet filter drops' 2
	stop_daemon
	filter input 'iif != lo drop'
	start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $fast"
	wait_for 9 "what is not heard is told" sick 'dn1: a packet filter drops the IGMP that comes in; nft: '
	finds warn 'a packet filter drops the IGMP'
	finds warn 'a packet filter drops the MLD'
	in_space r nft flush ruleset
	in_space r nft "add table ip t; add chain ip t forward { type filter hook forward priority 0; policy drop; }"
	finds warn 'chain t forward drops what is forwarded unless one of its 0 rules accepts it	nft: fib daddr type multicast accept'
	in_space r nft add rule ip t forward fib daddr type multicast accept
	finds ok 'chain t forward drops what is forwarded unless one of its 1 rules accepts it'
	in_space r nft flush ruleset
	receive one h1 -g 239.9.33.1 -g ff15::9:33:1
	wait_for 5 "it is well again" asked healthy
	leave one
fi
stop_daemon

# two instances
echo 'pinstance a(1): up0 ==> dn1; pinstance b(2): up0 ==>;' >"$work/r.conf"
start_daemon "$(cat "$work/r.conf")"
assert "a shared interface is told" sick 'up0 is in two instances, a and b'
logged 'up0 is in two instances' 1
finds warn 'up0 is in two instances, a and b'
stop_daemon

# the kernel's own bridge asks in an older version than this router
ip_in r link add br9 type bridge mcast_snooping 1 mcast_querier 1 mcast_igmp_version 2 mcast_mld_version 1
ip_in r link set dn1 master br9
ip_in r addr add 10.9.34.1/24 dev br9
ip_in r link set br9 up
start_daemon 'protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> br9;'
old="br9: the bridge's own querier asks in"
remedy='hosts that hear it name no sources, which ends SSM; ip link set br9 type bridge mcast_querier 0, or'
wait_for 5 "it is told" is "yes: $old IGMPv2: $remedy mcast_igmp_version 3" healthy
# of its settings the kernel tells with the next change of the link
ip_in r link set br9 type bridge mcast_igmp_version 3
ip_in r link set br9 mtu 1400
wait_for 5 "the other one is told" is "yes: $old MLDv1: $remedy mcast_mld_version 2" healthy
ip_in r link set br9 type bridge mcast_querier 0
ip_in r link set br9 mtu 1500
wait_for 5 "it asks no more" is yes healthy
logged "$old IGMPv2" 1
logged "$old MLDv1" 1
