#!/bin/sh
# SPDX-License-Identifier: MIT
# A service manager is told when the daemon is ready, reads its file again and ends, and, as often as
# it wants, that it lives: all by the process that it has started, whatever becomes of the worker. The
# daemon does all of this with the capabilities that configs/systemd/mcproxy.service leaves it.

. "${0%/*}/lib.sh"

manager=$O/tests/net/manager
[ -x "$manager" ] || skip "$manager is missing: built by make check-net"
# The configuration that is tested may be without it; another one has everything.
grep -q 'ENABLE_SYSTEMD 1' "$O/config.h" || MCPROXY_BIN=$O/full/bin
[ -x "$MCPROXY_BIN/mcproxy" ] || skip "$MCPROXY_BIN/mcproxy is missing: built by make check-net"

# manage NAME: a manager's socket; what it hears is in $heard
manage() {
	heard=$work/heard
	start_in r "$manager" "$1" >"$heard" 2>"$work/manager.log"
	manager_pid=$!
	wait_for 5 "the manager listens" grep -q open "$heard"
}

# told: what it was told, but that the daemon lives; the time that is in it as N
told() {
	grep -v WATCHDOG= "$heard" | sed -n 's/^[0-9]* [0-9]* //; s/_USEC=[0-9]*/_USEC=N/; 2,$p'
}

# is_told TEXT: the last that it was told
is_told() {
	[ "$(told | tail -n 1)" = "$1" ]
}

# has_said TEXT COUNT: it was told TEXT so often
has_said() {
	[ "$(told | grep -c -x -F "$1")" = "$2" ]
}

# is_another_worker PID: than that one
is_another_worker() {
	find_worker
	[ "$worker" != "$daemon" ] && [ "$worker" != "$1" ]
}

topology 2
manage "$work/notify"
capabilities=$(sed -n 's/^CapabilityBoundingSet=//p' configs/systemd/mcproxy.service |
	tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
[ "$capabilities" ] || fail "no CapabilityBoundingSet in the unit"
daemon_env="env NOTIFY_SOCKET=$work/notify WATCHDOG_USEC=1000000
	setpriv --bounding-set=-all,$capabilities"
start_daemon "$plain pinstance p set rp-filter off;"
wait_for 5 "it says that it is ready" is_told READY=1

# its file
reloading="RELOADING=1 MONOTONIC_USEC=N"
kill -HUP "$daemon"
wait_for 5 "it has read its file again" has_said READY=1 2
equal "what it has said" "$(told | tr '\n' ,)" "READY=1,$reloading,READY=1,"
grep -q "RELOADING" "$heard" && awk '
	/RELOADING/ {
		split($0, part, "USEC=")
		if (part[2] / 1000 > $1 + 1 || part[2] / 1000 < $1 - 5000)
			exit 1
	}' "$heard" || fail "this is another time than that of the reload: $(grep RELOADING "$heard")"
echo nonsense >>"$work/r.conf"
kill -HUP "$daemon"
wait_for 5 "it goes on with what it had" has_said READY=1 3
equal "what it has said" "$(told | tail -n 2 | tr '\n' ,)" "$reloading,READY=1,"

# the worker
find_worker
old=$worker
if [ "$old" != "$daemon" ]; then
	printf 'set control "%s"; set pidfile "%s";\n%s\n' "$work/r.sock" "$work/pid" "$plain" \
		>"$work/r.conf"
	kill -HUP "$daemon"
	wait_for 5 "another worker has taken the program's settings" has_said READY=1 4
	assert "it is another one" is_another_worker "$old"
	equal "the pid file" "$(cat "$work/pid")" "$daemon"
	old=$worker
	kill -KILL "$old"
	wait_for 5 "another worker runs" is_another_worker "$old"
	told | tail -n 1 | grep -q '^STATUS=the worker has ended with signal 9; ' ||
		fail "nothing is said of its death: $(told)"
	has_said READY=1 4 || fail "the service was ready all the time"
fi

if grep -E 'cannot|not permitted' "$work/r.log"; then
	fail "the unit's capabilities are not enough"
fi

# it lives: twice a second, and not by anybody else
alive() {
	[ "$(grep -c WATCHDOG=1 "$heard")" -ge "$1" ]
}
wait_for 8 "it has said ten times that it lives" alive 10
kill -TERM "$daemon"
exit_status "$daemon"
equal "exit status" "$status" 0
wait_for 5 "it says that it ends" is_told STOPPING=1
awk -v pid="$daemon" '
	NR > 1 && $2 != pid { print "process " $2 " said " $3; bad = 1 }
	/WATCHDOG/ {
		if (last && ($1 - last > 900 || $1 - last < 400)) {
			print "after " $1 - last " ms: " $0
			bad = 1
		}
		last = $1
	}
	END { exit bad }' "$heard" || fail "see above"

# an abstract socket; a watchdog that is another process's
kill -KILL "$manager_pid"
manage "@mcproxy-$$"
daemon_env="env NOTIFY_SOCKET=@mcproxy-$$ WATCHDOG_USEC=10000 WATCHDOG_PID=1"
start_daemon "$plain"
wait_for 5 "it says that it is ready" is_told READY=1
"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" stop
exit_status "$daemon"
wait_for 5 "it says that it ends" is_told STOPPING=1
equal "what it has said" "$(tail -n +2 "$heard" | cut -d ' ' -f 3 | tr '\n' ,)" READY=1,STOPPING=1,

# none that listens
daemon_env="env NOTIFY_SOCKET=$work/nobody WATCHDOG_USEC=10000"
start_daemon "$plain"
stop_daemon
