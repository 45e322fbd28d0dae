#!/bin/sh
# SPDX-License-Identifier: MIT
# Messages that the kernel does not take (ENOBUFS) are counted; what they said is repeated as often as
# the robustness says, so of a few nothing is missed, and after many all is made up for by the next
# queries. The log has a few lines of it, not one for each.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-faults.sh"

v4=239.9.32 v6=ff15::9:20

# errors: counted at up0 and dn1, in $errors
errors() {
	errors=0
	for at in "igmp up0" "igmp dn1" "mld up0" "mld dn1"; do
		# shellcheck disable=SC2086 # a protocol and an interface
		errors=$((errors + $(counter r $at tx-error)))
	done
}

# counted: all that failed
counted() {
	errors
	faults send
	[ "$errors" = "$failed" ]
}

complaints() {
	grep -c 'cannot send' "$work/r.log"
}

with_faults
topology 1
start_daemon "protocol IGMPv3; protocol MLDv2; set log-level info; pinstance p: up0 ==> dn1;
	pinstance p downstream * set last-member-query-interval 0.3;"

# the first report of each group is lost, and of each leave
fault send 2 ENOBUFS
receive one h1 -g $v4.1 -g $v6:1
for group in $v4.1 $v6:1; do
	wait_for 5 "$group is joined upstream nevertheless" snooped $group
done
faults send
equal "messages that failed" "$failed" 2
assert "each is counted" counted
send 5 src br0 -g $v4.1 -g $v6:1
leave one
got one 10
for group in $v4.1 $v6:1; do
	wait_for 8 "$group is left upstream" not snooped $group
done

# nothing at all leaves for some seconds, not even what asks after the leaves of 100 groups
receive many h1 -g $v4.100+50 -g $v6:100+50
wait_for 5 "the last one is joined upstream" snooped $v6:131
fault send 255 ENOBUFS
receive two h1 -g $v4.2 -g $v6:2
wait_for 5 "dn1 has $v4.2" asked group $v4.2 dn1
wait_for 5 "dn1 has $v6:2" asked group $v6:2 dn1
leave many
wait_for 10 "200 messages have failed" has_failed send 200
wait_for 5 "each is counted" counted
assert "$v4.2 is not known upstream" not snooped $v4.2
within "lines of the log" "$(complaints)" 1 60
fault send 0
before=$(complaints)
# whoever asks upstream hears of them
ip_in src link set br0 type bridge mcast_querier 1 mcast_query_interval 100 \
	mcast_query_response_interval 100
for group in $v4.2 $v6:2; do
	wait_for 15 "$group is joined upstream" snooped $group
done
send 5 src br0 -g $v4.2 -g $v6:2
leave two
got two 10
equal "complaints after the end of the failures" "$(complaints)" "$before"
stop_daemon
