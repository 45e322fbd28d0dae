#!/bin/sh
# SPDX-License-Identifier: MIT
# mcproxy-check finds each thing that would keep the proxy from working, names the remedy, and its
# exit status is that of the worst.

. "${0%/*}/lib.sh"

# checks STATUS [OPTION...]: mcproxy-check ends with it; what it says is in $work/out
checks() {
	expected=$1
	shift
	status=0
	ip netns exec "$space-r" timeout 10 "$MCPROXY_BIN/mcproxy-check" -f "$work/check.conf" "$@" \
		>"$work/out" 2>"$work/err" || status=$?
	equal "lines of stderr" "$(wc -l <"$work/err")" 0
	equal "exit status, having said $(cat "$work/out")," "$status" "$expected"
}

# says LEVEL SUBJECT TEXT: one of the lines of mcproxy-check -t is of that level and subject, and
# has TEXT in it
says() {
	grep "^$1	$2	" "$work/out" | grep -qF "$3" ||
		fail "no $1 of $2 with '$3' in: $(cat "$work/out")"
}

topology 1
for interface in all default up0 dn1; do
	write r "/proc/sys/net/ipv4/conf/$interface/rp_filter" 0
done
echo "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;" >"$work/check.conf"

# all is well
checks 0
checks 0 -t
says ok configuration check.conf
says ok 'IPv4 multicast routing' 'not in use'
says ok 'IPv6 multicast routing' 'not in use'
says ok up0 'upstream, up, 10.9.0.2 fe80::'
says ok dn1 'downstream, up, 10.9.1.1 fe80::'
equal "lines with other than four columns" "$(awk -F '\t' 'NF != 4' "$work/out")" ''
for table in ip_mr_vif ip6_mr_vif; do
	equal "lines of $table" "$(in_space r cat /proc/net/$table | wc -l)" 1
done

# interfaces
ip_in r link set dn1 multicast off
ip_in r address flush dev dn1
write r /proc/sys/net/ipv6/conf/dn1/disable_ipv6 1
write r /proc/sys/net/ipv4/conf/up0/rp_filter 1
ip_in r link add port type veth peer name far
ip_in r link add br1 type bridge
ip_in r link set port master br1
ip_in r link add high index 70000 type veth peer name low
ip_in r link set high up
ip_in r link set low up
echo "pinstance p: up0 ==> dn1 high;" >"$work/check.conf"
checks 2 -t
says warn dn1 'ip link set dev dn1 multicast on'
says warn dn1 'no IPv4 address'
says warn dn1 'sysctl -w net/ipv6/conf/dn1/disable_ipv6=0'
says warn up0 'sysctl -w net/ipv4/conf/all/rp_filter=0 net/ipv4/conf/up0/rp_filter=0'
says fail high 70000
echo "pinstance p: up0 ==> port missing;" >"$work/check.conf"
checks 2 -t
says fail port 'put br1 into the configuration'
says warn missing 'does not exist'
ip_in r link set port nomaster
checks 1 -t
says warn port 'ip link set dev port up'
in_space r sh -c "$(sed -n 's/^warn	up0	.*	//p' "$work/out")" >"$work/log"
echo "pinstance p: up0 ==> dn1;" >"$work/check.conf"
ip_in r link set dn1 multicast on
write r /proc/sys/net/ipv6/conf/dn1/disable_ipv6 0
address r dn1 1 1
wait_for 5 "dn1 has a link-local address" has_link_local r dn1
checks 0

# the daemon itself, the same program by another name, no rights
start_daemon "$plain"
checks 0 -t
says ok 'IPv4 multicast routing' "in use by mcproxy (pid $daemon)"
says ok 'IPv6 multicast routing' "in use by mcproxy (pid $daemon)"
equal "exit status without rights" "$(
	in_space r setpriv --bounding-set=-all --inh-caps=-all \
		"$MCPROXY_BIN/mcproxy-check" -t -f "$work/check.conf" >"$work/out" || echo $?
)" 1
says warn privileges 'as root'
says ok 'IPv4 multicast routing' 'in use'
says ok up0 upstream
stop_daemon
cp -L "$MCPROXY_BIN/mcproxy" "$work/other-router"
start_in r "$work/other-router" -f "$work/check.conf"
other=$!
wait_for 5 "it holds multicast routing" in_space r grep -q up0 /proc/net/ip6_mr_vif
checks 2 -t
says fail 'IPv4 multicast routing' "in use by other-router (pid $other)"
says fail 'IPv6 multicast routing' "in use by other-router (pid $other)"
kill "$other"
exit_status "$other"
checks 0

# the configuration
echo "pinstance p: up0 => dn1;" >"$work/check.conf"
checks 2 -t
says fail configuration "$work/check.conf:1:1"
rm "$work/check.conf"
checks 2 -t
says fail configuration "$work/check.conf"
echo "disable;" >"$work/check.conf"
checks 1 -t
says warn configuration disabled
