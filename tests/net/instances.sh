#!/bin/sh
# SPDX-License-Identifier: MIT
# Three instances at a time, each in its own table of the kernel, of both families: what one has is
# none of the others' business. Their rules are there, come back when somebody deletes them, and
# are gone at the end. One instance comes and goes while the others' streams flow.

. "${0%/*}/lib.sh"

v4=239.9.22.1 v6=ff15::9:16:1

ctl() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@" >"$work/ctl" 2>&1
}

# rules FAMILY: "IF DIRECTION TABLE", sorted
rules() {
	ip_in r "-$1" mrule show | sed -n \
		's/.*from all \([io]if\) \([^ ]*\) .*lookup \([0-9]*\).*/\2 \1 \3/p' | sort | tr '\n' ,
}

# all_rules 'TABLE IF'...: of these tables and interfaces, as rules() has them
all_rules() {
	for pair; do
		echo "${pair#* } iif ${pair% *}"
		echo "${pair#* } oif ${pair% *}"
	done | sort | tr '\n' ,
}

has_rules() {
	[ "$(rules 4)" = "$1" ] && [ "$(rules 6)" = "$1" ]
}

# tables: of the instances, as mcproxy-stat tells
tables() {
	told_of r instances | cut -f 1-4 | tr '\t\n' ' ,'
}

topology 3
for n in 1 2; do
	wire src "p$n" r "up$n"
	address src "p$n" "1$n" 1
	address r "up$n" "1$n" 2
	wait_for 5 "up$n has a link-local address" has_link_local r "up$n"
done
for host in 1 2 3; do
	receive h$host h$host -g $v4 -g $v6
done
both='
	pinstance a: up0 ==> dn1;
	pinstance b(40): up1 ==> dn2;
	pinstance a downstream * set query-response-interval 0.5;
	pinstance b downstream * set query-response-interval 0.5;'
third='
	pinstance c: up2 ==> dn3;
	pinstance c downstream * set query-response-interval 0.5;'
start_daemon "$both$third"
equal "the tables" "$(tables)" 'a igmp 1 wildcard,a mld 1 wildcard,b igmp 40 wildcard,b mld 40 wildcard,c igmp 2 wildcard,c mld 2 wildcard,'
expected=$(all_rules '1 up0' '1 dn1' '40 up1' '40 dn2' '2 up2' '2 dn3')
equal "the IPv4 rules" "$(rules 4)" "$expected"
equal "the IPv6 rules" "$(rules 6)" "$expected"
for host in 1 2 3; do
	for group in $v4 $v6; do
		wait_for 5 "dn$host has $group" asked group $group dn$host
	done
done

# each host gets what comes in by its own upstream, and nothing else
send 30 src br0 -g $v4 -g $v6
send 40 src p1 -g $v4 -g $v6
send 50 src p2 -g $v4 -g $v6
leave h1
leave h2
leave h3
got h1 60
got h2 80
got h3 100

# somebody deletes rules: they are put back, and streams go on
receive h2 h2 -g $v4 -g $v6
for group in $v4 $v6; do
	wait_for 5 "dn2 has $group" asked group $group dn2
done
ip_in r mrule del iif up1 lookup 40
ip_in r mrule del oif dn2 lookup 40
ip_in r -6 mrule del iif up1 lookup 40
wait_for 3 "the rules are back" has_rules "$expected"
send 20 src p1 -g $v4 -g $v6
leave h2
got h2 40

# an instance goes and comes back while the others' streams flow
receive h1 h1 -g $v4 -g $v6
for group in $v4 $v6; do
	wait_for 5 "dn1 has $group" asked group $group dn1
	wait_for 5 "the bridge has heard it" snooped $group
done
stream film src br0 -R 1000 -g $v4 -g $v6
printf 'set control "%s";\n%s\n' "$work/r.sock" "$both $(alone "$both")" >"$work/r.conf"
ctl reload || fail "mcproxy-ctl reload: $(cat "$work/ctl")"
equal "the tables" "$(tables)" 'a igmp 1 wildcard,a mld 1 wildcard,b igmp 40 wildcard,b mld 40 wildcard,'
equal "the rules" "$(rules 4)" "$(all_rules '1 up0' '1 dn1' '40 up1' '40 dn2')"
printf 'set control "%s";\n%s\n' "$work/r.sock" "$both$third $(alone "$both$third")" >"$work/r.conf"
ctl reload || fail "mcproxy-ctl reload: $(cat "$work/ctl")"
equal "the rules" "$(rules 6)" "$expected"
receive h3 h3 -g $v4 -g $v6
for group in $v4 $v6; do
	wait_for 5 "dn3 has $group" asked group $group dn3
done
send 50 src p2 -g $v4 -g $v6
leave h3
got h3 100
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave h1
got h1 "$sent"

# killed, it leaves its rules behind; the next one takes over those that it needs and removes the
# others of its tables, and at the end none is left
kill -KILL "$daemon"
exit_status "$daemon"
equal "the rules of a daemon that was killed" "$(rules 4)" "$expected"
start_daemon "$both pinstance c: up2 ==> dn4;"
expected=$(all_rules '1 up0' '1 dn1' '40 up1' '40 dn2' '2 up2' '2 dn4')
equal "the IPv4 rules of the next one" "$(rules 4)" "$expected"
equal "the IPv6 rules of the next one" "$(rules 6)" "$expected"
stop_daemon
equal "the rules that are left" "$(rules 4)$(rules 6)" ''

# an interface in two instances: it runs, and says that this is half a thing
start_daemon 'pinstance a: up0 ==> dn1; pinstance b: up0 ==> dn2;'
grep -q 'up0 is in two instances, a and b' "$work/r.log" || fail "no warning of up0"
stop_daemon

# two instances with one downstream, and an instance given twice: nothing is started
for bad in 'pinstance a: up0 ==> dn1; pinstance b: up1 ==> dn1;' \
	'pinstance a: up0 ==> dn1; pinstance a: up1 ==> dn2;' \
	'pinstance a(7): up0 ==> dn1; pinstance b(7): up1 ==> dn2;'; do
	echo "$bad" >"$work/bad.conf"
	status=0
	in_space r "$MCPROXY_BIN/mcproxy" -f "$work/bad.conf" 2>"$work/err" || status=$?
	equal "exit status with '$bad'" "$status" 1
	grep -q 'bad.conf:1:' "$work/err" || fail "no place in '$(cat "$work/err")'"
done
