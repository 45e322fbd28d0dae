#!/bin/sh
# SPDX-License-Identifier: MIT
# The configuration changes under streams of 10,000 packets a second: whatever does not concern them,
# they lose nothing and get nothing twice, and no route or membership is told again. A file with an
# error changes nothing.

. "${0%/*}/lib.sh"

v4=239.9.21.1 v6=ff15::9:15:1

ctl() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@" >"$work/ctl" 2>&1
}

dump() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" dump-config
}

# configure TEXT: for the next time that the file is read, which can be seen by its last line
number=0
configure() {
	number=$((number + 1))
	printf 'set control "%s"; set pidfile "%s";\n%s\n# %s' "$work/r.sock" "$work/pid" "$1 $(alone "$1")" \
		$number >"$work/r.conf"
}

has_read() {
	dump | grep -qx "# $number"
}

# hang_up TEXT: the file, SIGHUP, and its effect
hang_up() {
	configure "$1"
	kill -HUP "$daemon"
	wait_for 5 "the file has been read again" has_read
}

# queries IF: sent there, of both protocols
queries() {
	echo $(($(counter r igmp "$1" tx-query) + $(counter r mld "$1" tx-query)))
}

routes_told() {
	grep -c 'route (' "$work/r.log" || :
}

# silent FAMILY WHAT: nothing is forwarded to dn2, once what was on its way is there
silent() {
	sleep 0.1
	vif_packets "$1" dn2
	before=$packets
	sleep 0.2
	vif_packets "$1" dn2
	equal "packets forwarded to dn2 $2" "$packets" "$before"
}

topology 3
receive one h1 -g $v4 -g $v6
receive two h2 -g $v4 -g $v6
patient2='
	pinstance p downstream * set last-member-query-interval 0.3;
	pinstance p downstream * set query-response-interval 0.5;'
base="set log-level debug; pinstance p: up0 ==> dn1 dn2; $patient2"
start_daemon "set pidfile \"$work/pid\"; $base"
for group in $v4 $v6; do
	wait_for 5 "dn1 has $group" asked group $group dn1
	wait_for 5 "dn2 has $group" asked group $group dn2
done
stream film src br0 -R 5000 -g $v4 -g $v6
. "${0%/*}/lib-forward.sh"
wait_for 5 "the stream flows" forwarded 6 dn1 100

# the same again and again, by both ways
asked=$(queries dn1)
told=$(routes_told)
for _ in 1 2 3 4 5 6 7 8 9 10; do
	hang_up "$base"
	sleep 0.05
	ctl reload || fail "mcproxy-ctl reload: $(cat "$work/ctl")"
done
equal "routes told by 20 times the same" "$(routes_told)" "$told"
equal "queries sent to dn1 by 20 times the same" "$(queries dn1)" "$asked"

# another interface comes and goes
for _ in 1 2 3 4 5; do
	sleep 0.05
	hang_up "$(echo "$base" | sed 's/dn1 dn2/dn1 dn2 dn3/')"
	assert "dn3 is there" asked querier dn3
	hang_up "$base"
	asked querier dn3 && fail "dn3 is still there"
	ctl add p downstream dn3 || fail "mcproxy-ctl add: $(cat "$work/ctl")"
	assert "dn3 is there" asked querier dn3
	ctl del p downstream dn3 || fail "mcproxy-ctl del: $(cat "$work/ctl")"
done
for table in ip_mr_vif ip6_mr_vif; do
	equal "VIFs that are left in $table" "$(in_space r cat /proc/net/$table | tail -n +2 | wc -l)" 3
done
equal "the last line, with no statement behind it" "$(dump | tail -n 1)" "# $number"
equal "queries sent to dn1 meanwhile" "$(queries dn1)" "$asked"

# another interface's filter, values and TTL threshold change, and are in force at once
hang_up "$base
	pinstance p downstream dn2 out blacklist table {($v4 | *)};
	pinstance p downstream dn2 set robustness 3;"
silent 4 "behind the filter"
assert "the other group goes on" asked group $v6 dn2
hang_up "$base
	pinstance p downstream dn2 set ttl-threshold 30;"
silent 4 "with a TTL of 16, below the threshold"
hang_up "$base"
vif_packets 4 dn2
wait_for 3 "$v4 flows to dn2 again" forwarded 4 dn2 $((packets + 100))
for _ in 1 2 3; do
	ctl set pinstance p downstream dn2 quick-leave on || fail "set: $(cat "$work/ctl")"
	hang_up "$base"
done

# a bad file, a bad command: what was before goes on, and it is said what and where
text=$(dump)
echo 'pinstance p: up0 ==> dn1 dn1;' >"$work/r.conf"
kill -HUP "$daemon"
wait_for 5 "the error is logged" grep -q "r.conf:1:26: found 'dn1'.*; nothing has changed" \
	"$work/r.log"
status=0
ctl reload || status=$?
equal "exit status of a reload that is refused" "$status" 1
grep -q "r.conf:1:26: found 'dn1'" "$work/ctl" || fail "no place in '$(cat "$work/ctl")'"
rm "$work/r.conf"
status=0
ctl reload || status=$?
equal "exit status of a reload without a file" "$status" 1
status=0
ctl add p downstream dn1 || status=$?
equal "exit status of a command that is refused" "$status" 1
assert "dn2 is there" asked querier dn2
equal "the configuration that is in force" "$(dump)" "$text"

stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
[ "$sent" -ge 10000 ] || fail "the stream was of $sent packets only"
stop_daemon
