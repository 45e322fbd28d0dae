#!/bin/sh
# SPDX-License-Identifier: MIT
# mcproxy-check: a line for each finding, ok, warn or fail, with its remedy; the worst of them is the
# exit status. It names who holds multicast routing, and disturbs nobody.

. "${0%/*}/lib.sh"

# checks STATUS: with $work/check.conf; what it says is in $work/out
checks() {
	status=0
	in_space r timeout 10 "$MCPROXY_BIN/mcproxy-check" -t -f "$work/check.conf" \
		>"$work/out" 2>"$work/err" || status=$?
	sed 's/^/    /' "$work/out" >"$work/check.log"
	logs=$work/check.log
	equal "exit status of mcproxy-check" "$status" "$1"
	[ ! -s "$work/err" ] || fail "mcproxy-check complains: $(cat "$work/err")"
	equal "columns" "$(awk -F '\t' '{ print NF }' "$work/out" | sort -u)" 4
	equal "the worst level" "$(awk -F '\t' '
		{ level = $1 == "fail" ? 2 : $1 == "warn"; if (level > worst) worst = level }
		$1 !~ /^(ok|warn|fail)$/ { worst = 9 }
		END { print worst + 0 }' "$work/out")" "$1"
}

# finds LEVEL SUBJECT TEXT: a line of that level and subject has TEXT in finding or remedy.
finds() {
	awk -F '\t' -v level="$1" -v subject="$2" -v text="$3" '
		$1 == level && $2 == subject && index($3 "\t" $4, text) { found = 1 }
		END { exit !found }' "$work/out" || fail "no '$1 $2 ... $3' in its findings"
}

topology 2
for place in all default up0 dn1 dn2; do
	write r /proc/sys/net/ipv4/conf/$place/rp_filter 0
done
echo "$plain" >"$work/check.conf"
checks 0
finds ok configuration "$work/check.conf"
finds ok 'IPv4 multicast routing' ''
finds ok 'IPv6 multicast routing' ''
finds ok up0 10.9.0.2
finds ok 'link-local sources' 'ip saddr 169.254.0.0/16 drop, ip6 saddr fe80::/10 drop'
finds ok dn1 10.9.1.1
finds ok dn2 10.9.2.1

# for people
in_space r "$MCPROXY_BIN/mcproxy-check" -f "$work/check.conf" >"$work/people"
equal "lines for people and for scripts" "$(wc -l <"$work/people")" "$(wc -l <"$work/out")"
grep -q '^ok  *up0: ' "$work/people" || fail "no 'ok up0: ' for people"

# warnings
write r /proc/sys/net/ipv4/conf/up0/rp_filter 1
checks 1
finds warn up0 'sysctl -w'
write r /proc/sys/net/ipv4/conf/up0/rp_filter 0
ip_in r link set dn2 down
checks 1
finds warn dn2 'ip link set dev dn2 up'
ip_in r link del dn2
checks 1
finds warn dn2 'does not exist'
ip_in r link set dn1 multicast off
checks 1
finds warn dn1 'ip link set dev dn1 multicast on'
ip_in r link set dn1 multicast on

echo "${plain%dn2;*}\"dn*\";" >"$work/check.conf"
checks 1
finds warn 'dn*' 'a pattern has no quotes'
ip_in r link add br9 type bridge mcast_snooping 1 mcast_querier 1 mcast_igmp_version 2 mcast_mld_version 1
echo 'protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> br9;' >"$work/check.conf"
checks 1
finds warn br9 'mcast_querier 0, or mcast_igmp_version 3'
finds warn br9 'mcast_querier 0, or mcast_mld_version 2'
ip_in r link del br9

# failures
echo 'pinstance p: up0 ==> dn1 dn1;' >"$work/check.conf"
checks 2
finds fail configuration "$work/check.conf:1:"
rm "$work/check.conf"
checks 2
finds fail configuration "$work/check.conf"
echo 'protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;' >"$work/check.conf"
ip_in r link add bridge type bridge
ip_in r link set dn1 master bridge
checks 2
finds fail dn1 'a port of a bridge or bond'
ip_in r link del bridge
wait_for 5 "dn1 has a link-local address" has_link_local r dn1
checks 0

# the proxy itself holds multicast routing
start_daemon "$plain"
checks 0
finds ok 'IPv4 multicast routing' "$daemon"
finds ok 'IPv6 multicast routing' "$daemon"
assert "mcproxy still runs" asked running
stop_daemon

# somebody else does
ln -s "$MCPROXY_BIN/mcproxy" "$work/impostor"
echo "$plain" >"$work/impostor.conf"
start_in r "$work/impostor" mcproxy -f "$work/impostor.conf" 2>"$work/impostor.log"
logs=$work/impostor.log
impostor=$!
held() {
	[ "$(in_space r cat /proc/net/ip6_mr_vif | wc -l)" -gt 2 ]
}
wait_for 5 "the impostor runs" held
checks 2
finds fail 'IPv4 multicast routing' "impostor (pid $impostor)"
finds fail 'IPv6 multicast routing' "impostor (pid $impostor)"
kill -TERM "$impostor"
exit_status "$impostor"
checks 0
