#!/bin/sh
# SPDX-License-Identifier: MIT
# mcproxy-stat healthy tells a watchdog whether the event loop answers and does all that it is told
# to: not while the daemon is stopped, nor while an interface has no VIF or a route is refused; but it
# is while an interface is down or absent.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-faults.sh"

# health: exit status and what it says, in $health
health() {
	status=0
	health=$("$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" healthy 2>&1) || status=$?
	health="$status $health"
}

# healthy_is PATTERN: and -q says the same with its exit status, and not a word
healthy_is() {
	health
	# shellcheck disable=SC2254 # a pattern
	case $health in $1) ;; *) return 1 ;; esac
	status=0
	quiet=$("$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" -q healthy 2>&1) || status=$?
	[ "$status$quiet" = "${health%% *}" ]
}

# state IF STATE: as the daemon sees it
state() {
	told_of r interfaces | cut -f 2,5 | grep -q "^$1	$2\$"
}

with_faults
topology 2
assert "nobody is not healthy" healthy_is '1 no: it does not run'
start_daemon "${plain%dn2;*}dn2 dn3;${plain#*dn2;}"
assert "an absent interface is no fault" healthy_is '0 yes'
ip_in r link set dn2 down
wait_for 5 "dn2 is held" state dn2 held
assert "one that is down is none either" healthy_is '0 yes'
ip_in r link set dn2 up

# one that the kernel does not take
fault add-vif 255 ENOBUFS
ip_in r link add dn3 type veth peer name dn4
wait_for 5 "dn3 has no VIF" healthy_is '1 no: instance p: the kernel does not route IPv4 * on dn3'
fault add-vif 0
wait_for 5 "dn3 has one" healthy_is '0 yes'

# refused routes
fault add-route 255 ENOBUFS
receive one h1 -g 239.9.31.1
wait_for 5 "a route is refused" healthy_is '1 no: instance p: the kernel refused 1 IPv4 routes'
fault add-route 0
wait_for 5 "it is set" healthy_is '0 yes'
send 5 src br0 -g 239.9.31.1
leave one
got one 5

# no descriptor is free: who asks is told and does not wait; one line in the log
for try in 1 2 3; do
	fault accept 1 EMFILE
	health
	equal "what try $try is told" "$health" "2 mcproxy-stat: $work/r.sock: no descriptor is free"
done
equal "lines in the log" "$(grep -c 'no descriptor is free' "$work/r.log")" 1
assert "it answers when there is one" healthy_is '0 yes'

# stopped, asked by more than may wait for it
find_worker
kill -STOP "$worker"
read_clock
begin=$clock
askers=
for asker in 1 2 3 4 5 6 7 8 9 10 11 12; do
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" healthy >"$work/asker$asker" 2>&1 &
	askers="$askers $!"
done
for asker in $askers; do
	status=0
	wait "$asker" || status=$?
	equal "exit status while it is stopped" $status 1
done
read_clock
within "hundredths of a second until all know" $((clock - begin)) 400 1200
equal "what they were told" "$(sort -u "$work"/asker*)" 'no: it does not answer'
kill -CONT "$worker"
wait_for 5 "it is healthy again" healthy_is '0 yes'
stop_daemon
assert "when it has ended it is not" healthy_is '1 no: it does not run'
