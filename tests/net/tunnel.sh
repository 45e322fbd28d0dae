#!/bin/sh
# SPDX-License-Identifier: MIT
# A tunnel as downstream: a device without link-layer and without the MULTICAST flag, at whose other
# end is a host. It is queried, heard, and sent the stream.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

tunnel=$O/tests/net/tunnel
[ -x "$tunnel" ] || skip "$tunnel is missing: built by make check-net"
if [ ! -r /dev/net/tun ] || [ ! -w /dev/net/tun ]; then
	skip "/dev/net/tun may not be opened"
fi

topology 1
new_space h2
for place in "r dn2" "h2 eth0"; do
	# shellcheck disable=SC2086
	set -- $place
	ip_in "$1" tuntap add "$2" mode tun || skip "this kernel has no tun devices (CONFIG_TUN)"
	ip_in "$1" link set "$2" multicast off
	ip_in "$1" link set "$2" up
done
start_in r "$tunnel" dn2 "/run/netns/$space-h2" eth0 >"$work/tunnel" 2>"$work/tunnel.log"
logs="$logs $work/tunnel.log"
wait_for 5 "the tunnel is open" grep -q open "$work/tunnel"
address r dn2 2 1
address h2 eth0 2 2
routes h2 10.9.2.1 fd09:0:0:2::1
wait_for 5 "h2 has a link-local address" has_link_local h2 eth0
wait_for 5 "dn2 has a link-local address" has_link_local r dn2
case $(ip_in r link show dn2; ip_in h2 link show eth0) in
*MULTICAST*) fail "an end of the tunnel has the MULTICAST flag" ;;
esac
start_daemon "$plain
	pinstance p downstream * set query-interval 1;
	pinstance p downstream * set query-response-interval 0.5;"

both_at_dn2() {
	asked group 239.9.22.1 dn2 && asked group ff15::9:16:1 dn2
}

any_at_dn2() {
	asked group 239.9.22.1 dn2 || asked group ff15::9:16:1 dn2
}

# datagrams SPACE COUNT: so many were received there, of each family; the tunnel takes its time
datagrams() {
	in_space "$1" awk -v count="$2" '
		$1 == "Udp:" && $2 ~ /^[0-9]/ { v4 = $2 }
		$1 == "Udp6InDatagrams" { v6 = $2 }
		END { exit v4 + 0 < count || v6 + 0 < count }' /proc/net/snmp /proc/net/snmp6
}

# out of the tunnel
receive two h2 -g 239.9.22.1 -g ff15::9:16:1
wait_for 5 "dn2 has the groups" both_at_dn2
for group in 239.9.22.1 ff15::9:16:1; do
	wait_for 5 "a report of $group is seen upstream" snooped "$group"
done
# the group membership interval is 3 s
holds 4 "queries are answered" both_at_dn2
send 200 src br0 -g 239.9.22.1 -g ff15::9:16:1
wait_for 10 "the streams have come" datagrams h2 200
leave two
got two 400
wait_for 10 "dn2 has the groups no more" not any_at_dn2
for group in 239.9.22.1 ff15::9:16:1; do
	wait_for 5 "the leave of $group is seen upstream" not snooped "$group"
done

# and into it
receive one h1 -g 239.9.22.2 -g ff15::9:16:2
for group in 239.9.22.2 ff15::9:16:2; do
	wait_for 5 "dn1 has $group" asked group "$group" dn1
done
send 100 h2 eth0 -g 239.9.22.2 -g ff15::9:16:2
wait_for 10 "the streams have come" datagrams h1 100
leave one
got one 200
for family in 4 6; do
	vif_packets $family up0
	equal "IPv$family packets from the tunnel forwarded upstream" "$packets" 100
done
