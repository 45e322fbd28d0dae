#!/bin/sh
# SPDX-License-Identifier: MIT
# The options of the daemon: into the background and back with what went wrong, the reverse path
# filter off and on again, the status shown, the kernel checked, a file only read.

. "${0%/*}/lib.sh"

# ends STATUS ARGUMENTS...: in $work/out and $work/err what it says
ends() {
	ends_expected=$1
	shift
	status=0
	in_space r timeout 10 "$MCPROXY_BIN/mcproxy" "$@" >"$work/out" 2>"$work/err" || status=$?
	equal "exit status of mcproxy $*" "$status" "$ends_expected"
}

rp_filters() {
	in_space r sh -c 'cd /proc/sys/net/ipv4/conf && cat up0/rp_filter dn1/rp_filter all/rp_filter' |
		tr '\n' ' '
}

gone() {
	[ ! -d "/proc/$1" ]
}

topology 1
printf 'set control "%s";\n%s\n' "$work/r.sock" 'pinstance p: up0 ==> dn1;' >"$work/r.conf"
logs=$work/err

# -n: nothing to say; what is wrong, with line and column
ends 0 -n -f "$work/r.conf"
equal "what -n says" "$(cat "$work/out" "$work/err")" ''
echo 'pinstance p: up0 ==> dn1 dn1;' >"$work/bad.conf"
ends 1 -n -f "$work/bad.conf"
grep -q "bad.conf:1:26: found 'dn1'" "$work/err" || fail "no place in '$(cat "$work/err")'"

# -c: what mcproxy-check says of the kernel
ends 0 -c
grep -q '^ok .*IPv4 multicast routing: ' "$work/out" || fail "no IPv4 in '$(cat "$work/out")'"
grep -q '^ok .*IPv6 multicast routing: ' "$work/out" || fail "no IPv6 in '$(cat "$work/out")'"

# as the first C++ mcproxy was started, and what its files have that says nothing here
cat >"$work/old.conf" <<'EOF'
set control "/run/old.sock";; PROTOCOL IGMPv3;
pinstance v4Proxy: "up0" ==> "dn1";
pinstance v4Proxy throttle 50 holdtime 1000;
EOF
for words in "-svv -c $work/old.conf" "$work/old.conf"; do
	# shellcheck disable=SC2086 # several words
	start_in r "$MCPROXY_BIN/mcproxy" $words >"$work/out" 2>"$work/err"
	daemon=$!
	wait_for 5 "mcproxy $words answers" "$MCPROXY_BIN/mcproxy-stat" -s /run/old.sock -q healthy
	stop_daemon
	grep -q "old.conf:3:19: found 'throttle'" "$work/err" || fail "no warning in '$(cat "$work/err")'"
done
ends 1 "$work/missing.conf"
grep -q "missing.conf: No such file" "$work/err" || fail "what is missing? '$(cat "$work/err")'"
ends 2 -f "$work/r.conf" "$work/old.conf"
grep -q "unexpected '$work/old.conf'" "$work/err" || fail "it does not say what is too much"
ends 2 "$work/r.conf" "$work/old.conf"
grep -q "unexpected '$work/old.conf'" "$work/err" || fail "it does not say what is too much"

# -B: what was called ends with 0 when the daemon answers, and what it leaves is not the terminal's
ends 0 -B -f "$work/r.conf" -p "$work/pid"
assert "the daemon answers at once" asked running
daemon=$(cat "$work/pid")
pids="$pids $daemon"
for fd in 0 1 2; do
	equal "descriptor $fd of the daemon" "$(readlink "/proc/$daemon/fd/$fd")" /dev/null
done

# ... or with the daemon's own status, and the reason
ends 1 -B -f "$work/r.conf"
grep -q "r.sock: another daemon listens there" "$work/err" || fail "no reason in '$(cat "$work/err")'"
ends 1 -B -f "$work/bad.conf"
grep -q 'bad.conf:1:26:' "$work/err" || fail "no place in '$(cat "$work/err")'"
ends 0 -c
grep -q "in use by mcproxy (pid $daemon)" "$work/out" || fail "-c does not name the daemon"
kill -TERM "$daemon"
wait_for 5 "the daemon has ended" gone "$daemon"
[ ! -e "$work/pid" ] || fail "the pid file is still there"

# -r: off for all interfaces, also those that come later, and restored at the end
for interface in up0 dn1 all; do
	write r "/proc/sys/net/ipv4/conf/$interface/rp_filter" 1
done
start_in r "$MCPROXY_BIN/mcproxy" -r -f "$work/r.conf" 2>"$work/r.log"
daemon=$!
wait_for 5 "mcproxy answers" asked running
equal "rp_filter with -r" "$(rp_filters)" '0 0 0 '
ip_in r link del dn1
ip_in r link add dn1 type veth peer name dn1-
wait_for 5 "the filter of a new dn1 is off" is '0 0 0 ' rp_filters
stop_daemon
case $(rp_filters) in
1' '?' 1 ') ;;
*) fail "rp_filter is not restored: $(rp_filters)" ;;
esac

# -s: the status, again and again; its process ends with the daemon
start_in r "$MCPROXY_BIN/mcproxy" -s -f "$work/r.conf" >"$work/out" 2>"$work/r.log"
daemon=$!
shown() {
	[ "$(grep -c '^INSTANCE .*FORWARDING' "$work/out")" -ge "$1" ]
}
wait_for 5 "the status is shown" shown 1
grep -q '^up0 .*upstream' "$work/out" || fail "no interfaces in the status"
wait_for 5 "it is shown again" shown 2
find_reader() {
	for reader in $(cat "/proc/$daemon/task/$daemon/children"); do
		[ "$reader" = "$worker" ] || return 0
	done
	return 1
}
find_worker
wait_for 5 "somebody shows it" find_reader
kill -KILL "$daemon"
wait_for 5 "who shows it has ended" ended "$reader"
exit_status "$daemon"
wait_for 5 "the worker has ended" ended "$worker"

# It may end before, too, and is waited for
rm "$work/r.sock"
start_in r "$MCPROXY_BIN/mcproxy" -s -f "$work/r.conf" >"$work/out" 2>"$work/r.log"
daemon=$!
wait_for 5 "the status is shown by another" shown 1
find_worker
wait_for 5 "somebody shows it" find_reader
kill -KILL "$reader"
waited_for() {
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" >/dev/null && gone "$reader"
}
wait_for 5 "who showed it is waited for" waited_for
kill -TERM "$daemon"
exit_status "$daemon"
equal "exit status" "$status" 0
