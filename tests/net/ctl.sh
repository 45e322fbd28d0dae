#!/bin/sh
# SPDX-License-Identifier: MIT
# mcproxy-ctl: each command does what it says or nothing, with a line of error and its exit status;
# what was said at run time is a configuration that makes the same again.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

v4=239.9.24.1

# ctl STATUS ARGUMENTS...: what it says is in $work/out and $work/err
ctl() {
	ctl_expected=$1
	shift
	status=0
	timeout 10 "$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@" >"$work/out" 2>"$work/err" ||
		status=$?
	[ "$status" = "$ctl_expected" ] ||
		fail "exit status of mcproxy-ctl $*: $status, expected $ctl_expected: $(cat "$work/err")"
	[ "$status" = 0 ] || equal "lines of error of $*" "$(wc -l <"$work/err")" 1
}

# refused TEXT ARGUMENTS...: with TEXT in the error, and nothing has changed
refused() {
	refused_text=$1
	shift
	ctl 0 dump-config
	cp "$work/out" "$work/before"
	ctl 1 "$@"
	grep -qF -e "$refused_text" "$work/err" || fail "no '$refused_text' in '$(cat "$work/err")'"
	ctl 0 dump-config
	cmp -s "$work/out" "$work/before" || fail "mcproxy-ctl $* has changed the configuration"
}

# statements: how many there are behind the file's text
statements() {
	ctl 0 dump-config
	tail -n +$((file_lines + 1)) "$work/out" | wc -l
}

# value IF COLUMN: of IGMP, as mcproxy-stat -t interfaces has it
value() {
	told_of r interfaces | awk -F '\t' -v i="$1" -v c="$2" '$2 == i && $3 == "igmp" { print $c }'
}

# nobody there, and misuse
ctl 2 reload
ctl 2
ctl 2 nonsense
ctl 2 add p downstream
ctl 2 reload now
ctl 2 set 'pinstance p set
	scope site'

topology 3
receive one h1 -g $v4
receive two h2 -g $v4
receive three h3 -g $v4
config="pinstance p: up0 ==> dn1 dn2;
	pinstance p set forwarding wildcard;
	pinstance p downstream dn2 set robustness 3;
	pinstance p downstream dn2 out blacklist table {($v4 | *)};
	pinstance p downstream * set query-response-interval 0.5; # a comment	with a tab, ä"
start_daemon "$config"
ctl 0 dump-config
file_lines=$(wc -l <"$work/out")
sed '$d' "$work/out" | cmp -s - "$work/r.conf" || fail "the dump is not the file: $(cat "$work/out")"

# an interface is added, set and removed
wait_for 5 "dn1 has $v4" asked group $v4 dn1
ctl 0 add p downstream dn3
assert "dn3 is there" asked querier dn3
wait_for 5 "dn3 has $v4" asked group $v4 dn3
ctl 0 set pinstance p downstream dn3 robustness 4
ctl 0 set pinstance p downstream dn3 set robustness 5
equal "the robustness of dn3" "$(value dn3 11)" 5
equal "statements" "$(statements)" 2
ctl 0 set pinstance p downstream dn3 in blacklist table '{(* | 10.9.3.2)}'
ctl 0 set pinstance p downstream dn3 in blacklist table '{(* | 10.9.3.0/24)}'
equal "statements" "$(statements)" 3
equal "why" "$(told_of r instances | awk -F '\t' '$2 == "igmp" { print $4, $5 }')" \
	'per-source in-filter'
ctl 0 del p downstream dn3
equal "statements" "$(statements)" 0
equal "why" "$(told_of r instances | awk -F '\t' '$2 == "igmp" { print $4, $5 }')" 'wildcard -'

# one of the file's is removed, whatever the file says about it, and comes back as it was
ctl 0 del p downstream dn2
equal "the role of dn2" "$(value dn2 4)" ''
ctl 0 add p downstream dn2
equal "the robustness of dn2" "$(value dn2 11)" 3
equal "statements" "$(statements)" 0

# an upstream: reports go there as long as it is the first that is up
wire src p1 r up1
address src p1 11 1
address r up1 11 2
wait_for 5 "up1 has a link-local address" has_link_local r up1
ctl 0 add p upstream up1
equal "the upstreams" "$(told_of r interfaces | awk -F '\t' '$3 == "igmp" && $4 == "upstream" {
	printf "%s ", $2 }')" 'up0 up1 '
ip_in r link set up0 down
wait_for 2 "$v4 is subscribed at up1" sh -c "'$MCPROXY_BIN/mcproxy-stat' -s '$work/r.sock' \
	-t upstream | grep -q 'up1	$v4	\*'"
ip_in r link set up0 up
wait_for 2 "$v4 is subscribed at up0" sh -c "'$MCPROXY_BIN/mcproxy-stat' -s '$work/r.sock' \
	-t upstream | grep -q 'up0	$v4	\*'"
ctl 0 del p upstream up1
equal "statements" "$(statements)" 0

# a filter that is set stops what flows, at once
wait_for 5 "$v4 is subscribed upstream" snooped $v4
stream film src br0 -g $v4
wait_for 5 "the stream flows to dn1" forwarded 4 dn1 20
ctl 0 set pinstance p downstream dn1 out blacklist table "{($v4 | *)}"
vif_packets 4 dn1
before=$packets
sleep 0.2
vif_packets 4 dn1
equal "packets forwarded to dn1 behind the filter" "$packets" "$before"
wait_for 2 "$v4 is left upstream" not snooped $v4

# one that is set takes the place of the file's
vif_packets 4 dn2
equal "packets forwarded to dn2 behind the filter of the file" "$packets" 0
ctl 0 set pinstance p downstream dn2 out blacklist table '{(224.9.9.9 | *)}'
wait_for 5 "the stream flows to dn2" forwarded 4 dn2 20
ctl 0 reload
wait_for 3 "the stream flows to dn1 again" forwarded 4 dn1 $((before + 20))
equal "statements" "$(statements)" 0
stop_stream film

# what is no statement, or none of these, or wrong
ctl 0 set log-level info
refused "one statement" set log-level 'info; disable'
refused "one statement" set log-level 'info # '
refused "one statement" set pinstance p downstream '"dn1' robustness 3
refused "the file" set pidfile "$work/another"
refused "the file" set control "$work/another"
refused "the file" set control-group 0
refused "the file" set user nobody
refused "expected" set pinstance p downstream dn1 robustness 9
refused "expected" set pinstance p downstream dn9 robustness 3
refused "expected" set pinstance q downstream dn1 robustness 3
refused "expected" set pinstance p downstream dn1 elephants 3
refused "expected" set pinstance q : up0 == dn1
refused "expected" add p downstream dn1
refused "expected" add p sideways dn3
refused "expected" add q downstream dn3
refused "expected" add p downstream 'a/b'
refused "expected" del p downstream dn3
refused "expected" log-level loud

# log levels take effect, and are one statement
ctl 0 log-level debug
ctl 0 log-level info
ctl 0 log-level debug
equal "statements" "$(statements)" 1
ctl 0 add p downstream dn3
wait_for 2 "debug messages are logged" grep -q 'set route' "$work/r.log"

# the dump is a file that makes the same again
ctl 0 set pinstance p downstream dn3 static-join '(239.9.24.7 | *)'
ctl 0 set pinstance p downstream dn3 static-join '(239.9.24.8 | *)'
ctl 0 set pinstance p downstream '*' last-member-query-interval 0.2
told_of r interfaces | cut -f 1-4,11-15 >"$work/before"
ctl 0 dump-config
stop_daemon
cp "$work/out" "$work/r.conf"
start_in r "$MCPROXY_BIN/mcproxy" -f "$work/r.conf" 2>"$work/r.log"
daemon=$!
wait_for 5 "mcproxy answers" asked running
told_of r interfaces | cut -f 1-4,11-15 | cmp -s - "$work/before" ||
	fail "another configuration: $(told_of r interfaces)"
assert "the static joins are there" asked group 239.9.24.7 dn3
assert "the static joins are there" asked group 239.9.24.8 dn3

# only who may use the socket may
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
	status=0
	setpriv --reuid=65534 --regid=65534 --clear-groups "$MCPROXY_BIN/mcproxy-ctl" \
		-s "$work/r.sock" stop 2>"$work/err" || status=$?
	equal "exit status for somebody else" "$status" 2
fi
ctl 0 stop
exit_status "$daemon"
equal "exit status of mcproxy" "$status" 0
