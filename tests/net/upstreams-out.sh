#!/bin/sh
# SPDX-License-Identifier: MIT
# What hosts send, with two upstreams: `rulematching all` sends it out of both, as far as their
# filters let it, `first` out of the first one that takes it and that is up.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"

# sends FAMILY SENDER GROUP "IF,IF" WHAT: h1, which is SENDER, sends a packet and then a hundred, which
# go to these interfaces.
sends() {
	flows r "dn1 $4" h1 eth0 "$2" "$3"
	send 100 h1 eth0 -s "$2" -g "$3"
	sends_family=$1 sends_what="$5, $3"
	# shellcheck disable=SC2046 # one argument a line
	set -- $(echo "$4" | tr ',-' '\n ')
	for sends_if; do
		shift
		set -- "$@" "$sends_if 101"
	done
	forwarded_are "$sends_family" "$sends_what" r "$@"
}

# everyone FAMILY OUTPUTS OUTPUTS_OF_OTHER: both roots and h2 want a group, and nobody a second one,
# which the filters are about.
everyone() {
	everyone_sender=$(of_family "$1" 10.9.1.2 fd09:0:0:1::2)
	everyone_group=$(of_family "$1" 239.9.20.1 ff15::9:20:1)
	everyone_other=$(of_family "$1" 239.9.20.2 ff15::9:20:2)
	receive root1 s1 -i br0 -g "$everyone_group"
	receive root2 s2 -i br0 -g "$everyone_group"
	receive two h2 -g "$everyone_group"
	ready root1 root2 two
	wait_for 5 "dn2 has $everyone_group" asked group "$everyone_group" dn2
	sends "$1" "$everyone_sender" "$everyone_group" "$2" wanted
	sends "$1" "$everyone_sender" "$everyone_other" "$3" unwanted
	for everyone_name in root1 root2 two; do
		leave $everyone_name
	done
	got two 101
}

two_upstreams

start_daemon "$two"
for family in 4 6; do
	everyone $family dn2,up1,up2 up1,up2
	got root1 101
	got root2 101
done
stop_daemon

filter='
	pinstance p upstream up1 out blacklist table { (239.9.20.2 | *) (ff15::9:20:2 | *) };'
restart "$two $filter"
for family in 4 6; do
	everyone $family dn2,up1,up2 up2
done
stop_daemon

restart "$two $filter pinstance p upstream * out rulematching first;"
for family in 4 6; do
	everyone $family dn2,up1 up2
	got root1 101
	got root2 0
done

# Who is down is not the first; what flows goes to the next at once.
for family in 4 6; do
	sender=$(of_family $family 10.9.1.2 fd09:0:0:1::2)
	group=$(of_family $family 239.9.20.3 ff15::9:20:3)
	sends $family "$sender" "$group" up1 "the first is up"
done
ip_in s1 link set p0 down
for family in 4 6; do
	sender=$(of_family $family 10.9.1.2 fd09:0:0:1::2)
	group=$(of_family $family 239.9.20.3 ff15::9:20:3)
	wait_for 1 "what h1 sends goes to up2" is "dn1 up2" flow r "$sender" "$group"
	sends $family "$sender" "$group" up2 "the first is down"
done
ip_in s1 link set p0 up
for family in 4 6; do
	sender=$(of_family $family 10.9.1.2 fd09:0:0:1::2)
	group=$(of_family $family 239.9.20.3 ff15::9:20:3)
	wait_for 3 "what h1 sends goes to up1" is "dn1 up1" flow r "$sender" "$group"
	sends $family "$sender" "$group" up1 "the first is up again"
done
stop_daemon
