#!/bin/sh
# SPDX-License-Identifier: MIT
# Without the rights that it needs, and with a wrong command line, the daemon ends and says why in
# one line. A multicast routing socket that another process holds it waits for: it says once who that
# is, answers meanwhile, and takes over as soon as the other one is gone. A second daemon at the same control
# socket is a mistake; it ends, and touches nothing of the first one's.

. "${0%/*}/lib.sh"

# refuses STATUS COMMAND...: it ends at once, with one line of stderr, in $line
refuses() {
	refuses_expected=$1
	shift
	status=0
	in_space r timeout 5 "$@" >"$work/out" 2>"$work/err" || status=$?
	equal "exit status of $*" "$status" "$refuses_expected"
	equal "lines of stderr of $*" "$(wc -l <"$work/err")" 1
	line=$(cat "$work/err")
}

# mentions TEXT: the line does
mentions() {
	case $line in
	*"$1"*) ;;
	*) fail "no '$1' in '$line'" ;;
	esac
}

# second_is TEXT: what the second daemon says of its health
second_is() {
	[ "$("$MCPROXY_BIN/mcproxy-stat" -s "$work/second.sock" healthy 2>&1)" = "$1" ]
}

# second_stat ARGUMENT...: mcproxy-stat, of the second one
second_stat() {
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/second.sock" "$@"
}

configure_second() {
	printf 'set control "%s";\n%s\n' "$work/second.sock" "$1" >"$work/second.conf"
}

# start_second CONFIGURATION: in $second
start_second() {
	configure_second "$1"
	: >"$work/second.log"
	start_in r "$MCPROXY_BIN/mcproxy" -f "$work/second.conf" 2>"$work/second.log"
	second=$!
	wait_for 5 "the second one answers" second_stat -q running
}

end_second() {
	kill -TERM "$second"
	exit_status "$second"
	equal "exit status of the second one" "$status" 0
	[ ! -e "$work/second.sock" ] || fail "the second daemon left its socket file behind"
}

# waits PROTOCOL PID: what the second one says while PID has it
waits() {
	second_is "no: instance p waits: $1 multicast routing is held by mcproxy (pid $2)"
}

# attempts COUNT: so many have failed
attempts() {
	[ "$(second_stat -t log | grep -c 'instance p waits')" -ge "$1" ]
}

topology 2
logs="$logs $work/second.log"
configure_second "$plain"

# root without capabilities
refuses 1 setpriv --bounding-set=-all --inh-caps=-all \
	"$MCPROXY_BIN/mcproxy" -f "$work/second.conf"
mentions root

# once more the same: it ends
start_daemon "set pidfile \"$work/pid\"; $plain"
first=$daemon
status=0
in_space r timeout 5 "$MCPROXY_BIN/mcproxy" -f "$work/r.conf" 2>"$work/err" || status=$?
equal "exit status of a second daemon at the same socket" "$status" 1
grep -q 'another daemon listens there' "$work/err" || fail "why did it end? '$(cat "$work/err")'"
equal "the first one's pid file" "$(cat "$work/pid")" "$first"
assert "the first daemon answers" asked running

# at another socket it waits, and ends when it is told to
start_second "$plain"
wait_for 5 "it says who has it" waits IPv4 "$first"
second_stat -t summary | grep -q "pid	$second\$" || fail "it does not say its pid"
equal "instances" "$(second_stat -t instances)" ''
assert "the first daemon answers" asked running
end_second
equal "lines of the second one" "$(cat "$work/second.log")" \
	"mcproxy: instance p waits: IPv4 multicast routing is held by mcproxy (pid $first)"

# the pauses grow, of which only the debug log has more than the first line
start_second "set log-level info; $plain
	pinstance p downstream * set query-response-interval 1;"
wait_for 9 "it has tried three times more" attempts 4
second_stat -t log | awk -F '\t' '
	/instance p waits/ { at[++n] = $1; level = level $2 " " }
	END {
		for (i = 1; i < 4; i++) {
			pause = at[i] - at[i + 1] - 1000 * 2 ^ (i - 1)
			if (pause < -100 || pause > 500)
				print "pause " i " differs by " pause
		}
		if (level !~ /^error info info info /)
			print level
	}' >"$work/pauses"
[ ! -s "$work/pauses" ] || fail "$(cat "$work/pauses")"

# the other one goes: it takes over all that it had
receive one h1 -g 239.9.5.1 -g ff15::9:5:1
wait_for 5 "the first one has the group" asked group 239.9.5.1 dn1
read_clock
begin=$clock
stop_daemon
wait_for 5 "the second one is healthy" second_is yes
read_clock
echo "taken over after $(((clock - begin) * 10)) ms"
within "hundredths of a second until it was taken over" $((clock - begin)) 0 200
for group in 239.9.5.1 ff15::9:5:1; do
	wait_for 5 "the second one has $group" second_stat -q group $group dn1
	wait_for 5 "$group is joined upstream" snooped $group
done
send 10 src br0 -g 239.9.5.1 -g ff15::9:5:1
leave one
got one 20
end_second

# a half is not enough: of two protocols one is free
start_daemon 'protocol MLDv2; pinstance q: up0 ==> dn1;'
start_second "$plain"
wait_for 5 "it says who has it" waits IPv6 "$daemon"
equal "VIFs of IPv4 meanwhile" "$(in_space r cat /proc/net/ip_mr_vif | tail -n +2 | wc -l)" 0
stop_daemon
wait_for 2 "the second one is healthy" second_is yes
end_second

# one of two instances runs, the other one waits
start_daemon 'pinstance q(66): ==> dn2;'
start_second 'pinstance p(66): ==> dn2; pinstance z(67): up0 ==> dn1;'
wait_for 5 "p waits" waits IPv4 "$daemon"
equal "the instances" "$(second_stat -t instances | cut -f 1-3 | tr '\t\n' ' ,')" 'z igmp 67,z mld 67,'
kill -KILL "$daemon"
exit_status "$daemon"
wait_for 2 "both run" second_is yes
equal "the instances" "$(second_stat -t instances | cut -f 1-3 | tr '\t\n' ' ,')" \
	'p igmp 66,p mld 66,z igmp 67,z mld 67,'
end_second
rm -f "$work/r.sock"

# in the background it waits, too
start_daemon "$plain"
configure_second "$plain"
status=0
in_space r timeout 5 "$MCPROXY_BIN/mcproxy" -B -f "$work/second.conf" 2>"$work/err" || status=$?
equal "exit status of mcproxy -B" "$status" 0
second=$(second_stat -t summary | awk -F '\t' '$3 == "pid" { print $4 }')
pids="$pids $second"
grep -q "held by mcproxy (pid $daemon)" "$work/err" || fail "it did not say who: $(cat "$work/err")"
kill -TERM "$second"
wait_for 5 "it has ended" ended "$second"

refuses 2 "$MCPROXY_BIN/mcproxy" -z
mentions "Usage: mcproxy "
refuses 2 "$MCPROXY_BIN/mcproxy" -f "$work/second.conf" superfluous
mentions "Usage: mcproxy "
refuses 1 "$MCPROXY_BIN/mcproxy" -f "$work/missing.conf"
mentions "$work/missing.conf"
status=0
in_space r "$MCPROXY_BIN/mcproxy" -n -f "$work/second.conf" 2>"$work/err" || status=$?
equal "exit status of mcproxy -n" "$status$(cat "$work/err")" 0

echo 'disable;' >"$work/second.conf"
status=0
in_space r timeout 5 "$MCPROXY_BIN/mcproxy" -f "$work/second.conf" 2>"$work/err" || status=$?
equal "exit status of a disabled daemon" "$status" 0
stop_daemon
