#!/bin/sh
# SPDX-License-Identifier: MIT
# An upstream that goes down and up ten times a second, for ten seconds (with CI set for a minute):
# afterwards all memberships are reported, the stream flows, the memory is as before, and the log has
# a line a second, not a hundred.

. "${0%/*}/lib.sh"

v4=239.9.37.1 v6=ff15::9:25:1
seconds=${CI:+60}
seconds=${seconds:-10}

# memory: of the worker, in kB, in $resident
memory() {
	find_worker
	resident=$(awk '$1 == "RssAnon:" { print $2 }' "/proc/$worker/status")
}

cpu() {
	told_of r summary | awk -F '\t' '$3 == "cpu" { print $4 }'
}

# flap: once, 0.1 s; the address of IPv6 goes with the link
flap() {
	ip_in r link set up0 down
	sleep 0.04
	ip_in r link set up0 up
	sleep 0.04
}

# flap_for SECONDS: in $flaps how often
flap_for() {
	read_clock
	flap_end=$((clock + $1 * 100)) flaps=0
	while [ "$clock" -lt "$flap_end" ]; do
		flap
		flaps=$((flaps + 1))
		read_clock
	done
}

topology 1
start_daemon "pinstance p: up0 ==> dn1;"
receive one h1 -g $v4+100 -g $v6+100
for group in $v4 $v6; do
	wait_for 5 "dn1 has $group" asked group $group dn1
	wait_for 5 "$group is joined upstream" snooped $group
done
flap_for 2
wait_for 5 "$v6 is joined upstream" snooped $v6
memory
before=$resident lines=$(wc -l <"$work/r.log")

flap_for "$seconds"
echo "$flaps flaps, processor time so far: $(cpu) ms"
wait_for 5 "up0 has a link-local address" has_link_local r up0
for group in $v4 $v6 239.9.37.100 ff15::9:25:64; do
	wait_for 5 "$group is joined upstream" snooped $group
done
equal "groups that the root knows" "$(snooped_count)" 200
memory
within "kB that the memory has grown" $((resident - before)) -10000 16
# a burst of 20, then one a second; 40 are of the link's two protocols at the end
within "lines of the log" $(($(wc -l <"$work/r.log") - lines)) 1 $((seconds + 30))
told_of r log | awk -F '\t' '$2 == "error" || $2 == "warning"' >"$work/warnings"
equal "warnings" "$(cat "$work/warnings")" ''
assert "it is healthy" asked healthy
ip_in r route replace default via 10.9.0.1
send 10 src br0 -g $v4 -g $v6
leave one
equal "packets of the two groups" "$(awk -F '\t' -v a=$v4 -v b=$v6 \
	'$1 == a || $1 == b { sum += $2 } END { print sum }' "$work/one.join")" 20
stop_daemon
