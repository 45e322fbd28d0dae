#!/bin/sh
# SPDX-License-Identifier: MIT
# Signals by the hundred, which interrupt whatever system call is waiting (EINTR), and make the file
# be read again and again: streams lose nothing, hosts join and leave as ever, and no process ends.

. "${0%/*}/lib.sh"

v4=239.9.35 v6=ff15::9:23

reloads() {
	[ "$(grep -c 'has been read again' "$work/r.log")" -ge "$1" ]
}

topology 2
start_daemon "$plain"
find_worker
first=$worker
receive one h1 -g $v4.1 -g $v6:1
for group in $v4.1 $v6:1; do
	wait_for 5 "dn1 has $group" asked group $group dn1
done
stream film src br0 -g $v4.1 -g $v6:1

# One that the program does not know would end it, as any other program: of those, none.
(
	i=0
	read_clock
	end=$((clock + 200))
	while [ "$clock" -lt "$end" ]; do
		for signal in STOP CONT CHLD URG WINCH PIPE; do
			kill -$signal "$first" && kill -$signal "$daemon"
		done
		[ $((i % 10)) != 0 ] || kill -HUP "$daemon"
		i=$((i + 1))
		read_clock
	done
	echo "$((i * 12)) signals"
) 3>&- &
storm=$!
pids="$pids $storm"
turn=0
until ended "$storm"; do
	turn=$((turn + 1))
	receive two h2 -g $v4.2 -g $v6:2
	for group in $v4.2 $v6:2; do
		wait_for 5 "dn2 has $group" asked group $group dn2
		wait_for 5 "$group is joined upstream" snooped $group
	done
	send 5 src br0 -g $v4.2 -g $v6:2
	leave two
	got two 10
	wait_for 5 "dn2 has left $v4.2" not asked group $v4.2 dn2
	wait_for 5 "dn2 has left $v6:2" not asked group $v6:2 dn2
done
wait "$storm"
echo "a host has joined and left $turn times during the storm"
kill -CONT "$first" "$daemon"
wait_for 5 "the file was read again" reloads 2
assert "it is healthy" asked healthy
find_worker
equal "the worker" "$worker" "$first"
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
