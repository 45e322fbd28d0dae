#!/bin/sh
# SPDX-License-Identifier: MIT
# The keys `source` and `scope`: what upstreams may have of which senders, and which groups stay below
# them; and a filter that is given at run time.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"

# come FAMILY GROUP A B OUT: how many come to dn2 of 20 that A, of 20 that B at the root send, and to
# up1 of 20 that h1 sends
come() {
	pick_sources "$1"
	come_host=$(of_family "$1" 10.9.1.2 fd09:0:0:1::2)
	for come_from in "s1 br0 $a $3 dn2" "s1 br0 $b $4 dn2" "h1 eth0 $come_host $5 up1"; do
		# shellcheck disable=SC2086
		come_of "$1" "$2" $come_from
	done
}

# come_of FAMILY GROUP SPACE IF SOURCE COUNT OUTPUT. What h1 sends comes to dn2 in any case.
come_of() {
	send 1 "$3" "$4" -s "$5" -g "$2"
	come_seen="$5 to $2"
	wait_for 5 "$come_seen has a route" not is "" flow r "$5" "$2"
	send 19 "$3" "$4" -s "$5" -g "$2"
	come_family=$1 come_space=$3
	[ "$6" = 0 ] && set -- || set -- "$7 $6"
	[ "$come_space" = s1 ] || set -- "$@" "dn2 20"
	forwarded_are "$come_family" "$come_seen" r "$@"
}

new_router r
new_root 1 r up1 0
new_host 1 r dn1 1
new_host 2 r dn2 2
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up1 ==> dn1 dn2;
	pinstance p set scope organization;
	pinstance p upstream up1 set source ($a4 fd09:0:0:100::/127);"
# of each scope one: site, organization, global
for group in 239.255.30.1 239.192.30.1 224.9.30.1 ff15::9:30:1 ff18::9:30:1 ff1e::9:30:1; do
	groups="${groups:-} -g $group"
done
# shellcheck disable=SC2086
receive two h2 $groups
wait_for 5 "the last group has come" asked group ff1e::9:30:1 dn2
for group in 239.192.30.1 224.9.30.1; do
	wait_for 5 "A is asked for" entry_is s1 $group "include $a4"
	come 4 $group 20 0 20
done
# who may send is a prefix, in which all but one are none of A
for group in ff18::9:30:1 ff1e::9:30:1; do
	wait_for 5 "$group is asked for" entry_is s1 $group exclude
	come 6 $group 20 0 20
done
assert "239.255.30.1 is not asked for" not snooped 239.255.30.1 s1
assert "ff15::9:30:1 is not asked for" not snooped ff15::9:30:1 s1
come 4 239.255.30.1 0 0 0
come 6 ff15::9:30:1 0 0 0

# one more filter, now: what flows to dn2 ends, and comes back
ctl r set pinstance p downstream dn2 out blacklist table '{(224.9.30.1 | *)}'
wait_for 5 "the root hears of it" not snooped 224.9.30.1 s1
send 20 s1 br0 -s $a4 -g 224.9.30.1
send 20 s1 br0 -s $a4 -g 239.192.30.1
forwarded_are 4 "one group is filtered" r "dn2 20"
ctl r reload
wait_for 5 "the root hears of it" entry_is s1 224.9.30.1 "include $a4"
send 20 s1 br0 -s $a4 -g 224.9.30.1
forwarded_are 4 "it is no more" r "dn2 20"
leave two
stop_daemon
