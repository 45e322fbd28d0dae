# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# Hosts behind a bridge with IGMP and MLD snooping, which sends a stream only to the ports behind
# which somebody has asked for it, and which lives on the queries and reports that it sees. Tests set
#	switch, switch_if	the space of the bridge, and its name
#	down			the proxy's downstream
# Ports l1 and l2 lead to h1 and h2. Streams of these tests have packets of a thousand octets: what
# else is sent on a link is less than a few of them.

# snooping_hosts: h1 and h2 at the ports l1 and l2 of the switch.
snooping_hosts() {
	for host in 1 2; do
		new_space "h$host"
		wire "$switch" "l$host" "h$host" eth0
		address "h$host" eth0 1 $((host + 1))
		routes "h$host" 10.9.1.1 fd09:0:0:1::1
		wait_for 5 "h$host has a link-local address" has_link_local "h$host" eth0
	done
}

# octets_out SPACE IF: of all that was sent out of it, in $octets.
octets_out() {
	octets=$(in_space "$1" cat /proc/net/dev | awk -v name="$2:" '$1 == name { print $10 }')
}

# kept_from SPACE IF COMMAND...: meanwhile no stream is sent out of it.
kept_from() {
	kept_space=$1 kept_if=$2
	shift 2
	octets_out "$kept_space" "$kept_if"
	kept_before=$octets
	"$@"
	octets_out "$kept_space" "$kept_if"
	[ $((octets - kept_before)) -lt 5000 ]
}

# sent_out SPACE IF OCTETS: so many in all, or more.
sent_out() {
	octets_out "$1" "$2"
	[ "$octets" -ge "$3" ]
}

# flows SPACE IF: a stream is sent out of it.
flows() {
	octets_out "$1" "$2"
	wait_for 5 "the stream flows to $2 of $1" sent_out "$1" "$2" $((octets + 50000))
}

# flows_but SPACE IF OTHER: since it was asked last time, the stream was sent to IF and not to OTHER,
# another interface of SPACE.
flows_but() {
	octets_out "$1" "$3"
	other_octets=$octets
	octets_out "$1" "$2"
	[ "$*" = "${flows_asked:-}" ] || flows_octets=0 flows_other=0
	flows_asked=$*
	[ $((octets - flows_octets)) -ge 50000 ] || return 1
	[ $((other_octets - flows_other)) -lt 5000 ] && return
	flows_octets=$octets flows_other=$other_octets
	return 1
}

# A bridge floods until it knows a querier, whose first query was answered.
unasked_stays_away() {
	kept_from "$switch" l2 send 20 h1 eth0 -l 1000 -g 239.9.99.99 -g ff15::9:99:99
}

# port_has PORT GROUP...: the bridge knows of a member there.
port_has() {
	port_has_port=$1
	port_has_all=$(bridge -n "$space-$switch" mdb show dev "$switch_if")
	shift
	for group; do
		case "$port_has_all " in *" port $port_has_port grp $group "*) ;; *) return 1 ;; esac
	done
}

# all_asked QUESTION GROUP...: asked of the daemon, yes for each; any_asked: for one of them.
all_asked() {
	all_question=$1
	shift
	for group; do
		asked "$all_question" "$group" || return 1
	done
}

any_asked() {
	any_question=$1
	shift
	for group; do
		! asked "$any_question" "$group" || return 0
	done
	return 1
}

# spoken GROUP: the oldest version that its hosts speak.
spoken() {
	told_of r groups | awk -F '\t' -v i="$down" -v g="$1" '
		$2 == i && $3 == g && $4 == "*" { print $6 }'
}

# Hosts come, and a stream with them.
snooped_join() {
	wait_for 20 "the bridge sends no host what nobody has asked for" unasked_stays_away
	receive one h1 -g "$1" ${2:+-g "$2"}
	wait_for 5 "the proxy has $*" all_asked group "$@"
	wait_for 5 "the bridge has a member of $* at l1" port_has l1 "$@"
	for group; do
		wait_for 5 "a report of $group is seen upstream" snooped "$group"
	done
	assert "no stream is sent to h2, which has not joined" kept_from "$switch" l2 \
		send 200 src br0 -l 1000 -g "$1" ${2:+-g "$2"}

	receive two h2 -g "$1" ${2:+-g "$2"}
	wait_for 5 "the bridge has a member of $* at l2" port_has l2 "$@"
	stream film src br0 -l 1000 -g "$1" ${2:+-g "$2"}
	flows "$switch" l1
	flows "$switch" l2
}

# They go: SECONDS is how long that may take.
snooped_leave() {
	snooped_seconds=$1
	shift
	leave one
	wait_for "$snooped_seconds" "the stream flows to h2 and no more to h1" \
		flows_but "$switch" l2 l1
	assert "the proxy has $*" all_asked group "$@"
	stop_stream film
	leave two
	got two "$sent"
	wait_for "$snooped_seconds" "the proxy has $* no more" not any_asked group "$@"
	for group; do
		wait_for 5 "the leave of $group is seen upstream" not snooped "$group"
	done
}

# snooped_life IGMP MLD SPOKEN GROUP GROUP6: hosts forced to these versions, of which the proxy hears.
snooped_life() {
	force_igmp "$1"
	force_mld "$2"
	life_spoken=$3
	shift 3
	snooped_join "$@"
	equal "the versions that hosts speak" "$(spoken "$1") $(spoken "$2")" "$life_spoken"
	snooped_leave 15 "$@"
}
