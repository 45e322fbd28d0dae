#!/bin/sh
# SPDX-License-Identifier: MIT
# Clients of the control socket that do not behave, many at a time: some say nothing, some ask for much
# and read nothing, some write rubbish. Others are answered all the same, memory has a ceiling, and no
# packet is lost.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

v4=239.9.38.1 v6=ff15::9:26:1

topology 1
start_daemon "$patient
	protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p downstream * set querier always;"
receive one h1 -g $v4 -g $v6
# enough that an answer does not fit into a socket's buffer
in_space h1 "$attack" eth0 flood 4 groups 20000 1000 20000 >"$work/flood.log" || fail "attack flood"
wait_for 10 "the groups are held" has_counted igmp dn1 rx-report-v3 13000
for group in $v4 $v6; do
	wait_for 10 "dn1 has $group" asked group $group dn1
done
stream film src br0 -g $v4 -g $v6
lines=$(log_lines)
resident
before=$resident

# crowd HOW COUNT: comes, and stays until the file descriptor 4 is closed
crowd() {
	rm -f "$work/hold"
	mkfifo "$work/hold"
	# shellcheck disable=SC2016 # for the other shell
	start_in h1 sh -c 'exec 4<&- <"$0"; exec "$@"' "$work/hold" \
		"$attack" control "$work/r.sock" "$1" "$2" >"$work/crowd"
	crowd=$!
	exec 4>"$work/hold"
	wait_for 60 "$2 clients have come ($1)" test -s "$work/crowd"
	echo "$1: $(cat "$work/crowd")"
}

go() {
	exec 4>&-
	exit_status $crowd
	equal "exit status of the crowd" "$status" 0
}

# answered: within five seconds, each time; who has done nothing for two seconds makes room
answered() {
	for _ in 1 2 3; do
		wait_for 5 "mcproxy answers" asked running
	done
	wait_for 5 "the group is known" asked group $v4 dn1
	resident
	echo "memory (kB) $before before, $resident now"
	within "memory (kB)" "$resident" 0 $((before + 1024))
}

crowd idle 200
answered
go
crowd slow 200
answered
go
crowd garbage 400
case $(cat "$work/crowd") in
'0 found nobody, '*) ;;
*) fail "some found nobody: $(cat "$work/crowd")" ;;
esac
answered
go
assert "all groups are told" told_of r groups
within "lines that were logged" $(($(log_lines) - lines)) 0 4
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
