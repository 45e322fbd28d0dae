# shellcheck shell=sh disable=SC2154,SC2046
# SPDX-License-Identifier: MIT
#
# Two routers, r and r2, between the same two links:
#
#	src br0 10.9.0.1 --- up0 10.9.0.2 r  dn1 10.9.1.1 --- br1 of lan --- eth0 10.9.1.2 h1
#	                 --- up0 10.9.0.3 r2 dn1 10.9.1.3 ---
#
# r has the lower addresses, IPv4 and IPv6. Streams have a TTL of 64, so that a packet that goes
# round comes 64 times.

# mac SPACE IF LAST: of it the link-local address is made, which decides in MLD.
mac() {
	ip_in "$1" link set "$2" down
	ip_in "$1" link set "$2" address "02:00:00:00:00:$3" up
}

pair_topology() {
	for pair_space in src lan r r2 h1; do
		new_space "$pair_space"
	done
	wire src p0 r up0
	wire src p1 r2 up0
	wire lan l0 r dn1
	wire lan l1 r2 dn1
	wire lan l2 h1 eth0
	new_bridge src br0 p0 p1
	ip_in src link set p0 type bridge_slave mcast_router 2
	ip_in src link set p1 type bridge_slave mcast_router 2
	new_bridge lan br1 l0 l1 l2
	mac r dn1 01
	mac r2 dn1 03
	address src br0 0 1
	address r up0 0 2
	address r2 up0 0 3
	address r dn1 1 1
	address r2 dn1 1 3
	address h1 eth0 1 2
	for place in "src br0" "r up0" "r2 up0" "r dn1" "r2 dn1" "h1 eth0"; do
		# shellcheck disable=SC2086
		wait_for 5 "$place has a link-local address" has_link_local $place
	done
}

# switch_topology: r alone, with the switch br1 of lan between dn1 and h1; the switch has the lower
# addresses, 10.9.1.1 and fe80::ff:fe00:1.
switch_topology() {
	topology 0
	new_space lan
	new_space h1
	wire r dn1 lan l0
	wire lan l1 h1 eth0
	new_bridge lan br1 l0 l1
	ip_in lan link set br1 type bridge mcast_query_use_ifaddr 1 \
		mcast_query_interval 200 mcast_startup_query_interval 200 \
		mcast_query_response_interval 50
	mac lan br1 01
	mac r dn1 09
	address lan br1 1 1
	address r dn1 1 9
	address h1 eth0 1 2
	routes h1 10.9.1.9 fd09:0:0:1::9
	for place in "lan br1" "r dn1" "h1 eth0"; do
		# shellcheck disable=SC2086
		wait_for 5 "$place has a link-local address" has_link_local $place
	done
}

# switch_asks: the kernel of the switch is the querier; it asks every two seconds.
switch_asks() {
	ip_in lan link set br1 type bridge mcast_querier 1
	wait_for 10 "the switch is the IPv4 querier" is 10.9.1.1 querier_on r igmp dn1
	wait_for 10 "the switch is the IPv6 querier" is fe80::ff:fe00:1 querier_on r mld dn1
}

# pair_groups SPACE...: the routers there have what the receivers of the test want.
pair_groups() {
	for pair_space; do
		for group in $groups; do
			wait_for 15 "$pair_space has $group" asked_of "$pair_space" group "$group" dn1
		done
	done
}

# groups_of: "-g GROUP -g GROUP"
groups_of() {
	for group in $groups; do
		printf -- '-g %s ' "$group"
	done
}

# forwarder SPACE PROTOCOL: what the router there says of itself on dn1: alone, first, both ...
forwarder() {
	told_of "$1" interfaces | awk -F '\t' -v p="$2" '$2 == "dn1" && $3 == p { print $16 }'
}

# forwarders SPACE: of both protocols.
forwarders() {
	echo "$(forwarder "$1" igmp) $(forwarder "$1" mld)"
}

# serves SPACE: the router there forwards, both protocols.
serves() {
	serves_as=$(forwarders "$1")
	case $serves_as in *other* | *-* | ' '* | *' ') return 1 ;; esac
}

# come NAME: when the receiver has left, what it got, in $received, and what of it was a repetition, in
# $twice.
come() {
	received=$(awk -F '\t' '$1 ~ /[.:]/ { n += $2 } END { print n + 0 }' "$work/$1.join")
	twice=$(awk -F '\t' '$1 ~ /[.:]/ { n += $4 } END { print n + 0 }' "$work/$1.join")
	echo "received $received, of them repeated $twice"
}

# once WHAT COUNT: so many packets to each group come to h1, each once; of those at the beginning some
# may be missing, while the kernel asks where the stream goes.
once() {
	echo "$1"
	receive one h1 $(groups_of)
	pair_groups ${pair_members:-r r2}
	send "$2" src br0 -H 64 $(groups_of)
	leave one
	come one
	equal "packets that came again ($1)" "$twice" 0
	once_all=$(($2 * $(echo "$groups" | wc -w)))
	within "packets ($1)" "$received" $((once_all - 20)) $once_all
}

# meanwhile WHAT MISSING COMMAND...: while a stream flows, the command is run; at most MISSING packets of
# each group do not come to h1, but for some at the beginning, and none comes more than twice.
meanwhile() {
	meanwhile_what=$1 meanwhile_missing=$((20 + $2 * $(echo "$groups" | wc -w)))
	shift 2
	echo "$meanwhile_what"
	receive two h1 $(groups_of)
	pair_groups ${pair_members:-r r2}
	stream film src br0 -H 64 $(groups_of)
	sleep 0.3
	"$@"
	sleep 0.3
	stop_stream film
	leave two
	come two
	within "packets that did not come ($meanwhile_what)" $((sent - received + twice)) 0 \
		"$meanwhile_missing"
	within "packets in all ($meanwhile_what)" "$received" 0 $((2 * sent))
}
