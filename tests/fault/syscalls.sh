#!/bin/sh
# SPDX-License-Identifier: MIT
#
# syscalls.sh [EVERY]: each system call of the daemon fails once, in a small scenario: it starts, finds
# a group that is joined already, another is joined, streamed and left, its status is asked for, its
# configuration changes and is read again, and it ends. Whatever fails, either all of this works
# nevertheless; or the daemon says what does not, and what it had before goes on; or it ends with a
# message and an exit status, and leaves nothing in the kernel. A line for each system call. EVERY 5:
# only every fifth position, for the hasty.
#
# Needs strace(1), which makes them fail.

here=${0%/*}
[ -n "${MCPROXY_ENTERED:-}" ] || exec sh "$here/../net/enter.sh" sh "$0" "$@"
command -v strace >/dev/null || {
	echo 'no strace: apt-get install strace'
	exit 77
}
. "$here/../net/lib.sh"

old4=239.9.77.1 new4=239.9.77.2 old6=ff15::77:1 new6=ff15::77:2
configuration='
	protocol IGMPv3;
	protocol MLDv2;
	pinstance p: up0 ==> dn1;
	pinstance p downstream * set last-member-query-interval 0.1;
	pinstance p downstream * set query-response-interval 0.3;
	pinstance p downstream * set startup-query-interval 1;'

# ---- the scenario ----

# until_true SECONDS COMMAND...: false, it did not come true, or the daemon has ended.
until_true() {
	read_clock
	end=$((clock + $1 * 100))
	shift
	until "$@" >/dev/null 2>&1; do
		read_clock
		if [ "$clock" -ge "$end" ] || ended "$daemon"; then
			return 1
		fi
		sleep 0.02
	done
}

both_snooped() {
	snooped "$1" && snooped "$2"
}

# What has been forwarded so far out of dn1, IPv4 and IPv6.
forwarded_so_far() {
	vif_packets 4 dn1
	packets4=$packets
	vif_packets 6 dn1
}

# forwarded COUNT GROUP...: a packet to each group, and so many come out of dn1, in each family.
forwarded() {
	forwarded_count=$1
	shift
	forwarded_so_far
	expected4=$((packets4 + forwarded_count)) expected6=$((packets + forwarded_count))
	send 1 src br0 "$@"
	forwarded_so_far
	[ "$packets4" -eq $expected4 ] && [ "$packets" -eq $expected6 ]
}

# Nothing that an earlier run has left behind can be taken for this one's.
forget_upstream() {
	for group in $old4 $new4 $old6 $new6; do
		bridge -n "$space-src" mdb del dev br0 port p0 grp "$group" 2>/dev/null || :
	done
}

# start INJECTION...: strace's; its pid is in $tracer, the daemon's in $daemon.
start() {
	forget_upstream
	rm -f "$work/pid" "$work/r.log" "$work/r.sock"
	: >"$work/r.log"
	printf 'set control "%s"; set pidfile "%s";\n%s\n' "$work/r.sock" "$work/pid" \
		"$configuration" >"$work/r.conf"
	start_in r strace -qq "$@" "$MCPROXY_BIN/mcproxy" -f "$work/r.conf" 2>"$work/r.log"
	daemon=$!
}

# In $step what did not work.
scenario() {
	step='to answer' && until_true 12 asked running || return 1
	step='to find a group' && until_true 8 both_snooped $old4 $old6 || return 1
	step='to forward a group' && until_true 5 forwarded 1 -g $old4 -g $old6 || return 1
	receive new h1 -g $new4 -g $new6
	step='to join' && until_true 8 both_snooped $new4 $new6 || return 1
	step='to forward what is joined' &&
		until_true 5 forwarded 2 -g $old4 -g $new4 -g $old6 -g $new6 || return 1
	step='to tell its groups' && until_true 12 has_groups 4 || return 1
	leave new
	step='to leave' && until_true 8 not snooped $new4 && until_true 8 not snooped $new6 ||
		return 1
	step='to forward only what is joined' &&
		until_true 5 forwarded 1 -g $old4 -g $new4 -g $old6 -g $new6 || return 1
	step='to tell its groups' && until_true 12 has_groups 2 || return 1
	step='to add an interface' && until_true 12 ctl add p downstream dn2 || return 1
	step='to read its file again' && until_true 12 ctl reload || return 1
	step='to forward what it forwarded before' &&
		until_true 5 forwarded 1 -g $old4 -g $new4 -g $old6 -g $new6 || return 1
}

ctl() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@"
}

has_groups() {
	[ "$(told_of r groups | wc -l)" = "$1" ]
}

# ---- what has to hold ----

tables_empty() {
	for table in ip_mr_vif ip_mr_cache ip6_mr_vif ip6_mr_cache; do
		[ "$(in_space r cat /proc/net/$table | wc -l)" = 1 ] || return 1
	done
}

# What it says beside what it says when all is well.
complaints() {
	grep -v -E ': (up|down), index |: absent$|: instance p runs$|has been read again$|: (this router|nobody) is the ' "$work/r.log"
}

# SIGTERM, unless it has ended; $status.
finish() {
	[ ! -f "$work/new.pid" ] || kill -KILL "$(cat "$work/new.pid")" 2>/dev/null || :
	rm -f "$work/new.pid"
	pid=$(cat "/proc/$daemon/task/$daemon/children" 2>/dev/null) || pid=
	[ -z "$pid" ] || kill -TERM $pid 2>/dev/null || :
	read_clock
	end=$((clock + 500))
	until ended "$daemon"; do
		read_clock
		if [ "$clock" -ge "$end" ]; then
			kill -KILL $pid "$daemon" 2>/dev/null || :
			step='to end at SIGTERM'
			status=hung
			return
		fi
		sleep 0.02
	done
	status=0
	wait "$daemon" 2>/dev/null || status=$?
}

# judge: what became of the run, in $verdict.
judge() {
	worked=yes
	scenario || worked=no
	finish
	if [ "$status" = hung ] || [ "$status" -gt 125 ]; then
		verdict="bad: status $status, it failed $step"
	elif ! tables_empty; then
		verdict='bad: it left something in the kernel'
	elif [ "$worked" = yes ] && [ "$status" = 0 ]; then
		verdict=unharmed
	elif ! complaints >/dev/null; then
		verdict="bad: without a word it failed $step, status $status"
	elif [ "$status" != 0 ]; then
		verdict="ended: $(complaints | tail -n 1)"
	else
		verdict="failed $step: $(complaints | tail -n 1)"
	fi
}

# ---- which calls there are ----

# The errors of a call, of which position N gets one.
errors_of() {
	case $1 in
	socket | accept4 | open | openat | epoll_create1 | signalfd4) echo EMFILE ENFILE ENOMEM ;;
	epoll_wait | epoll_pwait) echo EINTR ;;
	epoll_ctl) echo ENOMEM ENOSPC ;;
	recvmsg | recvmmsg | recvfrom) echo EINTR ENOBUFS ENOMEM ;;
	sendmsg | sendto) echo ENOBUFS ENETDOWN EPERM ;;
	setsockopt | getsockopt | ioctl) echo ENOMEM ENOBUFS EPERM ;;
	bind | listen) echo EADDRINUSE ENOMEM ;;
	connect) echo ECONNREFUSED ENOMEM ;;
	read | write | close) echo EINTR EIO ;;
	getrandom) echo EAGAIN ENOSYS ;;
	lchown | fchownat | chmod | fchmodat | unlink | unlinkat) echo EPERM EROFS ;;
	lstat | newfstatat | fstat | statx) echo ENOMEM ;;
	rt_sigprocmask) echo EINVAL ;;
	getrusage | munmap | rt_sigaction) ;;
	esac
}

# Those of the program itself, which begin where main() looks whether its standard descriptors are
# open: lines "CALL POSITION ERROR".
list_positions() {
	awk -v every="$1" '
		{ sub(/\(.*/, "", $1); n[$1]++ }
		/"\/dev\/null"/ { began = 1 }
		began && !/^(exit|brk|mmap|rt_sigreturn|\+|-)/ && (n[$1] + NR) % every == 0 {
			print $1, n[$1]
		}' "$work/trace" | while read -r call position; do
		# shellcheck disable=SC2046 # a list
		set -- $(errors_of "$call")
		[ $# != 0 ] || continue
		shift $((position % $#))
		echo "$call $position $1"
	done
}

# ---- one of several at work; each has a router of its own ----

# Takes positions from the standard input.
work_off() {
	topology 1
	receive old h1 -g $old4 -g $old6
	while read -r call position error; do
		logs=
		start -o /dev/null -e "trace=$call" -e "inject=$call:error=$error:when=$position"
		judge
		echo "$call $position $error $verdict"
		case $verdict in bad*) sed 's/^/# /' "$work/r.log" ;; esac
	done
}

# How it goes when nothing fails.
record() {
	topology 1
	receive old h1 -g $old4 -g $old6
	start -o "$work/trace"
	judge
	[ "$verdict" = unharmed ] || fail "without a fault: $verdict"
}

if [ "${1-}" = --work ]; then
	work_off
	exit
fi
record
list_positions "${1:-1}" >"$work/positions"
split -n "r/${JOBS:-2}" "$work/positions" "$work/part."
for part in "$work"/part.*; do
	sh "$0" --work <"$part" >"$part.out" 2>&1 &
	workers="${workers-} $!"
done
# shellcheck disable=SC2086 # a list
wait $workers || :
cat "$work"/part.*.out | sort -k 1,1 -k 2,2n >"$work/verdicts"
cat "$work/verdicts"
awk '
	NR == FNR { wanted[$1]++; next }
	$1 == "#" || !($1 in wanted) { next }
	{ done[$1]++ }
	$4 == "bad:" { bad[$1]++ }
	$4 == "unharmed" { unharmed[$1]++ }
	$4 == "ended:" { ended[$1]++ }
	$4 == "failed" { failed[$1]++ }
	END {
		for (call in wanted) {
			wrong = bad[call] || done[call] != wanted[call]
			status = status || wrong
			printf "%s fault %s: %d of %d positions, %d unharmed, %d said what, " \
				"%d ended, %d bad\n", wrong ? "not ok" : "ok", call, done[call],
				wanted[call], unharmed[call], failed[call], ended[call], bad[call]
		}
		exit status
	}' "$work/positions" "$work/verdicts"
