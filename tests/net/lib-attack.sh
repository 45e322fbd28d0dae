# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# What the tests of attacks share: the attacker, floods, memory, and how long a join takes. In CI the
# floods are whole, 1,000,000 reports from 100,000 addresses, and the limits are the default ones.

attack=$O/tests/attack
[ -x "$attack" ] || skip "$attack is missing: built by make check-net"

if [ -n "${CI:-}" ]; then
	flood_count=1000000 flood_addresses=100000 flood_rate=50000 flood_seconds=50
	max_groups=65536
else
	flood_count=100000 flood_addresses=10000 flood_rate=20000 flood_seconds=50
	max_groups=4096
fi

# Hosts answer within half a second, five times within the first four.
asked_often='
	pinstance p downstream * set query-interval 10;
	pinstance p downstream * set query-response-interval 0.5;
	pinstance p downstream * set startup-query-interval 1;
	pinstance p downstream * set startup-query-count 5;
	pinstance p downstream * set last-member-query-interval 0.3;'

# flood FAMILY KIND ADDRESSES RATE [GROUP]: in the background, until stop_flood
flood() {
	flood_family=$1 flood_kind=$2
	shift 2
	start_in h1 "$attack" eth0 flood "$flood_family" "$flood_kind" 4000000000 "$@" \
		>>"$work/flood.log" 2>&1
	flood=$!
	flood_base=$(packets_sent)
}

# packets_sent: by the host's link
packets_sent() {
	ip_in h1 -s link show eth0 | awk '/TX:/ { getline; print $2 }'
}

# flooded NUMBER: so many packets of the flood are there
flooded() {
	[ "$(packets_sent)" -ge $((flood_base + $1)) ]
}

stop_flood() {
	! ended $flood || fail "the flood has ended: $(tail -n 1 "$work/flood.log")"
	kill -TERM $flood
	exit_status $flood
	equal "exit status of the flood" "$status" 0
	tail -n 1 "$work/flood.log"
}

# has_reports PROTOCOL IF NUMBER: so many reports of the newest version have been heard
has_reports() {
	[ "$(counter r "$1" "$2" rx-report-v3)" -ge "$3" ]
}

# has_counted PROTOCOL IF NAME NUMBER: at least
has_counted() {
	[ "$(counter r "$1" "$2" "$3")" -ge "$4" ]
}

# forge FAMILY ARGUMENTS...: one message on the link of the host
forge() {
	in_space h1 "$attack" eth0 send "$@" || fail "attack eth0 send $*"
}

# counts NAME FAMILY ARGUMENTS...: a forged message, of which this counter tells
counts() {
	count_name=$1 count_protocol=igmp
	shift
	[ "$1" = 4 ] || count_protocol=mld
	count_before=$(counter r $count_protocol dn1 "$count_name")
	forge "$@"
	wait_for 5 "$count_name goes up for $*" \
		has_counted $count_protocol dn1 "$count_name" $((count_before + 1))
}

# resident: of the daemon and its children, in kB, in $resident
resident() {
	resident=0
	for resident_pid in $daemon $(cat "/proc/$daemon/task/$daemon/children"); do
		resident=$((resident + $(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' \
			"/proc/$resident_pid/status")))
	done
}

# join_time GROUP...: joins each of them, as the host, until its stream comes, from $join_source only if
# that is set; the shortest time that took, in microseconds, is in $join_time, all of them in
# $join_times
join_time() {
	join_time=10000000 join_times=
	for group; do
		in_space h1 "$MCPROXY_BIN/mcproxy-join" -i eth0 -q -T -C 1 -t 30 -g "$group" \
			${join_source:+-s "$join_source"} >"$work/join" 2>&1 ||
			fail "a join of $group brings nothing"
		join_took=$(awk -F '\t' '$1 == "total" { print $6 }' "$work/join")
		join_times="$join_times $join_took"
		[ "$join_took" -ge $join_time ] || join_time=$join_took
	done
}

# join_was_quick: as it was before the flood, or within 100 ms, the quickest at least: a machine that
# is slow was so before
join_was_quick() {
	echo "joins take (us) in the flood$join_times"
	[ "$join_time" -le 100000 ] || [ "$join_time" -le $((10 * calm)) ] ||
		fail "a join takes $join_time us at least, $calm without a flood"
}

# more_packets FAMILY NUMBER: more have been forwarded to the host
more_packets() {
	vif_packets "$1" dn1
	[ "$packets" -gt "$2" ]
}

# log_lines: how many the daemon has written
log_lines() {
	wc -l <"$work/r.log"
}

# snooped_at_most NUMBER: of the groups that the upstream's bridge knows
snooped_at_most() {
	[ "$(snooped_count)" -le "$1" ]
}

# groups_of PROTOCOL: how many are held
groups_of() {
	told_of r summary | awk -F '\t' -v p="$1" '$2 == p && $3 == "groups" { print $4 }'
}
