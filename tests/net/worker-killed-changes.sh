#!/bin/sh
# SPDX-License-Identifier: MIT
# What happens while there is no worker is the next one's to find out: hosts that leave and join, what
# becomes of interfaces, a file that is to be read again. What it does not touch loses no packet.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-worker.sh"
. "${0%/*}/lib-forward.sh"

stays4=239.9.57.1 stays6=ff15::9:57:1
goes4=239.9.57.2 goes6=ff15::9:57:2
two4=239.9.57.3 two6=ff15::9:57:3
comes4=239.9.57.4 comes6=ff15::9:57:4

# has IF GROUP...: somebody behind IF wants them; no_has: nobody
has() {
	has_if=$1
	shift
	for has_group; do
		asked group "$has_group" "$has_if" || return 1
	done
}

has_none() {
	has_if=$1
	shift
	for has_group; do
		! asked group "$has_group" "$has_if" || return 1
	done
}

is_state() {
	told_of r interfaces | awk -F '\t' -v i="$1" -v s="$2" '
		$2 == i && $5 == s { n++ }
		END { exit n != 2 }'
}

# flows IF: the streams of stays4 and stays6 go on, from now
flows() {
	vif_packets 4 "$1"
	flows_v4=$((packets + 20))
	vif_packets 6 "$1"
	flows_v6=$((packets + 20))
	wait_for 2 "$stays4 flows to $1" forwarded 4 "$1" $flows_v4
	wait_for 2 "$stays6 flows to $1" forwarded 6 "$1" $flows_v6
}

# reported: of this worker, upstream
reported() {
	[ "$(counter r igmp up0 tx-report)" -gt 0 ] && [ "$(counter r mld up0 tx-report)" -gt 0 ]
}

write_robustness() {
	printf 'set control "%s";\n%s\npinstance p downstream dn1 set robustness %s;\n' \
		"$work/r.sock" "$config" "$1" >"$work/r.conf"
}

robustness() {
	told_of r interfaces | awk -F '\t' -v i="$1" '$2 == i && $3 == "igmp" { print $11 }'
}

# has_pending_signal PID: SIGHUP
has_pending_signal() {
	grep -q '^ShdPnd:.*1$' "/proc/$1/status"
}

topology 2
config="$plain
	pinstance p downstream * set query-response-interval 0.5;"
start_daemon "$config"
receive one h1 -g $stays4 -g $stays6
receive one-goes h1 -g $goes4 -g $goes6
receive two h2 -g $stays4 -g $stays6 -g $two4 -g $two6
wait_for 5 "dn1 has its groups" has dn1 $stays4 $stays6 $goes4 $goes6
wait_for 5 "dn2 has its groups" has dn2 $stays4 $stays6 $two4 $two6
wait_for 5 "upstream has them" several snooped $stays4 $stays6 $goes4 $goes6 $two4 $two6
stream film src br0 -g $stays4 -g $stays6

# hosts leave, others join
wait_for 5 "the worker is ripe" ripe
kill_worker
leave one-goes
receive one-comes h1 -g $comes4 -g $comes6
receive two-goes h2 -g $goes4 -g $goes6
leave two-goes
revive
read_clock
revived=$clock
wait_for 5 "who has joined is heard" has dn1 $comes4 $comes6
wait_for 5 "upstream has it" several snooped $comes4 $comes6
wait_for 20 "upstream has no more what was left" none snooped $goes4 $goes6
read_clock
echo "left upstream $((clock - revived)) hundredths of a second after the worker's start"
wait_for 5 "nobody has it" has_none dn1 $goes4 $goes6
assert "nobody had it at dn2" has_none dn2 $goes4 $goes6
assert "what was not left is there" has dn1 $stays4 $stays6

# the file is to be read again, once without a worker and once with one that has not yet
for round in 1 2; do
	wait_for 5 "the worker is ripe" ripe
	write_robustness $((round + 3))
	if [ $round = 1 ]; then
		kill_worker
		kill -HUP "$daemon"
	else
		find_worker
		kill -STOP "$worker"
		kill -HUP "$daemon"
		wait_for 5 "the worker is told" has_pending_signal "$worker"
		kill_worker
	fi
	revive
	wait_for 5 "dn1 is as the file says" is $((round + 3)) robustness dn1
done
# one with an error changes nothing
wait_for 5 "the worker is ripe" ripe
echo 'nonsense;' >>"$work/r.conf"
kill_worker
kill -HUP "$daemon"
revive
assert "it is said" grep -q 'r\.conf:[0-9]*:[0-9]*: ' "$work/r.log"
equal "robustness" "$(robustness dn1)" 5
write_robustness 5

# an interface vanishes
wait_for 5 "the worker is ripe" ripe
kill_worker
ip_in r link del dn2
revive
wait_for 5 "dn2 is absent" is_state dn2 absent
assert "it has no groups" has_none dn2 $stays4 $stays6 $two4 $two6
wait_for 5 "upstream is told that nobody is left" none snooped $two4 $two6
assert "the others' groups are there" has dn1 $stays4 $stays6 $comes4 $comes6

# it is made anew, with another index
wait_for 5 "the worker is ripe" ripe
kill_worker
ip_in r link add other type veth peer name another
wire r dn2 h2 eth0
address r dn2 2 1
address h2 eth0 2 2
routes h2 10.9.2.1 fd09:0:0:2::1
wait_for 5 "dn2 has a link-local address" has_link_local r dn2
wait_for 5 "h2 has a link-local address" has_link_local h2 eth0
leave two
receive two h2 -g $two4 -g $two6
revive
wait_for 5 "dn2 is up" is_state dn2 up
wait_for 5 "dn2 has its groups" has dn2 $two4 $two6
send 20 src br0 -g $two4 -g $two6
leave two
got two 40

# so is the upstream
wait_for 5 "the worker is ripe" ripe
kill_worker
ip_in r link del up0
wire src p0 r up0
ip_in src link set p0 master br0
ip_in src link set p0 type bridge_slave mcast_router 2
address r up0 0 2
wait_for 5 "up0 has a link-local address" has_link_local r up0
revive
wait_for 5 "up0 is up" is_state up0 up
wait_for 5 "all is reported again" several snooped $stays4 $stays6 $comes4 $comes6
flows dn1
