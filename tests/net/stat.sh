#!/bin/sh
# SPDX-License-Identifier: MIT
# mcproxy-stat answers questions by its exit status, prints tables for people and for scripts, and
# does not hold the daemon up.

. "${0%/*}/lib.sh"

# answers STATUS ARGUMENTS...: what it says is in $work/out, complaints in $work/err
answers() {
	answers_expected=$1
	shift
	status=0
	timeout 10 "$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" "$@" >"$work/out" 2>"$work/err" ||
		status=$?
	equal "exit status of mcproxy-stat $*" "$status" "$answers_expected"
}

silent() {
	answers "$@"
	[ ! -s "$work/out" ] || fail "mcproxy-stat $* says '$(cat "$work/out")'"
}

# columns TABLE COUNT: every line has so many, and there is at least one line
columns() {
	answers 0 -t "$1"
	equal "columns of -t $1" "$(awk -F '\t' '{ print NF }' "$work/out" | sort -u)" "$2"
}

# before there is a daemon
silent 1 -q running
silent 2 -q group 239.9.13.1
silent 2 -q upstream 239.9.13.1
silent 2 -q querier dn1
equal "lines of complaint" "$(wc -l <"$work/err")" 1

topology 2
start_daemon "$plain"
receive one h1 -g 239.9.13.1 -g ff15::9:d:1
receive two h2 -s 10.9.0.1 -g 239.9.13.2
wait_for 5 "dn1 has ff15::9:d:1" asked group ff15::9:d:1 dn1
wait_for 5 "dn1 has 239.9.13.1" asked group 239.9.13.1 dn1
wait_for 5 "dn2 has 239.9.13.2" asked group 239.9.13.2 dn2
send 50 src br0 -g 239.9.13.1

silent 0 -q running
silent 0 -q group 239.9.13.1
silent 0 -q group 239.9.13.1 dn1
silent 1 -q group 239.9.13.1 dn2
silent 1 -q group 239.9.13.9
silent 0 -q group ff15::9:d:1 dn1
silent 0 -q upstream 239.9.13.1
silent 1 -q upstream 239.9.13.9
silent 0 -q querier dn1
silent 1 -q querier up0
silent 2 -q querier nothing
silent 2 -q group 239.9.13.1 nothing
silent 2 -q group 10.9.13.1
silent 2 -q group elephant

columns summary 4
columns instances 8
columns interfaces 17
columns counters 6
columns groups 8
columns upstream 5
columns routes 8
columns log 3
answers 0 -t instances
equal "the instance's tables and ways" "$(tr '\t' ' ' <"$work/out" | cut -d ' ' -f 1-5)" \
	"p igmp 0 wildcard -
p mld 0 wildcard -"
answers 0 -t groups
equal "the line of 239.9.13.2's source" "$(awk -F '\t' '
	$3 == "239.9.13.2" && $4 == "10.9.0.1" { print $1, $2, $5, $6 }' "$work/out")" \
	"p dn2 include 3"
answers 0 -t upstream
equal "the line of 239.9.13.1" "$(awk -F '\t' '
	$3 == "239.9.13.1" { print $1, $2, $4, $5 }' "$work/out")" "p up0 * exclude"
answers 0 -t routes
equal "packets of the route of 239.9.13.1" "$(awk -F '\t' '
	$3 == "239.9.13.1" { print $2, $4, $6 }' "$work/out")" "* up0 50"
equal "reports counted at dn1" \
	"$([ "$(counter r igmp dn1 rx-report-v3)" -ge 1 ] && echo some)" some

# for people: the interfaces and what they are
answers 0
for word in up0 dn1 dn2 upstream downstream igmp mld; do
	grep -q "$word" "$work/out" || fail "no '$word' in what mcproxy-stat says to people"
done

# the log, as it was written, with its levels
answers 0 -t log
equal "the texts of the log" "$(cut -f 3 "$work/out")" "$(sed 's/^mcproxy: //' "$work/r.log")"
equal "what is no notice" "$(cut -f 2 "$work/out" | grep -v notice)" ''
answers 0 log
equal "titles of the log" "$(head -n 1 "$work/out" | tr -s ' ')" " AGO LEVEL EVENT"
grep -q '^ *[0-9]*\.[0-9]  notice   instance p runs$' "$work/out" || fail "no event in the log"

# misuse: one line, status 2
for arguments in -z '-t nonsense' '-q nonsense' '-q group' -s; do
	# shellcheck disable=SC2086
	set -- $arguments
	answers 2 "$@"
	equal "lines of complaint about $arguments" "$(wc -l <"$work/err")" 1
	grep -q 'Usage: mcproxy-stat' "$work/err" || fail "no usage: '$(cat "$work/err")'"
done
stop_daemon
silent 1 -q running
