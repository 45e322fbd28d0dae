#!/bin/sh
# SPDX-License-Identifier: MIT
# Two upstreams with `rulematching mutex`: both are asked for a source until its data have come at
# one of them, and again once that one is silent. What comes at both is never forwarded twice.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"
. "${0%/*}/lib-forward.sh"

both_snooped() {
	entry_is s1 "$1" exclude && entry_is s2 "$1" exclude
}

# port SPACE on|off: what the root's bridge does with its port to the proxy, whose carrier stays.
port() {
	case $2 in on) port_state=3 ;; off) port_state=0 ;; esac
	bridge -n "$space-$1" link set dev p0 state $port_state
}

# moves FAMILY: a stream that comes by one upstream and then by the other
moves() {
	pick_sources "$1"
	g=$(of_family "$1" 239.9.22.1 ff15::9:22:1)
	receive one h1 -g "$g"
	wait_for 5 "both roots are asked for all of $g" both_snooped "$g"

	stream film s1 br0 -s "$a" -g "$g" -R 100
	wait_for 5 "it flows from up1" is "up1 dn1" flow r "$a" "$g"
	wait_for 5 "up2 is not asked for it" entry_is s2 "$g" "exclude $a"
	assert "up1 is" entry_is s1 "$g" exclude
	# the other source is still to be had from anywhere
	flows r "up2 dn1" s2 br0 "$b" "$g"
	wait_for 5 "up1 is not asked for the other source" entry_is s1 "$g" "exclude $b"
	wait_for 5 "until it falls silent" entry_is s1 "$g" exclude

	# a second sender is not heard while the first is
	send 50 s2 br0 -s "$a" -g "$g" -R 100
	assert "it still flows from up1" is "up1 dn1" flow r "$a" "$g"
	assert "up2 is still not asked" entry_is s2 "$g" "exclude $a"
	stop_stream film
	vif_packets "$1" dn1
	total=$((sent + 1))
	equal "packets forwarded in all" "$packets" "$total"

	read_clock
	silent=$clock
	wait_for 5 "both are asked again" both_snooped "$g"
	wait_for 5 "the route is gone" is "" flow r "$a" "$g"
	read_clock
	echo "IPv$1: both are asked again after $((clock - silent)) hundredths of a second of silence"
	within "hundredths of a second" $((clock - silent)) 10 150

	stream film s2 br0 -s "$a" -g "$g" -R 100
	wait_for 5 "it flows from up2" is "up2 dn1" flow r "$a" "$g"
	wait_for 5 "up1 is not asked for it" entry_is s1 "$g" "exclude $a"
	stop_stream film
	total=$((total + sent))
	wait_for 5 "both are asked again" both_snooped "$g"
	leave one
	got one "$total"
}

# total NAME: what the receiver says: received, lost, duplicated
total() {
	awk -F '\t' '$1 == "total" { print $2, $3, $4 }' "$work/$1.join"
}

# wrong GROUP: packets of it that came by another upstream than its own
wrong() {
	told_of r routes | awk -F '\t' -v g="$1" '$3 == g { print $8 }'
}

# comes_twice FAMILY: a stream that comes by both upstreams
comes_twice() {
	pick_sources "$1"
	g=$(of_family "$1" 239.9.22.2 ff15::9:22:2)
	receive one h1 -g "$g"
	wait_for 5 "both roots are asked for all of $g" both_snooped "$g"
	port s2 off
	stream film s1 br0 -s "$a" -g "$g" -R 100
	wait_for 5 "it flows from up1" is "up1 dn1" flow r "$a" "$g"
	equal "packets that have come by up2" "$(wrong "$g")" 0
	port s2 on
	vif_packets "$1" dn1
	forwarded=$packets
	wait_for 5 "it goes on" forwarded "$1" dn1 $((forwarded + 100))
	assert "it still flows from up1" is "up1 dn1" flow r "$a" "$g"
	# the witness can fail: the copies did come
	[ "$(wrong "$g")" -ge 50 ] || fail "only $(wrong "$g") packets came by up2"

	# it ends at up1, and goes on at up2
	port s1 off
	wait_for 5 "it flows from up2" is "up2 dn1" flow r "$a" "$g"
	vif_packets "$1" dn1
	wait_for 5 "it goes on" forwarded "$1" dn1 $((packets + 100))
	stop_stream film
	port s1 on
	leave one
	# shellcheck disable=SC2046
	set -- "$1" $(total one)
	echo "IPv$1: of $sent packets $2 came, $4 of them twice; $3 were lost before the other took over"
	equal "packets that came twice" "$4" 0
	equal "packets that came or were lost" $(($2 + $3)) "$sent"
	# silence of a tenth to one second
	within "packets lost" "$3" 10 100
}

two_upstreams
mutex='pinstance p upstream * in rulematching mutex 300;'
start_daemon "$two $mutex"
for family in 4 6; do
	moves $family
done
stop_daemon

join_roots 1 2
restart "$two $mutex"
for family in 4 6; do
	comes_twice $family
done
stop_daemon
