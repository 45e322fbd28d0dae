#!/bin/sh
# SPDX-License-Identifier: MIT
# What many can make the daemon say, it says some twenty times and then once a second, with the number
# of lines that it has left out; with the debug messages a thousand times and a hundred times a second.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

topology 1
ip_in r route add 10.128.0.0/9 dev dn1
config="protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $asked_often"

# lines_of BURST EACH COMMAND...: how many the command makes, so many at most, and EACH a second
lines_of() {
	burst=$1 each=$2
	shift 2
	lines=$(log_lines)
	read_clock
	begun=$clock
	"$@" >"$work/lines.log" 2>&1 || fail "$*"
	has_log() { told_of r summary; }
	wait_for 10 "mcproxy has read it all" has_log
	read_clock
	said=$(($(log_lines) - lines))
	echo "$said lines: $(cat "$work/lines.log")"
	within "lines" $said 0 $((burst + each * ((clock - begun) / 100 + 2)))
}

# each of them has a lower address than the router, and is the querier from now on, while there is
# something to do
start_daemon "$config"
flood 6 groups 10000 8000
lines_of 20 1 in_space h1 "$attack" eth0 flood 6 queries 20000 10000 10000
stop_flood
within "queriers that were named" $said 10 100
assert "it says that there were more" grep -q 'lines lost' "$work/r.log"
stop_daemon

start_daemon "$config set log-level debug;"
flood 6 groups 10000 8000
lines_of 1000 100 in_space h1 "$attack" eth0 flood 6 queries 20000 10000 10000
stop_flood
lines_of 1000 100 in_space h1 "$attack" eth0 flood 4 groups 20000 10000 10000
lines_of 1000 100 in_space h1 "$attack" eth0 flood 6 leaves 20000 10000 10000 ff15::9:27:1
stop_daemon
