#!/bin/sh
# SPDX-License-Identifier: MIT
# What there is once for all instances changes with the file, too: the control socket, the pid file,
# the log level. An instance of which only the name, the table or the protocols are others is
# started anew, beside one that goes on; the last one may go, and come back.

. "${0%/*}/lib.sh"

v4=239.9.25.1

# reload TEXT: at the socket that there is
reload() {
	printf '%s\n' "$1" >"$work/r.conf"
	"$MCPROXY_BIN/mcproxy-ctl" -s "$socket" reload 2>"$work/ctl" ||
		fail "mcproxy-ctl reload: $(cat "$work/ctl")"
}

answers() {
	"$MCPROXY_BIN/mcproxy-stat" -s "$1" -q running
}

instances() {
	"$MCPROXY_BIN/mcproxy-stat" -s "$socket" -t instances | cut -f 1-3 | tr '\t\n' ' ,'
}

vifs() {
	in_space r cat "/proc/net/$1" | tail -n +2 | wc -l
}

topology 2
socket=$work/r.sock
start_daemon "set pidfile \"$work/pid\"; pinstance p: up0 ==> dn1;"
equal "the pid file" "$(cat "$work/pid")" "$daemon"

# another socket, another pid file: the old ones go
other="set control \"$work/s.sock\"; set pidfile \"$work/pid2\"; set log-level debug;"
reload "$other pinstance p: up0 ==> dn1;"
socket=$work/s.sock
wait_for 3 "the daemon answers at the other socket" answers "$socket"
[ ! -e "$work/r.sock" ] || fail "the old socket is still there"
[ ! -e "$work/pid" ] || fail "the old pid file is still there"
equal "the other pid file" "$(cat "$work/pid2")" "$daemon"

# a pid file that cannot be written: the old one stays, and it is tried again
reload "set control \"$work/s.sock\"; set pidfile \"$work/missing/pid\"; pinstance p: up0 ==> dn1;"
equal "the pid file" "$(cat "$work/pid2")" "$daemon"
wait_for 5 "the pid file is complained of" grep -q "$work/missing/pid: " "$work/r.log"
equal "the pid file" "$(cat "$work/pid2")" "$daemon"
mkdir "$work/missing"
written() {
	[ "$(cat "$work/missing/pid")" = "$daemon" ]
}
wait_for 5 "the pid file is written at last" written
[ ! -e "$work/pid2" ] || fail "the old pid file is still there"

# one instance goes on, whatever becomes of the other
receive one h1 -g $v4
program="set control \"$work/s.sock\"; pinstance p downstream * set query-response-interval 0.5;"
p='pinstance p(5): up0 ==> dn1;'
reload "$program $p pinstance q: ==> dn2;"
joined() {
	"$MCPROXY_BIN/mcproxy-stat" -s "$socket" -q group $v4 dn1
}
wait_for 5 "dn1 has $v4" joined
stream film src br0 -R 1000 -g $v4
reload "$program $p pinstance z: ==> dn2;"
equal "the instances" "$(instances)" 'p igmp 5,p mld 5,z igmp 1,z mld 1,'
reload "$program $p pinstance z(9): ==> dn2;"
equal "the instances" "$(instances)" 'p igmp 5,p mld 5,z igmp 9,z mld 9,'
reload "pinstance z(9): ==> dn2; $program $p"
equal "the instances" "$(instances)" 'z igmp 9,z mld 9,p igmp 5,p mld 5,'
reload "$program $p pinstance z(9): nothing* ==> no*;"
equal "the instances" "$(instances)" 'p igmp 5,p mld 5,z igmp 9,z mld 9,'
reload "$program $p"
equal "the instances" "$(instances)" 'p igmp 5,p mld 5,'
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"

# one protocol less, and more
reload "$program protocol IGMPv3; pinstance p: up0 ==> dn1;"
equal "the instances" "$(instances)" 'p igmp 0,'
equal "VIFs of IPv6" "$(vifs ip6_mr_vif)" 0
equal "VIFs of IPv4" "$(vifs ip_mr_vif)" 2
reload "$program protocol MLDv2; pinstance p: up0 ==> dn1;"
equal "the instances" "$(instances)" 'p mld 0,'
equal "VIFs of IPv6" "$(vifs ip6_mr_vif)" 2
equal "VIFs of IPv4" "$(vifs ip_mr_vif)" 0

# a table that another process holds is taken as soon as it is free
printf 'set control "%s"; pinstance x(66): ==> dn2;\n' "$work/x.sock" >"$work/x.conf"
start_in r "$MCPROXY_BIN/mcproxy" -f "$work/x.conf" 2>"$work/x.log"
holder=$!
wait_for 5 "another daemon runs" answers "$work/x.sock"
reload "$program pinstance p: up0 ==> dn1; pinstance x(66): ==> dn2;"
equal "the instances" "$(instances)" 'p igmp 1,p mld 1,'
kill -TERM "$holder"
exit_status "$holder"
taken() {
	[ "$(instances)" = 'p igmp 1,p mld 1,x igmp 66,x mld 66,' ]
}
wait_for 8 "the table is taken" taken

# disable ends it
printf 'disable;\n' >"$work/r.conf"
kill -HUP "$daemon"
exit_status "$daemon"
equal "exit status" "$status" 0
[ ! -e "$work/s.sock" ] || fail "the socket is still there"
