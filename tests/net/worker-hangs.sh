#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker whose loop hangs is killed when its watchdog's time is over, and another one goes on: streams
# lose nothing, and who has joined meanwhile is heard. One that only waits is not killed.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-faults.sh"
. "${0%/*}/lib-worker.sh"

v4=239.9.56.1 v6=ff15::9:56:1

# hang GROUP: that is what h2 joins
hang() {
	find_worker
	before=$worker
	faults hang
	fault hang 1
	receive two h2 -g "$1"
	wait_for 5 "the worker hangs" has_failed hang $((failed + 1))
	read_clock
	hanging=$clock
}

with_faults
topology 2
start_daemon "$plain set watchdog 1;"
find_worker
[ "$worker" != "$daemon" ] || skip "this mcproxy has no worker (option PRIVSEP is off)"
receive one h1 -g $v4 -g $v6
wait_for 5 "the groups are asked for upstream" several snooped $v4 $v6
stream film src br0 -g $v4 -g $v6
first=$worker
holds 3 "a worker that waits is not killed" not ended "$first"
equal "restarts" "$(restarts)" 0

hang 239.9.56.2
wait_for 10 "there is another worker" another_worker "$before"
read_clock
late=$((clock - hanging))
echo "another worker runs $late hundredths of a second after one began to hang"
within "hundredths of a second until there is another one" $late 95 400
equal "how often it is said" "$(lines_of "the worker (pid $before) hangs\$")" 1
equal "and what has become of it" "$(lines_of 'has ended with signal 9; .* starts in 0 ms$')" 1
wait_for 5 "who has joined meanwhile is heard" asked group 239.9.56.2 dn2
equal "restarts" "$(restarts)" 1
send 20 src br0 -g 239.9.56.2
leave two
got two 20

# without a watchdog
find_worker
before=$worker
sed -i 's/set watchdog 1;/set watchdog 0;/' "$work/r.conf"
kill -HUP "$daemon"
wait_for 5 "another worker runs without a watchdog" another_worker "$before"
hang 239.9.56.3
holds 4 "a worker without a watchdog is not killed" not ended "$before"
kill -KILL "$before"
wait_for 5 "there is another worker" another_worker "$before"
wait_for 5 "who has joined meanwhile is heard" asked group 239.9.56.3 dn2
leave two
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
