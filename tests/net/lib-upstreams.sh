# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# Networks around proxies that have several upstreams, filters or peers. Root number N is the space
# sN; its bridge br0, which snoops, has the proxy at port p0. All roots have the sources A and B, so
# that the same stream may come from any of them, and none is on a link of a proxy.

a4=10.9.100.1 b4=10.9.100.2
a6=fd09:0:0:100::1 b6=fd09:0:0:100::2

# new_root N SPACE IF NET: joined to that interface by 10.9.NET.0/24
new_root() {
	new_space "s$1"
	wire "s$1" p0 "$2" "$3"
	new_bridge "s$1" br0 p0
	ip_in "s$1" link set p0 type bridge_slave mcast_router 2
	address "s$1" br0 "$4" 1
	address "$2" "$3" "$4" 2
	for new_source in $a4/32 $b4/32; do
		ip_in "s$1" address add $new_source dev br0
	done
	for new_source in $a6/128 $b6/128; do
		ip_in "s$1" address add $new_source dev br0 nodad
	done
	routes "s$1" "10.9.$4.2" "fd09:0:0:$4::2"
	wait_for 5 "$3 has a link-local address" has_link_local "$2" "$3"
	wait_for 5 "br0 of s$1 has a link-local address" has_link_local "s$1" br0
}

# new_host N SPACE IF NET: h1, h2 ... behind that interface
new_host() {
	new_space "h$1"
	wire "$2" "$3" "h$1" eth0
	address "$2" "$3" "$4" 1
	address "h$1" eth0 "$4" 2
	routes "h$1" "10.9.$4.1" "fd09:0:0:$4::1"
	wait_for 5 "h$1 has a link-local address" has_link_local "h$1" eth0
	wait_for 5 "$3 has a link-local address" has_link_local "$2" "$3"
}

# join_roots N M: a cable between their bridges, which takes every stream along.
join_roots() {
	wire "s$1" "j$2" "s$2" "j$1"
	ip_in "s$1" link set "j$2" master br0
	ip_in "s$2" link set "j$1" master br0
	ip_in "s$1" link set "j$2" type bridge_slave mcast_router 2
	ip_in "s$2" link set "j$1" type bridge_slave mcast_router 2
}

# A router that lets streams in where no route leads back to their source.
new_router() {
	new_space "$1"
	write "$1" /proc/sys/net/ipv4/conf/all/rp_filter 0
	write "$1" /proc/sys/net/ipv4/conf/default/rp_filter 0
}

#     s1  br0 10.9.0.1   ---  up1 10.9.0.2   r  dn1 10.9.1.1  ---  h1
#     s2  br0 10.9.10.1  ---  up2 10.9.10.2     dn2 10.9.2.1  ---  h2
two_upstreams() {
	new_router r
	new_root 1 r up1 0
	new_root 2 r up2 10
	new_host 1 r dn1 1
	new_host 2 r dn2 2
}

two='
	protocol IGMPv3;
	protocol MLDv2;
	pinstance p: up1 up2 ==> dn1 dn2;
	pinstance p downstream * set last-member-query-interval 0.3;'

# ready NAME...: the receivers have joined.
ready() {
	for ready_name; do
		wait_for 5 "receiver $ready_name has joined" grep -q '^joined' "$work/$ready_name.join"
	done
}

# of_family FAMILY IPV4 IPV6
of_family() {
	case $1 in 4) echo "$2" ;; 6) echo "$3" ;; esac
}

# pick_sources FAMILY: A and B, in $a and $b
pick_sources() {
	a=$(of_family "$1" $a4 $a6)
	b=$(of_family "$1" $b4 $b6)
}

# flow SPACE SOURCE GROUP: the input and the outputs of its route, "up1 dn1,dn2"; "" if there is none
flow() {
	told_of "$1" routes | awk -F '\t' -v s="$2" -v g="$3" '
		$2 == s && $3 == g { print $4, $5 }' | while read -r flow_in flow_out; do
		echo "$flow_in $(echo "$flow_out" | tr ',' '\n' | sort | tr '\n' ',' | sed 's/,$//')"
	done
}

# flows SPACE IN,OUT,OUT SPACE IF SOURCE GROUP: after one packet of SOURCE the kernel has the route.
flows() {
	send 1 "$3" "$4" -s "$5" -g "$6"
	wait_for 5 "$5 to $6 flows to $2" is "$2" flow "$1" "$5" "$6"
}

# entry_is SPACE GROUP WHAT: what the root's bridge has understood of the group
entry_is() {
	[ "$(snooped_entry "$2" "$1")" = "$3" ]
}

# forwarded_are FAMILY WHAT SPACE "IF COUNT"...: packets that SPACE forwarded out of each since the
# last time; 0 for those that are not named.
forwarded_are() {
	case $1 in 4) are_table=/proc/net/ip_mr_vif ;; 6) are_table=/proc/net/ip6_mr_vif ;; esac
	are_family=$1 are_what=$2 are_space=$3
	shift 3
	are_last=$work/forwarded.$are_space.$are_family
	[ -e "$are_last" ] || echo "- 0" >"$are_last"
	in_space "$are_space" cat $are_table | awk 'NR > 1 { print $2, $6 }' >"$are_last.now"
	are_found=$(awk 'NR == FNR { last[$1] = $2; next }
		$2 != last[$1] { print $1, $2 - last[$1] }' "$are_last" "$are_last.now" | sort)
	mv "$are_last.now" "$are_last"
	equal "$are_what: packets that $are_space forwarded to" "$are_found" \
		"$(for are_expected; do echo "$are_expected"; done | sort)"
}

# restart CONFIGURATION [SPACE]: as start_daemon, after another one.
restart() {
	rm -f "$work/forwarded.${2:-r}".*
	start_daemon "$@"
}

# ctl SPACE COMMAND...: a command, until it has taken effect; the answer comes a little before that.
ctl() {
	ctl_space=$1
	shift
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/$ctl_space.sock" "$@" || fail "mcproxy-ctl $*"
	assert "mcproxy answers" asked_of "$ctl_space" running
}
