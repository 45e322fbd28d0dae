#!/bin/sh
# SPDX-License-Identifier: MIT
# Interfaces by pattern: those that match are taken in when they appear, with what is set for them,
# and given up when they vanish, while a stream to another one flows. There may be 32 in an instance:
# the 33rd that is named is an error, that matches a pattern is left out.

. "${0%/*}/lib.sh"

v4=239.9.23.1 v6=ff15::9:17:1

querier() {
	asked querier "$1"
}

# interfaces: how many lines mcproxy-stat has of IGMP
interfaces() {
	told_of r interfaces | awk -F '\t' '$3 == "igmp"' | wc -l
}

# sessions FIRST LAST: so many interfaces appear in one go
sessions() {
	seq "$1" "$2" | while read -r n; do
		echo "link add ppp$n type veth peer name peer$n"
		echo "link set peer$n up"
		echo "link set ppp$n up"
		echo "address add 10.10.$n.1/24 dev ppp$n"
	done | ip -n "$space-r" -batch -
}

topology 1
receive one h1 -g $v4 -g $v6
start_daemon "pinstance p: up0 ==> dn1 ppp*;
	pinstance p downstream ppp* set robustness 3;
	pinstance p downstream ppp* set max-groups 7;
	pinstance p downstream dn1 set query-response-interval 0.5;"
for group in $v4 $v6; do
	wait_for 5 "dn1 has $group" asked group $group dn1
done
stream film src br0 -R 1000 -g $v4 -g $v6

# one appears, with a host behind it
new_space h2
wire r ppp0 h2 eth0
address r ppp0 2 1
address h2 eth0 2 2
wait_for 2 "ppp0 is taken in" querier ppp0
equal "the robustness of ppp0" "$(told_of r interfaces |
	awk -F '\t' '$2 == "ppp0" && $3 == "igmp" { print $11 }')" 3
receive two h2 -g $v4 -g $v6
for group in $v4 $v6; do
	wait_for 5 "ppp0 has $group" asked group $group ppp0
done
. "${0%/*}/lib-forward.sh"
wait_for 5 "the stream flows to ppp0" forwarded 6 ppp0 100

# another name does not match; a name that is changed comes to match, or ceases to
ip_in r link add other0 type veth peer name other1
ip_in r link set other0 up
ip_in r link set other0 down
ip_in r link set other0 name ppp7
ip_in r link set ppp7 up
ip_in r link set other1 up
ip_in r address add 10.10.7.1/24 dev ppp7
wait_for 2 "ppp7 is taken in" querier ppp7
ip_in r link set ppp7 down
ip_in r link set ppp7 name other0
lost() {
	! told_of r interfaces | grep -q "	$1	"
}
wait_for 2 "ppp7 is given up" lost ppp7
assert "ppp0 is there" querier ppp0

# it vanishes
ip_in r link del ppp0
wait_for 2 "ppp0 is given up" lost ppp0
equal "the interfaces" "$(interfaces)" 2

# many at once: up to 32
sessions 10 39
wait_for 5 "30 sessions are taken in" is 32 interfaces
sessions 40 44
wait_for 3 "it is said that there are too many" grep -q \
	'patterns mean more than 32 interfaces; ppp.* and .* more are left out' "$work/r.log"
equal "the interfaces" "$(interfaces)" 32
assert "ppp39 is there" querier ppp39

# when one goes another is taken in
ip_in r link del ppp10
wait_for 2 "ppp40 is taken in" querier ppp40
equal "the interfaces" "$(interfaces)" 32
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon

# by name: 32 with a route to each, the 33rd is an error with its place
names=$(seq 11 40 | sed 's/^/ppp/' | tr '\n' ' ')
start_daemon "pinstance p: up0 ==> dn1 $names;"
equal "the interfaces" "$(interfaces)" 32
assert "ppp40 is there" querier ppp40
equal "VIFs in the kernel" "$(in_space r cat /proc/net/ip_mr_vif | wc -l)" 33
equal "VIFs of IPv6" "$(in_space r cat /proc/net/ip6_mr_vif | wc -l)" 33
status=0
"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" add p downstream ppp41 2>"$work/err" || status=$?
equal "exit status of the 33rd by mcproxy-ctl" "$status" 1
grep -q '32' "$work/err" || fail "no limit in '$(cat "$work/err")'"
equal "the interfaces" "$(interfaces)" 32
stop_daemon
echo "pinstance p: up0 ==> dn1 $names ppp41;" >"$work/bad.conf"
status=0
in_space r "$MCPROXY_BIN/mcproxy" -f "$work/bad.conf" 2>"$work/err" || status=$?
equal "exit status with 33 interfaces" "$status" 1
grep -q "bad.conf:1:[0-9]*: found 'ppp41'.* 32 " "$work/err" ||
	fail "no limit with its place in '$(cat "$work/err")'"
