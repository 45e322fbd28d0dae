#!/bin/sh
# SPDX-License-Identifier: MIT
#
# `make demo`: a source, a router with mcproxy and two hosts, each a network namespace of its own on
# this machine; IPv4 and IPv6 streams go through them. Shows what happens as it happens, in about
# 15 s, and ends with a table of packets sent and received. The exit status is 0 if every host got
# all that it had asked for, and nothing else. Needs no root.

. "${0%/*}/lib.sh"

v4=239.1.2.3 v6=ff15::1:2:3 other=239.4.5.6
count=1000 # packets of each family in each act, at 500 a second
bold='' normal=''
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
	bold=$(printf '\033[1m') normal=$(printf '\033[0m')
fi

heading() {
	printf '\n%s%s%s\n' "$bold" "$*" "$normal"
}

# say WHO WHAT...: with the time
say() {
	say_who=$1
	shift
	read_clock
	say_time=$((clock - start))
	printf '  %2d.%02d s  %-7s %s\n' $((say_time / 100)) $((say_time % 100)) "$say_who" "$*"
}

# show TABLE: what mcproxy-stat says; not the standing routes that keep SSDP from going upstream.
show() {
	printf '\n           $ mcproxy-stat %s\n' "$1"
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" "$1" |
		sed -e '/ 239\.255\.255\.250 /d' -e '/ ff0.::c /d' -e 's/^/           /'
	echo
}

# forwarded_to HOST: packets of both families so far, in $forwarded
forwarded_to() {
	vif_packets 4 "dn$1"
	forwarded=$packets
	vif_packets 6 "dn$1"
	forwarded=$((forwarded + packets))
}

# act HOST...: the source sends, of both families; those hosts want it.
act() {
	say source "sends $count packets to $v4 and $count to $v6"
	for act_host in 1 2; do
		forwarded_to $act_host
		echo "$forwarded" >"$work/before$act_host"
	done
	send $count src br0 -g $v4 -g $v6
	for act_host in 1 2; do
		act_wanted=0
		case " $* " in *" $act_host "*) act_wanted=$((2 * count)) ;; esac
		forwarded_to $act_host
		forwarded=$((forwarded - $(cat "$work/before$act_host")))
		say router "forwarded $forwarded to h$act_host, which wanted $act_wanted"
		[ "$forwarded" = "$act_wanted" ] || wrong="$wrong dn$act_host"
	done
}

# joins NUMBER
joins() {
	receive "h$1" "h$1" -g $v4 -g $v6
	say "h$1" "joins $v4 (IGMPv3) and $v6 (MLDv2)"
	for group in $v4 $v6; do
		wait_for 5 "dn$1 has $group" asked group "$group" "dn$1"
		wait_for 5 "$group is reported upstream" snooped "$group"
	done
	say router "has told upstream; the kernel forwards to dn$1 from now on"
}

# leaves NUMBER
leaves() {
	leave "h$1"
	say "h$1" "leaves"
	for group in $v4 $v6; do
		wait_for 5 "dn$1 has left $group" not asked group "$group" "dn$1"
	done
	say router "has asked whether anybody else is left behind dn$1: nobody answered, it stops"
}

# milliseconds MICROSECONDS
milliseconds() {
	printf '%d.%02d ms' $(($1 / 1000)) $(($1 % 1000 / 10))
}

# zap NUMBER: to a stream that is running already, 2000 packets a second
zap() {
	stream other src br0 -g $other -R 2000
	say source "streams to $other, which nobody wants"
	wait_for 5 "the stream runs" is_running
	say "h$1" "zaps to it"
	receive zap "h$1" -g $other -c 1000 -t 5
	zap_pid=$(cat "$work/zap.pid")
	exit_status "$zap_pid"
	# shellcheck disable=SC2046
	set -- "$1" $(awk -F '\t' -v g=$other '$1 == g { print $2, $3, $4, $6 }' "$work/zap.join") 0 0 0 -
	case ${5:--} in
	-) say "h$1" "gets nothing" ;;
	*) say "h$1" "has its first packet $(milliseconds "$5") after it asked; $2 came, $3 lost" ;;
	esac
	[ "$2 $3 $4" = "1000 0 0" ] || wrong="$wrong zap"
	stop_stream other
}

# is_running: packets have come in from upstream since the acts
is_running() {
	told_of r routes | awk -F '\t' '$2 == "*" && $3 == "*" && $6 > 1000 { found = 1 }
		END { exit !found }'
}

# row HOST FAMILY GROUP WANTED
row() {
	row_found=$(awk -F '\t' -v g="$3" '$1 == g { print $2, $3, $4 }' "$work/$1.join")
	# shellcheck disable=SC2086
	set -- "$1" "$2" "$3" "$4" ${row_found:-0 0 0}
	row_verdict=ok
	if [ "$5" != "$4" ] || [ "$6" != 0 ] || [ "$7" != 0 ]; then
		row_verdict=WRONG
		wrong="$wrong $1/$2"
	fi
	printf '  %-5s %-7s %-12s %8d %8d %9d %6d %6d   %s\n' "$1" "$2" "$3" $((4 * count)) \
		"$4" "$5" "$6" "$7" "$row_verdict"
}

wrong=''
read_clock
start=$clock
cat <<'END'

  mcproxy: multicast from one upstream to many downstreams, by IGMP and MLD (RFC 4605)

  +----------+              +----------------+              +----------+
  |  source  |              |     router     | dn1     eth0 |    h1    |
  | 10.9.0.1 | br0      up0 |                |--------------| 10.9.1.2 |
  |          |--------------|    mcproxy     |              +----------+
  |          |              |                | dn2     eth0 +----------+
  |          |              |                |--------------|    h2    |
  +----------+              +----------------+              | 10.9.2.2 |
                                                            +----------+
  (four network namespaces of this machine; IPv6 is the same with fd09:0:0:N::)
END

heading "The router starts its proxy"
topology 2
start_daemon "$plain"
say router "runs mcproxy: $(echo "$plain" | grep -o 'pinstance p: [^;]*')"
show interfaces

heading "Nobody has asked"
act
heading "One host joins"
joins 1
act 1
heading "Another joins"
joins 2
show groups
act 1 2
show routes
heading "One zaps"
zap 1
heading "The first leaves"
leaves 1
act 2
heading "The last leaves"
leaves 2
for group in $v4 $v6; do
	wait_for 5 "$group is left upstream" not asked upstream "$group"
done
say router "has left both groups upstream"
stop_daemon
say router "ends: the kernel's tables are as they were"

heading "Packets"
printf '  %-5s %-7s %-12s %8s %8s %9s %6s %6s\n' host family group sent wanted received lost twice
for host in 1 2; do
	row h$host IPv4 $v4 $((2 * count))
	row h$host IPv6 $v6 $((2 * count))
done
echo
if [ -n "$wrong" ]; then
	echo "Not as it should be:$wrong. What there is to see:"
	evidence
	exit 1
fi
echo "Every host got all that it had asked for, and nothing else went out to it."
