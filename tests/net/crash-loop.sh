#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker that dies whenever it has started is replaced ever more rarely; streams go on meanwhile, and
# who joins is served by the next one. One that has lived for a second is replaced at once.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-worker.sh"

v4=239.9.54.1 v6=ff15::9:54:1

# delays: what the log says of each death, in milliseconds
delays() {
	sed -n 's/.*the worker has ended .* another one starts in \([0-9]*\) ms$/\1/p' "$work/r.log" |
		tr '\n' ' '
}

# kill_at_once: $late is how many hundredths of a second later there is another one
kill_at_once() {
	find_worker
	before=$worker
	read_clock
	killed_at=$clock
	kill -KILL "$before"
	wait_for 15 "there is another worker" another_worker "$before"
	read_clock
	late=$((clock - killed_at))
}

topology 2
start_daemon "$plain"
find_worker
[ "$worker" != "$daemon" ] || skip "this mcproxy has no worker (option PRIVSEP is off)"
receive one h1 -g $v4 -g $v6
wait_for 5 "the groups are asked for upstream" several snooped $v4 $v6
stream film src br0 -g $v4 -g $v6
wait_for 5 "the worker is ripe" ripe
kill_at_once
within "hundredths of a second until there is another one" $late 0 300

expected='0 '
for delay in 100 200 400 800 1600 3200; do
	[ $delay != 3200 ] || receive two h2 -g 239.9.54.2
	kill_at_once
	within "hundredths of a second until there is another one" $late $((delay / 10 - 1)) \
		$((delay / 10 + 300))
	expected="$expected$delay "
	equal "delays in milliseconds" "$(delays)" "$expected"
done
wait_for 2 "who has joined meanwhile is heard" asked group 239.9.54.2 dn2

wait_for 5 "the worker is ripe" ripe
kill_at_once
within "hundredths of a second until there is another one" $late 0 300
equal "delays in milliseconds" "$(delays)" "${expected}0 "
equal "restarts" "$(restarts)" 8
kill_at_once
equal "delays in milliseconds" "$(delays)" "${expected}0 100 "
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"

# asked to end where there is no worker
kill_at_once
find_worker
kill -KILL "$worker"
wait_for 5 "the worker is dead" ended "$worker"
kill -TERM "$daemon"
exit_status "$daemon"
equal "exit status of mcproxy" "$status" 0
assert "nothing is left in the kernel" nothing_left
