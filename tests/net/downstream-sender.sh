#!/bin/sh
# SPDX-License-Identifier: MIT
# What a host sends goes upstream, asked for or not, and to the other downstreams that asked for
# it (RFC 4605 section 4.2); nothing comes back to where it came from. What nobody asked for goes
# nowhere else.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-sources.sh"

# sends FAMILY GROUP UNWANTED
sends() {
	forwarded_up0=0 forwarded_dn1=0 forwarded_dn2=0
	receive root src -i br0 -g "$2"
	receive one h1 -g "$2"
	receive two h2 -g "$2"
	wait_for 5 "dn1 has $2" asked group "$2" dn1
	wait_for 5 "dn2 has $2" asked group "$2" dn2
	send 100 h1 eth0 -g "$2"
	forwarded_are "$1" "a group that all want, sent by h1" 100 0 100
	leave root
	got root 100
	leave two
	got two 100
	leave one

	wait_for 5 "$2 is subscribed no more" not asked upstream "$2"
	send 50 h1 eth0 -g "$2"
	forwarded_are "$1" "a group that all have left, sent by h1" 50 0 0
	send 50 h1 eth0 -g "$3"
	forwarded_are "$1" "a group that nobody wanted, sent by h1" 50 0 0
	send 50 src br0 -g "$3"
	forwarded_are "$1" "a group that nobody wanted, sent upstream" 0 0 0
}

topology 2
start_daemon "$plain"
sends 4 239.9.6.1 239.9.6.2
sends 6 ff15::9:6:1 ff15::9:6:2
