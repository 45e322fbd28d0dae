#!/bin/sh
# SPDX-License-Identifier: MIT
# How long a stream goes on to a link whose last host has left: with `quick-leave off` the last
# member query time (2.4 s), else not at all, and nobody is asked. Where hosts are tracked, the stream
# goes on while another one wants it; where one cannot be, all are asked.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

topology 0
new_space lan
wire r dn1 lan l0
address r dn1 1 1
# a bridge that floods, so that all hear all
new_bridge lan br1 l0
ip_in lan link set br1 type bridge mcast_snooping 0
for host in 1 2; do
	new_space "h$host"
	wire lan "l$host" "h$host" eth0
	ip_in lan link set "l$host" master br1
	address "h$host" eth0 1 $((host + 1))
	wait_for 5 "h$host has a link-local address" has_link_local "h$host" eth0
done
wait_for 5 "dn1 has a link-local address" has_link_local r dn1

# start MODE: until the query of the start has been answered
start() {
	mode=$1
	start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
		pinstance p downstream * set startup-query-count 1;
		pinstance p downstream * set query-response-interval 0.5;
		pinstance p downstream * set quick-leave $mode;
		$patient"
	read_clock
	started=$clock
	wait_for 5 "the first query is answered" passed 60
	film=$((${film:-0} + 1))
	v4=239.9.23.$film v6=ff15::9:17:$film
	stream film src br0 -g "$v4" -g "$v6"
	queries
}

# passed HUNDREDTHS: of a second since the start
passed() {
	read_clock
	[ $((clock - started)) -ge "$1" ]
}

# queries: sent so far
queries() {
	queries_v4=$(counter r igmp dn1 tx-query)
	queries_v6=$(counter r mld dn1 tx-query)
}

# asked_since: whether there were queries of both families since then, nobody_asked: of none
asked_since() {
	[ "$(counter r igmp dn1 tx-query)" -gt "$queries_v4" ] &&
		[ "$(counter r mld dn1 tx-query)" -gt "$queries_v6" ]
}

nobody_asked() {
	is "$queries_v4" counter r igmp dn1 tx-query && is "$queries_v6" counter r mld dn1 tx-query
}

both() {
	asked group "$v4" dn1 && asked group "$v6" dn1
}

any() {
	asked group "$v4" dn1 || asked group "$v6" dn1
}

# hosts COUNT: so many are tracked for each group
hosts() {
	[ "$(told_of r groups | awk -F '\t' '$4 == "*" { printf "%s ", $8 }')" = "$1 $1 " ]
}

# watch NAME SPACE: a host and its stream
watch() {
	receive "$1" "$2" -g "$v4" -g "$v6"
	wait_for 20 "dn1 has the groups" both
	wait_for 5 "$1 has joined" grep -q joined "$work/$1.log" "$work/$1.join"
	flow
}

# flow: from now
flow() {
	for family in 4 6; do
		vif_packets $family dn1
		wait_for 5 "the IPv$family stream flows" forwarded $family dn1 $((packets + 50))
	done
}

# whole NAME: it has lost nothing
whole() {
	equal "packets that $1 has lost, or had twice" \
		"$(awk -F '\t' '$1 ~ /[.:]/ { bad += $3 + $4 } END { print bad + 0 }' \
			"$work/$1.join")" 0
}

# last_leaves NAME: until nothing is forwarded any more
last_leaves() {
	read_clock
	last_start=$clock
	leave "$1"
	wait_for 20 "dn1 has the groups no more" not any
	read_clock
	last_took=$((clock - last_start))
	echo "quick-leave $mode: $last_took hundredths of a second from leave to end"
	vif_packets 4 dn1
	last_v4=$packets
	vif_packets 6 dn1
	last_v6=$packets
	for group in "$v4" "$v6"; do
		wait_for 5 "the leave of $group is seen upstream" not snooped "$group"
	done
	whole "$1"
	stop_stream film
	vif_packets 4 dn1
	equal "IPv4 packets forwarded after the end" "$packets" "$last_v4"
	vif_packets 6 dn1
	equal "IPv6 packets forwarded after the end" "$packets" "$last_v6"
}

# The last member query time of an end that was asked for.
after_asking() {
	assert "all are asked" asked_since
	[ "$last_took" -ge 235 ] || fail "the end comes too early"
}

start off
watch one h1
last_leaves one
after_asking
stop_daemon

# that nobody is asked is what makes it quick: else it would last as long as a membership
start on
watch one h1
last_leaves one
assert "nobody is asked" nobody_asked
stop_daemon

start tracked
watch one h1
watch two h2
wait_for 20 "both hosts are known" hosts 2
leave one
whole one
wait_for 20 "one host is known" hosts 1
holds 3 "the groups go on" both
flow
last_leaves two
wait_for 20 "switches are told by queries with the S flag" asked_since
stop_daemon

# one of an older version, who is not tracked
start tracked
force_igmp 2
force_mld 1
watch two h2
force_igmp 0
force_mld 0
watch one h1
leave one
wait_for 20 "all are asked" asked_since
holds 3 "the groups go on" both
flow
queries
last_leaves two
after_asking
