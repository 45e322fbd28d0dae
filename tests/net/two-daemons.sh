#!/bin/sh
# SPDX-License-Identifier: MIT
# Two daemons on one machine, one a family or one a LAN, whose files say nothing of the program: the second one
# finds the default control socket in use, says so, and takes the next name.
# A path that is written down is not exchanged for another one.

. "${0%/*}/lib.sh"

stat() {
	"$MCPROXY_BIN/mcproxy-stat" "$@"
}

# vifs FAMILY: how many there are
vifs() {
	in_space r grep -c -e up0 -e dn1 "/proc/net/$1"
}

topology 2
logs="$work/4.log $work/6.log"
echo 'protocol IGMPv3; pinstance v4: up0 ==> dn1;' >"$work/4.conf"
echo 'protocol MLDv2; pinstance v6: up0 ==> dn1;' >"$work/6.conf"
start_in r "$MCPROXY_BIN/mcproxy" -f "$work/4.conf" 2>"$work/4.log"
four=$!
wait_for 5 "the one for IPv4 answers" stat -q running
start_in r "$MCPROXY_BIN/mcproxy" -f "$work/6.conf" 2>"$work/6.log"
six=$!
wait_for 5 "the one for IPv6 answers" stat -s /run/mcproxy-2.sock -q healthy
equal "interfaces of IPv4" "$(vifs ip_mr_vif)" 2
equal "interfaces of IPv6" "$(vifs ip6_mr_vif)" 2
equal "what the second one logs" "$(grep -c 'another daemon listens there; this one listens at /run/mcproxy-2.sock' "$work/6.log")" 1
equal "instances of the second one" "$(stat -s /run/mcproxy-2.sock -t instances | cut -f 1,2)" "v6	mld"

# its worker dies, its file is read again with something new of the program: it stays where it is
kill -HUP "$six"
echo 'set watchdog 20; protocol MLDv2; pinstance v6: up0 ==> dn1;' >"$work/6.conf"
wait_for 5 "it reads its file" "$MCPROXY_BIN/mcproxy-ctl" -s /run/mcproxy-2.sock reload
wait_for 5 "it answers at the same place" stat -s /run/mcproxy-2.sock -q healthy

# the first one starts anew; its socket written down is an error for another one
kill -TERM "$four"
exit_status "$four"
start_in r "$MCPROXY_BIN/mcproxy" -f "$work/4.conf" 2>"$work/4.log"
four=$!
wait_for 5 "the first one answers again" stat -q running
sed -i '1s|^|set control /run/mcproxy.sock; |' "$work/6.conf"
status=0
in_space r timeout 5 "$MCPROXY_BIN/mcproxy" -f "$work/6.conf" 2>"$work/err" || status=$?
equal "exit status" "$status" 1
grep -q 'another daemon listens there, or it is no socket' "$work/err" || fail "$(cat "$work/err")"
kill -TERM "$four" "$six"
exit_status "$four"
exit_status "$six"

# one a LAN, each with its table: what one of them ends, the other one keeps
rules() {
	ip_in r mrule show | grep -c "iif $1 lookup $2" || :
}
echo 'pinstance a(1): up0 ==> dn1;' >"$work/4.conf"
echo 'pinstance b(2): ==> dn2;' >"$work/6.conf"
start_in r "$MCPROXY_BIN/mcproxy" -f "$work/4.conf" 2>"$work/4.log"
four=$!
wait_for 5 "the first one is healthy" stat -q healthy
start_in r "$MCPROXY_BIN/mcproxy" -f "$work/6.conf" 2>"$work/6.log"
six=$!
wait_for 5 "the second one is healthy" stat -s /run/mcproxy-2.sock -q healthy
equal "rules" "$(rules dn1 1) $(rules dn2 2)" '1 1'
kill -TERM "$four"
exit_status "$four"
equal "rules of the second one" "$(rules dn1 1) $(rules dn2 2)" '0 1'
assert "the second one is healthy still" stat -s /run/mcproxy-2.sock -q healthy
kill -TERM "$six"
exit_status "$six"
equal "what is left" "$(find /run -name 'mcproxy*')" ''
