#!/bin/sh
# SPDX-License-Identifier: MIT
# Data from any number of forged sources: with wildcard routes the daemon does not even wake up; where
# each flow has a route of its own, max-routes holds, a stream that is there loses nothing, and one
# that begins meanwhile finds its way.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

v4=239.9.39.1 v6=ff15::9:27:1

# source_routes PROTOCOL
source_routes() {
	told_of r summary | awk -F '\t' -v p="$1" '$2 == p && $3 == "source-routes" { print $4 }'
}

# data FAMILY GROUP: in the background, until stop_flood
data() {
	start_in src "$attack" br0 data "$1" 4000000000 $data_sources 10000 "$2" \
		>>"$work/flood.log" 2>&1
	flood=$!
	flood_base=$(packets_came)
}

# packets_came: by the upstream
packets_came() {
	ip_in r -s link show up0 | awk '/RX:/ { getline; print $2 }'
}

# came NUMBER: so many packets of the flood
came() {
	[ "$(packets_came)" -ge $((flood_base + $1)) ]
}

if [ -n "${CI:-}" ]; then
	data_count=200000 data_sources=100000
else
	data_count=30000 data_sources=20000
fi

topology 1
ip_in r route add 10.128.0.0/9 dev up0
ip_in r route add fd09:0:0:ad::/64 dev up0
config="protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; pinstance p set forwarding wildcard; $patient"

start_daemon "$config"
receive one h1 -g $v4 -g $v6
for group in $v4 $v6; do
	wait_for 10 "dn1 has $group" asked group $group dn1
done
stream film src br0 -g $v4 -g $v6
find_worker
# switches SORT: of context, by the worker
switches() {
	sed -n "s/^$1_ctxt_switches:[^0-9]*//p" "/proc/$worker/status"
}
woken=$(switches voluntary)
for group in 239.9.39.9 ff15::9:27:9; do
	case $group in *:*) data 6 $group ;; *) data 4 $group ;; esac
	wait_for 60 "$data_count packets have come" came $data_count
	stop_flood
done
within "times that the worker woke up" $(($(switches voluntary) - woken)) 0 50
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon

start_daemon "$config pinstance p set forwarding per-source; pinstance p set max-routes 1000;"
# The kernel keeps three packets of a flow until it has a route: who joins later does not miss the
# fourth, on a machine that is slow.
stream film src br0 -g $v4 -g $v6
stream others src br0 -g 239.9.40.0+5 -g ff15::9:28:0+5
has_flows() {
	[ "$(source_routes igmp) $(source_routes mld)" = "6 6" ]
}
wait_for 10 "the streams have their routes" has_flows
receive two h1 -g $v4 -g $v6
for family in 4 6; do
	wait_for 10 "the host has the IPv$family stream" more_packets $family 100
done
resident
before=$resident
for family in 4 6; do
	case $family in
	4) protocol=igmp net=239.9.40. nobodys=239.9.39.9 late=239.9.41.1 ;;
	6) protocol=mld net=ff15::9:28: nobodys=ff15::9:27:9 late=ff15::9:29:1 ;;
	esac
	join_time "${net}0" "${net}1"
	calm=$join_time
	echo "IPv$family: joins take (us)$join_times"
	data $family $nobodys
	wait_for 10 "the limit is met" has_counted $protocol up0 limit-routes 1
	within "IPv$family routes" "$(source_routes $protocol)" 600 1000
	join_time "${net}2" "${net}3" "${net}4"
	join_was_quick
	stream late src br0 -g $late
	join_time $late
	echo "a stream that begins, and is joined, takes (us)$join_times"
	within "IPv$family routes" "$(source_routes $protocol)" 1 1000
	stop_stream late
	wait_for 60 "$data_count packets have come" came $data_count
	stop_flood
done
resident
echo "memory (kB) $before before, $resident after"
within "memory after the floods (kB)" "$resident" 0 $((before + 1024))
leave two
stop_stream others
stop_stream film
equal "lost, duplicated of receiver two" "$(awk -F '\t' '
	$1 == "total" { print $3, $4 }' "$work/two.join")" "0 0"
stop_daemon
