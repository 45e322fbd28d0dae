# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# Proxies that peer (RFC 7287 section 5). Site N is a proxy in the space rN, with a root sN at its
# interface up0 and a host hN at dn0:
#
#     s1  br0 10.9.(10 N).1  ---  up0  rN  dn0 10.9.N.1  ---  hN
#
# The sender of these tests is h1; its stream goes to the group $group4 and to $group6, and comes to a
# root as well where the roots are joined.

group4=239.9.50.1 group6=ff15::9:50:1
sender4=10.9.1.2 sender6=fd09:0:0:1::2

# new_site N
new_site() {
	new_router "r$1"
	new_root "$1" "r$1" up0 "${1}0"
	new_host "$1" "r$1" dn0 "$1"
}

# peer_link N M: the interfaces pM of rN and pN of rM, by a bridge without snooping in a space of its
# own, so that it can be cut with nobody noticing.
peer_link() {
	new_space "l$1$2"
	wire "l$1$2" "p$1" "r$1" "p$2"
	wire "l$1$2" "p$2" "r$2" "p$1"
	new_hub "l$1$2" "p$1" "p$2"
	address "r$1" "p$2" "1$1$2" "$1"
	address "r$2" "p$1" "1$1$2" "$2"
	wait_for 5 "p$2 of r$1 has a link-local address" has_link_local "r$1" "p$2"
	wait_for 5 "p$1 of r$2 has a link-local address" has_link_local "r$2" "p$1"
}

# new_hub SPACE PORT...: br0, without snooping
new_hub() {
	hub=$1
	shift
	ip_in "$hub" link add br0 type bridge mcast_snooping 0
	for hub_port; do
		ip_in "$hub" link set "$hub_port" master br0
	done
	ip_in "$hub" link set br0 up
}

# port SPACE PORT on|off: what the bridge does with a port of its, whose carrier stays.
port() {
	case $3 in on) port_state=3 ;; off) port_state=0 ;; esac
	wait_for 2 "the port takes its state" bridge -n "$space-$1" link set dev "$2" state $port_state
}

# The forms that the configuration of a peer may take: with `peer` and without. Both wait longer than
# by default until they take a stream for silent: the test may look at what one packet has done.
# peering FORM PEERS
peering() {
	echo 'protocol IGMPv3; protocol MLDv2;'
	case $1 in
	short) echo "pinstance p: up0 ==> dn0 peer $2;" ;;
	long)
		echo "pinstance p: $2 up0 ==> $2 dn0;"
		echo 'pinstance p upstream up0 out blacklist table {'
		for peering_if in $2; do echo "$peering_if(*|*)"; done
		echo '};'
		for peering_if in $2; do
			echo "pinstance p upstream $peering_if out blacklist table {(*|*)};"
			echo "pinstance p downstream $peering_if in blacklist table {(*|*)};"
			echo "pinstance p downstream $peering_if out blacklist table {"
			echo 'up0(*|*)'
			for peering_other in $2; do
				[ $peering_other = $peering_if ] || echo "$peering_other(*|*)"
			done
			echo '};'
		done
		;;
	esac
	echo 'pinstance p upstream * in rulematching mutex 1000;
		pinstance p downstream * set last-member-query-interval 0.3;'
}

# comes SPACE WAY: both streams take this way there, such as "p1 dn0"
comes() {
	[ "$(flow "$1" $sender4 $group4)" = "$2" ] && [ "$(flow "$1" $sender6 $group6)" = "$2" ]
}

# has_both SPACE QUESTION [IF]: for both groups the daemon says yes
has_both() {
	asked_of "$1" "$2" $group4 ${3:+"$3"} && asked_of "$1" "$2" $group6 ${3:+"$3"}
}

has_neither() {
	! asked_of "$1" "$2" $group4 ${3:+"$3"} && ! asked_of "$1" "$2" $group6 ${3:+"$3"}
}

# witnessed ROOT MODE: both groups, as the root's bridge has heard of them, with the sender's addresses
# left out
witnessed() {
	[ "$(snooped_entry $group4 "$1" | sed "s/ $sender4$/ sender/")" = "$2" ] &&
		[ "$(snooped_entry $group6 "$1" | sed "s/ $sender6$/ sender/")" = "$2" ]
}

# counted WHAT SPACE "IF COUNT"...: forwarded_are, for both families
counted() {
	for family in 4 6; do
		forwarded_are $family "$@"
	done
}

# wrong SPACE GROUP: packets that came by another interface than the route's input
wrong() {
	told_of "$1" routes | awk -F '\t' -v g="$2" '$3 == g { print $8 }'
}

more_wrong() {
	[ "$(wrong "$1" "$2")" -gt "$3" ]
}

# copies_come SPACE WAY: both streams come by another interface, too, and are not taken from there
copies_come() {
	copies4=$(wrong "$1" $group4)
	copies6=$(wrong "$1" $group6)
	wait_for 5 "copies come by IPv4" more_wrong "$1" $group4 $((copies4 + 100))
	wait_for 5 "copies come by IPv6" more_wrong "$1" $group6 $((copies6 + 100))
	assert "the stream still comes by $2" comes "$1" "$2"
}

# sent_to FAMILY SPACE IF MOST: some packets, but not more than that; "IF COUNT" in $sent_some
sent_to() {
	vif_packets "$1" "$3" "$2"
	within "packets that $2 forwarded to $3" "$packets" 1 "$4"
	sent_some="$3 $packets"
}

# came NAME [GROUP]: received, lost, twice, in $received, $lost, $twice
came() {
	# shellcheck disable=SC2046
	set -- $(awk -F '\t' -v g="${2:-total}" '$1 == g { print $2, $3, $4 }' "$work/$1.join")
	received=$1 lost=$2 twice=$3
}

# start_sites FORM PEERS1 PEERS2...: all of them, site 1 with the peers PEERS1
start_sites() {
	start_form=$1 sites=''
	shift
	for start_peers; do
		start_n=$((${#sites} + 1))
		sites=${sites}x
		restart "$(peering "$start_form" "$start_peers") $more" "r$start_n"
		site_pids="${site_pids:-} $daemon"
	done
}

stop_sites() {
	# shellcheck disable=SC2086
	kill -TERM $site_pids
	for stop_pid in $site_pids; do
		exit_status "$stop_pid"
		equal "exit status of a mcproxy" "$status" 0
	done
	site_pids=
}
more='' site_pids=''
