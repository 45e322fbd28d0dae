# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# The life of a stream with two hosts, which forward.sh leads with each version of the
# protocols that the kernel's host stack speaks.

# forwarded FAMILY IF COUNT: at least so many packets have been forwarded out of IF.
forwarded() {
	vif_packets "$1" "$2"
	[ "$packets" -ge "$3" ]
}

# force VERSION: IGMP of the hosts; force_mld VERSION
force_igmp() {
	write h1 /proc/sys/net/ipv4/conf/eth0/force_igmp_version "$1"
	write h2 /proc/sys/net/ipv4/conf/eth0/force_igmp_version "$1"
}

force_mld() {
	write h1 /proc/sys/net/ipv6/conf/eth0/force_mld_version "$1"
	write h2 /proc/sys/net/ipv6/conf/eth0/force_mld_version "$1"
}

# ending IF GROUP: a host has been heard to leave, and unless another one answers within the last
# member query time (0.6 s), that is the end.
ending() {
	ending_left=$(told_of r groups | awk -F '\t' -v i="$1" -v g="$2" '
		$2 == i && $3 == g && $4 == "*" { print $7 }')
	[ "${ending_left:-0}" -le 600 ]
}

# forwards FAMILY GROUP BOUND [silent]: BOUND hundredths of a second after the last host of a link
# has left, nothing is sent there any more. When the host is heard to leave is the kernel's affair,
# which may take its time for MLD; silent: it is not heard at all.
forwards() {
	family=$1 group=$2 bound=$3 silent=${4:-}

	receive one h1 -g "$group"
	wait_for 5 "$group is subscribed upstream" asked upstream "$group"
	wait_for 5 "a report of $group is seen upstream" snooped "$group"
	assert "dn1 has $group" asked group "$group" dn1
	assert "dn2 has not" not asked group "$group" dn2
	send 200 src br0 -g "$group"
	vif_packets "$family" dn2
	equal "packets forwarded to dn2, where nobody had asked" "$packets" 0

	receive two h2 -g "$group"
	wait_for 5 "dn2 has $group" asked group "$group" dn2
	stream film src br0 -g "$group"
	wait_for 5 "the stream flows to dn2" forwarded "$family" dn2 50
	leave one
	[ "$silent" ] || wait_for 20 "the host is heard to leave" ending dn1 "$group"
	read_clock
	left=$clock
	wait_for 20 "dn1 has $group no more" not asked group "$group" dn1
	read_clock
	within "hundredths of a second from the leave to its effect" $((clock - left)) 0 "$bound"

	vif_packets "$family" dn1
	stopped=$packets
	vif_packets "$family" dn2
	wait_for 5 "the stream goes on to dn2" forwarded "$family" dn2 $((packets + 100))
	vif_packets "$family" dn1
	equal "packets forwarded to dn1 since then" $((packets - stopped)) 0
	stop_stream film
	leave two
	got two "$sent"
	wait_for 20 "$group is not subscribed upstream" not asked upstream "$group"
	wait_for 5 "the leave of $group is seen upstream" not snooped "$group"
}
