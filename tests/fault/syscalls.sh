#!/bin/sh
# SPDX-License-Identifier: MIT
#
# syscalls.sh [EVERY]: each system call of the daemon fails once, those of the monitor and those of the
# first worker, in a small scenario: it starts, finds a group that is joined already, another is joined,
# streamed and left, its status is asked for, its configuration changes and is read again, and it ends.
# Whatever fails, either all of this works nevertheless, be it with another worker in the first one's
# place; or the daemon says what does not, and what it had before goes on; or it ends with a message and
# an exit status, and leaves nothing in the kernel. A line for each system call. EVERY 5: only every
# fifth position, for the hasty.
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
	pinstance p(77): up0 ==> dn1;
	pinstance p set rp-filter off;
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

# octets_out: of all that the router has sent to dn1
octets_out() {
	in_space r cat /proc/net/dev | awk '$1 == "dn1:" { print $10 }'
}

# forwarded COUNT GROUPS GROUPS: so many packets come out of dn1 if one is sent to each group of the one
# family and of the other. They have a thousand octets; what else is sent there meanwhile is less.
forwarded() {
	forwarded_count=$1
	shift
	for groups; do
		octets=$(octets_out)
		# shellcheck disable=SC2046 # arguments
		send 1 src br0 -l 1000 $(printf -- '-g %s ' $groups)
		[ $((($(octets_out) - octets) / 1000)) -eq "$forwarded_count" ] || return 1
	done
}

# Nothing that an earlier run has left behind can be taken for this one's.
forget_upstream() {
	for group in $old4 $new4 $old6 $new6; do
		bridge -n "$space-src" mdb del dev br0 port p0 grp "$group" 2>/dev/null || :
	done
}

# What strace does to a process that it follows: it neither holds it up when it is to end, nor is its
# parent.
tracer='strace -I 2 -qq'

tracer_of() {
	sed -n 's/^TracerPid:[[:space:]]*//p' "/proc/$1/status"
}

# traced PID: by somebody; untraced: by nobody
traced() {
	[ "$(tracer_of "$1")" != 0 ]
}

untraced() {
	[ "$(tracer_of "$1")" = 0 ]
}

# has_worker: one that has been stopped in its first system call.
has_worker() {
	find_worker
	[ "$worker" != "$daemon" ] && grep -q '^State:.*stop' "/proc/$worker/status"
}

# A filter of system calls is asked about the one that takes the failing one's place, if anything does.
instead=:syscall=getpid

# start PROCESS OPTION...: strace's, for the monitor or the first worker. Whoever follows the daemon from
# the start lets the worker stop in its first call, and another one takes over the worker.
start() {
	forget_upstream
	clean_up
	rm -f "$work/pid" "$work/r.log" "$work/r.sock"
	: >"$work/r.log"
	printf 'set control "%s"; set pidfile "%s";\n%s\n' "$work/r.sock" "$work/pid" \
		"$configuration" >"$work/r.conf"
	start_process=$1
	shift
	if [ "$start_process" = monitor ]; then
		start_in r $tracer -D "$@" "$MCPROXY_BIN/mcproxy" -f "$work/r.conf" 2>"$work/r.log"
		daemon=$!
		return
	fi
	start_in r $tracer -D -f -o /dev/null -e trace=prctl -e inject=prctl:signal=SIGSTOP:when=1 \
		"$MCPROXY_BIN/mcproxy" -f "$work/r.conf" 2>"$work/r.log"
	daemon=$!
	wait_for 5 "there is a worker" has_worker
	kill -TERM "$(tracer_of "$daemon")"
	wait_for 5 "nobody follows the worker" untraced "$worker"
	$tracer "$@" -p "$worker" &
	wait_for 5 "somebody follows the worker" traced "$worker"
	kill -CONT "$worker"
}

# In $step what did not work.
scenario() {
	step='to answer' && until_true 12 asked running || return 1
	step='to find a group' && until_true 8 both_snooped $old4 $old6 || return 1
	step='to forward a group' && until_true 5 forwarded 1 $old4 $old6 || return 1
	receive new h1 -g $new4 -g $new6
	step='to join' && until_true 8 both_snooped $new4 $new6 || return 1
	step='to forward what is joined' &&
		until_true 5 forwarded 2 "$old4 $new4" "$old6 $new6" || return 1
	step='to tell its groups' && until_true 12 has_groups 4 || return 1
	leave new
	rm "$work/new.pid" # its number may be another's from now on
	step='to leave' && until_true 8 not snooped $new4 && until_true 8 not snooped $new6 ||
		return 1
	step='to forward only what is joined' &&
		until_true 5 forwarded 1 "$old4 $new4" "$old6 $new6" || return 1
	step='to tell its groups' && until_true 12 has_groups 2 || return 1
	step='to add an interface' && until_true 12 ctl add p downstream dn2 || return 1
	step='to read its file again' && until_true 12 ctl reload || return 1
	step='to forward what it forwarded before' &&
		until_true 5 forwarded 1 "$old4 $new4" "$old6 $new6" || return 1
}

ctl() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@"
}

has_groups() {
	[ "$(told_of r groups | wc -l)" = "$1" ]
}

# ---- what has to hold ----

# left_behind: in the kernel, a word for each. At the start rp_filter is on.
left_behind() {
	for family in 4 6; do
		ip_in r "-$family" mroute show table 77 2>/dev/null | sed 's/.*/route/'
		ip_in r "-$family" mrule show | sed -n 's/.* lookup 77 *$/rule/p'
	done
	for setting in 4:up0/mc_forwarding=0 4:dn1/mc_forwarding=0 6:up0/mc_forwarding=0 \
		6:dn1/mc_forwarding=0 4:all/rp_filter=1 4:up0/rp_filter=1 4:dn1/rp_filter=1; do
		file=${setting#*:} file=/proc/sys/net/ipv${setting%%:*}/conf/${file%=*}
		[ "$(in_space r cat "$file")" = "${setting#*=}" ] || echo "$setting"
	done
}

clean_up() {
	for family in 4 6; do
		while ip_in r "-$family" mrule del lookup 77 2>/dev/null; do :; done
	done
	for interface in all up0 dn1; do
		write r /proc/sys/net/ipv4/conf/$interface/rp_filter 1
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
	find_worker
	kill -TERM "$daemon" 2>/dev/null || :
	read_clock
	end=$((clock + 500))
	until ended "$daemon"; do
		read_clock
		if [ "$clock" -ge "$end" ]; then
			kill -KILL "$worker" "$daemon" 2>/dev/null || :
			step='to end at SIGTERM'
			status=hung
			return
		fi
		sleep 0.02
	done
	exit_status "$daemon"
}

# judge: what became of the run, in $verdict.
judge() {
	worked=yes
	scenario || worked=no
	finish
	if [ "$status" = hung ] || [ "$status" -gt 125 ]; then
		verdict="bad: status $status, it failed $step"
	elif [ "$(left_behind)" ] && ! complaints >/dev/null; then
		verdict="bad: it left $(left_behind | tr '\n' ' ')"
	elif [ "$(left_behind)" ]; then
		verdict="failed to remove $(left_behind | tr '\n' ' '): $(complaints | tail -n 1)"
	elif [ "$worked" = yes ] && [ "$status" = 0 ] && grep -q ' worker has ended ' "$work/r.log"; then
		verdict="replaced: $(complaints | head -n 1)"
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
	socket | socketpair | accept4 | open | openat | epoll_create1 | signalfd4 | memfd_create | \
		dup | dup2 | dup3)
		echo EMFILE ENFILE ENOMEM
		;;
	clone | clone3 | fork | vfork) echo EAGAIN ENOMEM ;;
	epoll_wait | epoll_pwait | poll | ppoll | wait4) echo EINTR ;;
	epoll_ctl | ftruncate) echo ENOMEM ENOSPC ;;
	recvmsg | recvmmsg | recvfrom) echo EINTR ENOBUFS ENOMEM ;;
	sendmsg | sendto) echo ENOBUFS ENETDOWN EPERM ;;
	setsockopt | getsockopt | ioctl) echo ENOMEM ENOBUFS EPERM ;;
	bind | listen) echo EADDRINUSE ENOMEM ;;
	connect) echo ECONNREFUSED ENOMEM ;;
	read | write | close | pread64 | pwrite64 | lseek) echo EINTR EIO ;;
	getrandom) echo EAGAIN ENOSYS ;;
	lchown | fchownat | chmod | fchmodat | unlink | unlinkat | mkdir | mkdirat | rmdir)
		echo EPERM EROFS
		;;
	lstat | newfstatat | fstat | statx | readlink | readlinkat) echo ENOMEM ;;
	rt_sigprocmask) echo EINVAL ;;
	fchdir | chroot | setgroups | setresgid | setresuid | capset | prctl | prlimit64 | kill)
		echo EPERM
		;;
	esac
}

# The monitor's are those of the program itself, which begin where main() looks whether its standard
# descriptors are open; the worker's are all: lines "PROCESS CALL POSITION ERROR".
list_positions() {
	process=$2
	awk -v every="$1" -v process="$process" '
		{ sub(/\(.*/, "", $1); n[$1]++ }
		process == "worker" || /"\/dev\/null"/ { began = 1 }
		began && !/^(exit|brk|mmap|rt_sigreturn|\+|-)/ && (n[$1] + NR) % every == 0 {
			print $1, n[$1]
		}' "$work/trace.$process" | while read -r call position; do
		# shellcheck disable=SC2046 # a list
		set -- $(errors_of "$call")
		[ $# != 0 ] || continue
		shift $((position % $#))
		echo "$process $call $position $1"
	done
}

# ---- one of several at work; each has a router of its own ----

# Takes positions from the standard input.
work_off() {
	topology 1
	receive old h1 -g $old4 -g $old6
	while read -r process call position error; do
		logs=
		start "$process" -o /dev/null -e "trace=$call" \
			-e "inject=$call:error=$error:when=$position$instead"
		judge
		echo "$process $call $position $error $verdict"
		case $verdict in bad*) sed 's/^/# /' "$work/r.log" ;; esac
	done
}

# How it goes when nothing fails.
record() {
	topology 1
	receive old h1 -g $old4 -g $old6
	for process in monitor worker; do
		start $process -o "$work/trace.$process"
		judge
		[ "$verdict" = unharmed ] || fail "without a fault: $verdict"
	done
}

if [ "${1-}" = --work ]; then
	work_off
	exit
fi
record
for process in monitor worker; do
	list_positions "${1:-1}" $process
done >"$work/positions"
split -n "r/${JOBS:-4}" "$work/positions" "$work/part."
for part in "$work"/part.*; do
	sh "$0" --work <"$part" >"$part.out" 2>&1 &
	workers="${workers-} $!"
done
# shellcheck disable=SC2086 # a list
wait $workers || :
cat "$work"/part.*.out | sort -k 1,2 -k 3,3n >"$work/verdicts"
cat "$work/verdicts"
awk '
	{ call = $1 " " $2 }
	NR == FNR { wanted[call]++; next }
	!(call in wanted) { next }
	{ done[call]++ }
	$5 == "bad:" { bad[call]++ }
	$5 == "unharmed" { unharmed[call]++ }
	$5 == "replaced:" { replaced[call]++ }
	$5 == "ended:" { ended[call]++ }
	$5 == "failed" { failed[call]++ }
	END {
		for (call in wanted) {
			wrong = bad[call] || done[call] != wanted[call]
			status = status || wrong
			printf "%s fault %s: %d of %d positions, %d unharmed, %d by another worker, " \
				"%d said what, %d ended, %d bad\n", wrong ? "not ok" : "ok", call,
				done[call], wanted[call], unharmed[call], replaced[call],
				failed[call], ended[call], bad[call]
		}
		exit status
	}' "$work/positions" "$work/verdicts"
