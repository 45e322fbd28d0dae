#!/bin/sh
# SPDX-License-Identifier: MIT
# The worker is killed again and again while 50 groups stream, IPv4 and IPv6, 2,000 packets a second
# each: nothing is lost, nothing comes twice, nobody has to join again, and who joins while there is no
# worker is served when there is one. KILLS (10; CI: 100).

. "${0%/*}/lib.sh"
. "${0%/*}/lib-worker.sh"

kills=${KILLS:-10}
[ -z "${CI-}" ] || kills=${KILLS:-100}
groups=50

topology 2
start_daemon "$plain"
find_worker
# shellcheck disable=SC2046 # a list
set -- $(seq 1 $groups | sed 's/.*/-g 239.9.51.& -g ff15::9:51:&/')
receive film h1 "$@"
film_known() {
	[ "$(told_of r groups | grep -c '	dn1	')" = $((2 * groups)) ] &&
		[ "$(snooped_count)" = $((2 * groups)) ]
}
wait_for 10 "the groups are known" film_known
start_in src "$MCPROXY_BIN/mcproxy-send" -i br0 -T -C 0 -R 40 "$@" >"$work/film.send" \
	2>"$work/film.log"
sender=$!

: >"$work/times"
kill=0
while [ "$kill" -lt "$kills" ]; do
	kill=$((kill + 1))
	wait_for 5 "the worker is ripe" ripe
	# No other one starts before somebody has joined.
	group=239.9.52.$((kill % 250)) group6=ff15::9:52:$((kill % 250))
	kill_worker
	receive "late$kill" h2 -g "$group" -g "$group6"
	wait_for 5 "h2 has joined" in_space h2 grep -qi "$(printf '0*%02x%02x0*9ef' $((kill % 250)) 52)" \
		/proc/net/igmp
	began=$(date +%s%N)
	kill -CONT "$daemon"
	wait_for 5 "$group is asked for upstream" snooped "$group"
	wait_for 5 "$group6 is asked for upstream" snooped "$group6"
	echo $((($(date +%s%N) - began) / 1000000)) >>"$work/times"
	wait_for 5 "there is another worker" another_worker "$killed"
	leave "late$kill"
done
equal "restarts" "$(told_of r summary | awk -F '\t' '$3 == "restarts" { print $4 }')" "$kills"

# All who had joined are known still, after everybody has been asked.
wait_for 5 "the groups are known" film_known
kill -TERM "$sender"
exit_status "$sender"
sent=$(awk -F '\t' '$2 ~ /^[0-9]+$/ { sent = $2 } END { print sent + 0 }' "$work/film.send")
sleep 0.2
leave film
got film "$sent"
sort -n "$work/times" >"$work/sorted"
median=$(sed -n "$(((kills + 1) / 2))p" "$work/sorted")
most=$(tail -n 1 "$work/sorted")
echo "$sent packets, $kills workers killed, 0 lost; from a new worker's start to a join upstream:" \
	"median $median ms, at most $most ms"
[ "$median" -le 500 ] || fail "half of the joins took more than 500 ms"
stop_daemon
