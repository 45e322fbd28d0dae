# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# What the network tests share: namespaces, a daemon, senders and receivers, waiting, asserting.
# Sourced by every test in this directory; whatever it makes is gone when the test ends, however
# it ends.
#
#     src  br0 10.9.0.1  ---  up0 10.9.0.2  router  dn1 10.9.1.1  ---  eth0 10.9.1.2  h1
#                                                   dn2 10.9.2.1  ---  eth0 10.9.2.2  h2
#
# IPv6 is the same with fd09:0:0:N::. br0 is a bridge with IGMP and MLD snooping, so that the
# kernel, which is none of our code, is the witness of what the proxy reports upstream.

set -eu

[ -n "${MCPROXY_ENTERED:-}" ] || exec sh "${0%/*}/enter.sh" sh "$0" "$@"
O=${O:-$PWD/build}
MCPROXY_BIN=${MCPROXY_BIN:-$O/tests/bin}

test_name=${0##*/}
test_name=${test_name%.sh}
space=mcp$$
pids=
spaces=
logs=
work=$(mktemp -d "${TMPDIR:-/tmp}/mcproxy.XXXXXX")

# ---- the end ----

exec 3>&2

cleanup() {
	status=$?
	trap '' HUP INT PIPE TERM
	trap - EXIT
	for pid in $pids; do
		kill -KILL "$pid" 2>/dev/null || :
	done
	wait 2>/dev/null || :
	for name in $spaces; do
		ip netns del "$name" 2>/dev/null || :
	done
	rm -rf "$work" ${rubbish:+"$rubbish"}
	exit "$status"
}

trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

# Everything that helps to understand a failure.
evidence() {
	for log in $logs; do
		echo "--- ${log##*/}"
		tail -n 25 "$log"
	done
	for sock in "$work"/*.sock; do
		[ -S "$sock" ] || continue
		echo "--- mcproxy-stat ${sock##*/}"
		for table in '' groups upstream routes; do
			# shellcheck disable=SC2086 # no table: the overview
			timeout 5 "$MCPROXY_BIN/mcproxy-stat" -s "$sock" $table || break
		done
	done
	for name in $spaces; do
		case $name in *-r | *-r[0-9]) ;; *) continue ;; esac
		for table in ip_mr_vif ip_mr_cache ip6_mr_vif ip6_mr_cache; do
			echo "--- ${name##*-} /proc/net/$table"
			nsenter --net="/run/netns/$name" head -n 20 "/proc/net/$table" || :
		done
	done
}

# The reason comes last, as that is what is read of a long output; 3 is the standard error where a
# condition is asked for quietly.
fail() {
	evidence
	echo "$test_name: FAILED: $*"
	exit 1
} >&3 2>&3

skip() {
	echo "$test_name: skipped: $*"
	exit 77
}

# ---- waiting ----

# Hundredths of a second since some time in the past, in $clock.
read_clock() {
	read -r clock _ </proc/uptime
	clock=${clock%.*}${clock#*.}
}

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds, which is asked again and again.
wait_for() {
	wait_deadline=$1 wait_what=$2
	shift 2
	read_clock
	wait_deadline=$((clock + wait_deadline * 100))
	until "$@" >/dev/null 2>&1; do
		read_clock
		[ "$clock" -lt "$wait_deadline" ] || fail "waited in vain until $wait_what"
		sleep 0.03
	done
}

# holds SECONDS WHAT COMMAND...: COMMAND goes on succeeding for so long.
holds() {
	wait_deadline=$1 wait_what=$2
	shift 2
	read_clock
	wait_deadline=$((clock + wait_deadline * 100))
	while "$@" >/dev/null 2>&1; do
		read_clock
		[ "$clock" -lt "$wait_deadline" ] || return 0
		sleep 0.05
	done
	fail "it did not stay so that $wait_what"
}

not() {
	! "$@"
}

# assert WHAT COMMAND...
assert() {
	assert_what=$1
	shift
	"$@" >/dev/null 2>&1 || fail "expected that $assert_what ($*)"
}

# equal WHAT FOUND EXPECTED
equal() {
	[ "$2" = "$3" ] || fail "$1: found '$2', expected '$3'"
}

# within WHAT FOUND LEAST MOST
within() {
	if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
		fail "$1: found $2, expected $3 to $4"
	fi
}

# A process of ours that has ended stays a zombie until it is waited for.
ended() {
	[ -d "/proc/$1" ] || return 0
	case $(cat "/proc/$1/stat" 2>/dev/null) in
	*') Z '* | *') X '* | '') return 0 ;;
	esac
	return 1
}

# exit_status PID: in $status, after it has ended. Its number may be another's from now on.
exit_status() {
	wait_for 10 "process $1 has ended" ended "$1"
	status=0
	wait "$1" 2>/dev/null || status=$?
	case " $pids " in *" $1 "*) pids=" $pids " pids="${pids%% "$1" *} ${pids#* "$1" }" ;; esac
}

# ---- namespaces ----

# in_space NAME COMMAND...
in_space() {
	in_name=$1
	shift
	nsenter --net="/run/netns/$space-$in_name" "$@"
}

# The same in the background; $! is the command itself. It does not outlive the test, even one that
# is killed.
start_in() {
	in_name=$1
	shift
	setpriv --pdeathsig KILL nsenter --net="/run/netns/$space-$in_name" "$@" 3>&- &
	pids="$pids $!"
}

# write NAME FILE VALUE
write() {
	in_space "$1" sh -c "echo '$3' >'$2'"
}

[ -e /proc/net/ip_mr_vif ] || skip "this kernel cannot route IPv4 multicast (CONFIG_IP_MROUTE)"
[ -e /proc/net/ip6_mr_vif ] || skip "this kernel cannot route IPv6 multicast (CONFIG_IPV6_MROUTE)"

# No duplicate address detection, so that link-local addresses are there at once.
new_space() {
	ip netns add "$space-$1"
	spaces="$spaces $space-$1"
	in_space "$1" sh -c '
		cd /proc/sys/net/ipv6/conf
		echo 0 >default/accept_dad
		echo 0 >default/dad_transmits
		echo 0 >default/router_solicitations
		ip link set lo up'
}

# ip_in NAME ARGUMENTS...
ip_in() {
	ip_name=$1
	shift
	ip -n "$space-$ip_name" "$@"
}

# wire NAME IF NAME IF: a cable between two spaces.
wire() {
	ip -n "$space-$1" link add "$2" type veth peer name "$4" netns "$space-$3" ||
		skip "this kernel has no veth (CONFIG_VETH)"
	ip -n "$space-$1" link set "$2" up
	ip -n "$space-$3" link set "$4" up
}

# address NAME IF NET HOST: 10.9.NET.HOST and fd09:0:0:NET::HOST
address() {
	ip -n "$space-$1" address add "10.9.$3.$4/24" dev "$2"
	ip -n "$space-$1" address add "fd09:0:0:$3::$4/64" dev "$2" nodad
}

# bridge NAME IF PORT...: forgets a membership 0.2 s after a leave.
new_bridge() {
	bridge_name=$1 bridge_if=$2
	shift 2
	ip -n "$space-$bridge_name" link add "$bridge_if" type bridge mcast_snooping 1 \
		mcast_igmp_version 3 mcast_mld_version 2 mcast_stats_enabled 1 \
		mcast_last_member_interval 10 mcast_last_member_count 2 mcast_hash_max 8192 ||
		skip "this kernel has no bridges with snooping (CONFIG_BRIDGE_IGMP_SNOOPING)"
	for port; do
		ip -n "$space-$bridge_name" link set "$port" master "$bridge_if"
	done
	ip -n "$space-$bridge_name" link set "$bridge_if" up
}

has_link_local() {
	case $(ip -n "$space-$1" -6 address show dev "$2" scope link -tentative) in
	*fe80:*) return 0 ;;
	esac
	return 1
}

# routes SPACE GATEWAY GATEWAY6
routes() {
	ip -n "$space-$1" route add default via "$2"
	ip -n "$space-$1" route add default via "$3"
}

# topology HOSTS: the source, the router, and so many hosts.
topology() {
	new_space src
	new_space r
	wire src p0 r up0
	new_bridge src br0 p0
	# as a port to a router, it gets every stream, asked for or not
	ip_in src link set p0 type bridge_slave mcast_router 2
	address src br0 0 1
	address r up0 0 2
	routes src 10.9.0.2 fd09::2
	host=1
	while [ "$host" -le "$1" ]; do
		new_space "h$host"
		wire r "dn$host" "h$host" eth0
		address r "dn$host" "$host" 1
		address "h$host" eth0 "$host" 2
		routes "h$host" "10.9.$host.1" "fd09:0:0:$host::1"
		wait_for 5 "h$host has a link-local address" has_link_local "h$host" eth0
		wait_for 5 "dn$host has a link-local address" has_link_local r "dn$host"
		host=$((host + 1))
	done
	wait_for 5 "up0 has a link-local address" has_link_local r up0
	wait_for 5 "br0 has a link-local address" has_link_local src br0
}

# ---- the witnesses: the kernel's own eyes ----

# snooped GROUP [SPACE [BRIDGE]]: the bridge heard a report of GROUP and no leave since.
snooped() {
	case "$(bridge -n "$space-${2:-src}" -d mdb show dev "${3:-br0}") " in
	*" port p0 grp $1 "*) return 0 ;;
	esac
	return 1
}

# snooped_count: how many groups, without the link-local ones.
snooped_count() {
	bridge -n "$space-src" mdb show dev br0 |
		grep -c -v -e ' grp 224\.0\.0\.' -e ' grp ff02:' || :
}

# snooped_entry GROUP [SPACE]: filter mode and sources, "exclude" or "include 10.9.0.1 10.9.0.5"
snooped_entry() {
	bridge -n "$space-${2:-src}" -d mdb show dev br0 | while read -r line; do
		case $line in
		*" src "*) continue ;;
		*" port p0 grp $1 "*) ;;
		*) continue ;;
		esac
		mode=${line#* filter_mode }
		mode=${mode%% *}
		sources=
		case $line in
		*" source_list "*)
			sources=${line#* source_list }
			sources=${sources%% *}
			# of EXCLUDE mode, those without a timer
			sources=$(echo "$sources" | tr ',' '\n' | awk -F / -v mode="$mode" \
				'mode == "include" || $2 == 0 { print $1 }' | sort | tr '\n' ' ')
			;;
		esac
		echo "$mode $sources"
	done | sed 's/ *$//'
}

# port_count NAME PORT FAMILY(IGMP|MLD) KIND(queries|reports|leaves): received at a bridge's port,
# all versions, "v1 v2 v3".
port_count() {
	ip -n "$space-$1" link xstats type bridge_slave dev "$2" | sed -n "
		/$3 $4: RX:/{
			s/.*RX: \([0-9]*\).*/\1/p
			q
		}
		/$3 $4:/{
			n
			s/^ *RX: v1 \([0-9]*\) v2 \([0-9]*\) v3 \([0-9]*\).*/\1 \2 \3/p
			s/^ *RX: v1 \([0-9]*\) v2 \([0-9]*\).*/\1 \2/p
			q
		}"
}

# vif_out FAMILY IF [ROUTER]: packets that the kernel forwarded out of it, in $packets.
vif_packets() {
	case $1 in 4) vif_table=/proc/net/ip_mr_vif ;; 6) vif_table=/proc/net/ip6_mr_vif ;; esac
	packets=$(in_space "${3:-r}" cat "$vif_table" | while read -r _ vif_if _ _ _ vif_out _; do
		[ "$vif_if" != "$2" ] || echo "$vif_out"
	done)
	packets=${packets:-0}
}

# ---- the proxy ----

# What most tests configure: everything by default, but a short leave (0.6 s).
plain='
	protocol IGMPv3;
	protocol MLDv2;
	pinstance p: up0 ==> dn1 dn2;
	pinstance p downstream * set last-member-query-interval 0.3;'

# Time for another host to answer even on a busy machine, whose kernel is slow with MLD: it is asked
# 8 times within 2.4 s.
patient='
	pinstance p downstream * set last-member-query-interval 0.3;
	pinstance p downstream * set last-member-query-count 8;'

# alone CONFIGURATION: the rest of it, where it does not say how to forward: the links are its instances' alone, so
# that routes are wildcards from the beginning.
alone() {
	case $1 in
	*forwarding*) ;;
	*) echo "$1" | grep -o 'pinstance [a-z0-9-]*[(0-9)]*:' |
		sed 's/pinstance \([a-z0-9-]*\).*/pinstance \1 set forwarding wildcard;/' | sort -u ;;
	esac
}

# start_daemon CONFIGURATION [SPACE]: in space r, or another. Its pid is in $daemon. $daemon_env, if
# any, runs it.
start_daemon() {
	daemon_space=${2:-r}
	printf 'set control "%s";\n%s\n%s\n' "$work/$daemon_space.sock" "$1" "$(alone "$1")" \
		>"$work/$daemon_space.conf"
	logs="$logs $work/$daemon_space.log"
	# shellcheck disable=SC2086 # a command and its arguments
	start_in "$daemon_space" ${daemon_env-} "$MCPROXY_BIN/mcproxy" \
		-f "$work/$daemon_space.conf" 2>>"$work/$daemon_space.log"
	daemon=$!
	wait_for 5 "mcproxy in $daemon_space answers" answers_or_ended "$daemon_space"
	! ended "$daemon" || fail "mcproxy in $daemon_space has ended"
	confined || fail "nothing keeps the worker from making any system call"
}

# Whoever hears packets makes no system call but those that it needs, where the kernel can see to it.
confined() {
	grep -q '^Seccomp:' /proc/self/status || return 0
	find_worker
	[ "$worker" = "$daemon" ] || grep -q '^Seccomp:	2$' "/proc/$worker/status"
}

answers_or_ended() {
	ended "$daemon" || asked_of "$1" running
}

# find_worker: the process that does the work, in $worker: the daemon's child or, of one process, itself.
find_worker() {
	worker=
	for child in $(cat "/proc/$daemon/task/$daemon/children" 2>/dev/null); do
		[ "$(cat "/proc/$child/comm" 2>/dev/null)" != mcproxy-worker ] || worker=$child
	done
	[ -n "$worker" ] || worker=$daemon
}

stop_daemon() {
	kill -TERM "$daemon"
	exit_status "$daemon"
	equal "exit status of mcproxy" "$status" 0
}

# asked_of SPACE QUESTION...: mcproxy-stat -q, of the daemon in SPACE
asked_of() {
	asked_space=$1
	shift
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/$asked_space.sock" -q "$@"
}

# asked QUESTION...: of the daemon in space r
asked() {
	asked_of r "$@"
}

# told_of SPACE TABLE: its lines, tab-separated
told_of() {
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/$1.sock" -t "$2"
}

# querier_on SPACE PROTOCOL IF: "self", an address, or "-"
querier_on() {
	told_of "$1" interfaces | awk -F '\t' -v p="$2" -v i="$3" '$2 == i && $3 == p { print $7 }'
}

# counter SPACE PROTOCOL IF NAME
counter() {
	told_of "$1" counters | awk -F '\t' -v p="$2" -v i="$3" -v n="$4" \
		'$2 == i && $3 == p && $4 == n { print $5 }'
}

# is FOUND COMMAND...: the command prints FOUND
is() {
	is_expected=$1
	shift
	[ "$("$@")" = "$is_expected" ]
}

# ---- senders and receivers ----

# receive NAME SPACE ARGUMENTS...: a process that joins and counts; mcproxy-join's arguments.
receive() {
	receive_name=$1 receive_space=$2
	shift 2
	start_in "$receive_space" "$MCPROXY_BIN/mcproxy-join" -i eth0 -T "$@" \
		>"$work/$receive_name.join" 2>"$work/$receive_name.log"
	echo "$!" >"$work/$receive_name.pid"
	logs="$logs $work/$receive_name.join $work/$receive_name.log"
}

# nothing_waits PID: nothing waits in the sockets of its namespace
nothing_waits() {
	awk '$5 ~ /:/ && $5 !~ /:0*$/ { waits = 1 } END { exit waits }' "/proc/$1/net/udp" \
		"/proc/$1/net/udp6"
}

# leave NAME: ends the process, and with it its membership, when it has read what has come.
leave() {
	leave_pid=$(cat "$work/$1.pid")
	ended "$leave_pid" || wait_for 10 "receiver $1 has read all" nothing_waits "$leave_pid"
	kill -TERM "$leave_pid"
	exit_status "$leave_pid"
}

# got NAME COUNT: what it said when it left: so many packets in all, none lost, none twice.
got() {
	equal "packets, lost, duplicated of receiver $1" "$(awk -F '\t' '
		$1 ~ /[.:]/ { received += $2; lost += $3; duplicated += $4 }
		END { print received + 0, lost + 0, duplicated + 0 }' "$work/$1.join")" "$2 0 0"
}

# send COUNT SPACE IF ARGUMENTS...: so many packets to each group, 500 a second; mcproxy-send's
# arguments.
send() {
	send_count=$1 send_space=$2 send_if=$3
	shift 3
	in_space "$send_space" "$MCPROXY_BIN/mcproxy-send" -i "$send_if" -C "$send_count" \
		-R 500 "$@" >"$work/send.log" 2>&1 ||
		fail "mcproxy-send $*: $(cat "$work/send.log")"
}

# stream NAME SPACE IF ARGUMENTS...: 500 packets a second to each group, in the background.
stream() {
	stream_name=$1 stream_space=$2 stream_if=$3
	shift 3
	start_in "$stream_space" "$MCPROXY_BIN/mcproxy-send" -i "$stream_if" -T -C 0 -R 500 "$@" \
		>"$work/$stream_name.send" 2>"$work/$stream_name.log"
	echo "$!" >"$work/$stream_name.pid"
	logs="$logs $work/$stream_name.send $work/$stream_name.log"
}

# stop_stream NAME: how many packets it has sent in all is in $sent.
stop_stream() {
	stream_pid=$(cat "$work/$1.pid")
	kill -TERM "$stream_pid"
	exit_status "$stream_pid"
	sent=$(awk -F '\t' '$2 ~ /^[0-9]+$/ { sent = $2 } END { print sent + 0 }' \
		"$work/$1.send")
}
