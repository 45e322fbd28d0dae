#!/bin/sh
# SPDX-License-Identifier: MIT
# Two routers of ours between the same two links: one forwards, each packet comes once, and at no time
# does one cross a link more than twice, whatever its TTL: when the second one starts, when its cable is
# pulled, when the first one has no upstream, is killed, and when it ends.

# shellcheck disable=SC2046 # lists of groups
. "${0%/*}/lib.sh"
. "${0%/*}/lib-pair.sh"

groups='239.9.33.1 ff15::9:21:1'
config='protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p set forwarding auto;'

second_starts() {
	start_daemon "$config" r2
	second=$daemon
	wait_for 10 "the second one lets the first one forward" is 'other other' forwarders r2
}

# signs_are SPACE IGMP MLD: it has heard more than so many messages of RFC 4286.
signs_are() {
	[ "$(counter "$1" igmp dn1 rx-mrd)" -gt "$2" ] && [ "$(counter "$1" mld dn1 rx-mrd)" -gt "$3" ]
}

# Its switch has forgotten who is there, and may lose what it is told at first.
pull_cable() {
	ip_in lan link set "$1" down
	sleep 1
	signs4=$(counter "$2" igmp dn1 rx-mrd) signs6=$(counter "$2" mld dn1 rx-mrd)
	ip_in lan link set "$1" up
	wait_for 15 "$2 hears the other one" signs_are "$2" "$signs4" "$signs6"
	wait_for 20 "$2 leaves it to the other one again" is 'other other' forwarders "$2"
}

lose_upstream() {
	ip_in src link set p0 down
	wait_for 5 "the second one forwards" serves r2
	wait_for 5 "the first one leaves it to the second one" is 'other other' forwarders r
	sleep 0.5
	ip_in src link set p0 up
	wait_for 5 "the first one forwards again" serves r
	wait_for 20 "the second one leaves it to the first one" is 'other other' forwarders r2
}

# All of it at once: it says nothing any more, as when it has no power.
first_dies() {
	daemon=$first
	find_worker
	kill -STOP "$first" "$worker"
	read_clock
	died=$clock
	kill -KILL "$first" "$worker"
	exit_status "$first"
	wait_for 15 "the second one forwards" serves r2
	read_clock
	echo "the second one forwards after $((clock - died)) hundredths of a second"
}

first_ends() {
	read_clock
	ended_at=$clock
	kill -TERM "$first"
	wait_for 2 "the second one forwards" serves r2
	read_clock
	within "hundredths of a second until the second one forwards" $((clock - ended_at)) 0 100
	exit_status "$first"
}

first_starts() {
	start_daemon "$config"
	first=$daemon
	wait_for 20 "the first one forwards again" is 'other other' forwarders r2
}

# The second one says that the first one forwards.
told() {
	told_text="dn1: IPv4 multicast is forwarded by 10.9.1.1"
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/r2.sock" healthy | grep -q "$told_text" &&
		in_space r2 "$MCPROXY_BIN/mcproxy-check" -f "$work/r2.conf" | grep -q "$told_text"
}

# have_forwarded COUNT: each of the two, of IPv4 and of IPv6.
have_forwarded() {
	for have_space in r r2; do
		for have_family in 4 6; do
			vif_packets $have_family dn1 "$have_space"
			[ "$packets" -ge "$1" ] || return 1
		done
	done
}

both_insist() {
	start_daemon "$config$insist"
	first=$daemon
	wait_for 20 "both forward" is 'both both' forwarders r2
	wait_for 20 "each has forwarded a part of the stream" have_forwarded 200
}

pair_topology
start_daemon "$config"
first=$daemon
pair_members=r once "the first one alone" 500
pair_members=r meanwhile "the second one starts" 0 second_starts
once "both run" 500
wait_for 5 "healthy and mcproxy-check say who forwards" told
meanwhile "the cable of the second one is pulled for a second" 0 pull_cable l1 r2
once "the cable is back" 500
meanwhile "the first one has no upstream for a moment" 1500 lose_upstream
meanwhile "the first one is killed" 6500 first_dies
pair_members=r2 once "the second one alone" 500
sleep 2 # a router hands over what it has forwarded for so long
pair_members=r2 meanwhile "the first one starts again" 10 first_starts
once "both run again" 500
meanwhile "the first one ends" 500 first_ends
pair_members=r2 once "the second one alone" 500
kill -TERM "$second"
exit_status "$second"
insist='pinstance p downstream * set querier always;'
start_daemon "$config$insist" r2
pair_members=r2 meanwhile "both forward whatever the other one does" 0 both_insist
