#!/bin/sh
# SPDX-License-Identifier: MIT
# A router's life in short: for SOAK seconds (20; `make soak`: 600) hosts join and leave, an interface goes
# down and up, the file is read again, the worker is killed and the program replaced, while 20 groups
# stream. A host that stays gets every packet once; so does each visitor between its join and its leave;
# behind a leave nothing comes any more; and what the worker takes of the memory does not grow.

. "${0%/*}/lib.sh"

soak=${SOAK:-20}
groups=10

seconds() {
	read_clock
	echo $((clock / 100))
}

ctl() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@" >"$work/ctl" 2>&1
}

# configure NUMBER: even ones have dn3
configure() {
	third=
	[ $(($1 % 2)) = 1 ] || third='pinstance p downstream dn3 set robustness 3;'
	printf 'set control "%s";\n%s%s\n# %s' "$work/r.sock" \
		'pinstance p: up0 ==> dn1 dn2 dn3;
		pinstance p downstream * set last-member-query-interval 0.3;
		pinstance p downstream * set query-interval 5;
		pinstance p downstream * set query-response-interval 1;
		pinstance p downstream * set startup-query-interval 1;' "$third" "$1" >"$work/r.conf"
}

has_read() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" dump-config | grep -qx "# $1"
}

# reload NUMBER
reload() {
	configure "$1"
	kill -HUP "$daemon"
	wait_for 5 "the file has been read again" has_read "$1"
}

# What belongs to the worker alone, in kB.
private_memory() {
	find_worker
	awk '/^Private_/ { sum += $2 } END { print sum + 0 }' "/proc/$worker/smaps_rollup"
}

another_worker() {
	find_worker
	[ "$worker" != "$1" ] && [ "$worker" != "$daemon" ] && asked running
}

# forwarded_to_dn2: packets so far, both families, in $forwarded
forwarded_to_dn2() {
	vif_packets 4 dn2
	forwarded=$packets
	vif_packets 6 dn2
	forwarded=$((forwarded + packets))
}

# silent: nothing is forwarded to dn2 any more
silent() {
	forwarded_to_dn2
	before=$forwarded
	sleep 0.1
	forwarded_to_dn2
	[ "$forwarded" = "$before" ]
}

# visit NUMBER: h2 joins two groups, gets what is sent meanwhile, and leaves.
visit() {
	v4=239.9.54.$(($1 % groups + 1)) v6=ff15::9:54:$(($1 % groups + 1))
	receive visitor h2 -g "$v4" -g "$v6"
	wait_for 5 "dn2 has $v4" asked group "$v4" dn2
	wait_for 5 "dn2 has $v6" asked group "$v6" dn2
	forwarded_to_dn2
	some=$((forwarded + 20))
	wait_for 5 "the visitor gets its streams" is_forwarded "$some"
	leave visitor
	equal "lost and duplicated packets of the visitor" "$(awk -F '\t' '
		$1 ~ /[.:]/ { lost += $3; duplicated += $4 } END { print lost + 0, duplicated + 0 }' \
		"$work/visitor.join")" "0 0"
	read_clock
	began=$clock
	wait_for 5 "nothing is forwarded to dn2" silent
	read_clock
	echo $(((clock - began) * 10)) >>"$work/leaves"
	visits=$((visits + 1))
	logs=$work/r.log
}

is_forwarded() {
	forwarded_to_dn2
	[ "$forwarded" -ge "$1" ]
}

# A host whose link goes down and up has its stream again.
flap() {
	ip_in r link set dn3 down
	ip_in r link set dn3 up
	vif_packets 4 dn3
	some=$((packets + 10))
	wait_for 10 "h3 has its stream again" flows_to_dn3 "$some"
	flaps=$((flaps + 1))
}

flows_to_dn3() {
	vif_packets 4 dn3
	[ "$packets" -ge "$1" ]
}

disturb() {
	find_worker
	old=$worker
	case $(($1 % 2)) in
	0) kill -KILL "$worker" ;;
	1) ctl upgrade || fail "mcproxy-ctl upgrade: $(cat "$work/ctl")" ;;
	esac
	wait_for 15 "there is another worker" another_worker "$old"
	disturbances=$((disturbances + 1))
}

topology 3
# whoever is not asked is forgotten
ip_in src link set br0 type bridge mcast_querier 1 mcast_query_interval 1500
configure 0
start_in r "$MCPROXY_BIN/mcproxy" -f "$work/r.conf" 2>"$work/r.log"
daemon=$!
logs=$work/r.log
wait_for 5 "mcproxy answers" asked running
# shellcheck disable=SC2046 # a list
set -- $(seq 1 $groups | sed 's/.*/-g 239.9.54.& -g ff15::9:54:&/')
receive film h1 "$@"
receive other h3 -g 239.9.54.1
film_known() {
	[ "$(told_of r groups | grep -c '	dn1	')" = $((2 * groups)) ] &&
		[ "$(snooped_count)" = $((2 * groups)) ]
}
wait_for 10 "the groups are known" film_known
start_in src "$MCPROXY_BIN/mcproxy-send" -i br0 -T -C 0 -R 100 "$@" >"$work/sender.send" \
	2>"$work/sender.log"
echo "$!" >"$work/sender.pid"

begin=$(seconds) round=0 visits=0 flaps=0 reloads=0 disturbances=0
: >"$work/leaves"
# A third of the time with workers that die; the memory is that of one that lives.
while [ $(($(seconds) - begin)) -lt $((soak / 3)) ]; do
	round=$((round + 1))
	visit $round
	disturb $round
	reload $round
	reloads=$((reloads + 1))
done
for warm in 1 2 3 4; do
	visit $warm
	flap
done
memory=$(private_memory)
while [ $(($(seconds) - begin)) -lt "$soak" ]; do
	round=$((round + 1))
	visit $round
	[ $((round % 3)) != 0 ] || flap
	reload $round
	reloads=$((reloads + 1))
done
grown=$(($(private_memory) - memory))
wait_for 5 "the groups are known" film_known
stop_stream sender
sleep 0.2 # for whoever has to read the last packet
leave film
got film "$sent"
sort -n "$work/leaves" >"$work/sorted"
median=$(sed -n "$(((visits + 1) / 2))p" "$work/sorted")
echo "$soak s, $sent packets, $visits joins and leaves, $flaps flaps, $reloads reloads," \
	"$disturbances workers replaced: 0 lost, 0 twice;" \
	"from a leave to silence: median $median ms, at most $(tail -n 1 "$work/sorted") ms" \
	"(LMQT 600 ms); memory $memory kB, $grown kB more at the end"
[ "$median" -le 1500 ] || fail "half of the groups went on for more than 1.5 s after their leave"
[ "$grown" -le 64 ] || fail "the worker has grown by $grown kB"
stop_daemon
