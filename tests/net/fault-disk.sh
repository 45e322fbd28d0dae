#!/bin/sh
# SPDX-License-Identifier: MIT
# The pid file on a disk that is full: a start fails and says why, and leaves no empty file; a daemon
# that runs keeps the old one, goes on, and writes the new one as soon as there is room.

. "${0%/*}/lib.sh"

is_written() {
	[ "$(cat "$work/disk/pid" 2>/dev/null)" = "$daemon" ]
}

topology 2
mkdir "$work/disk"
mount -t tmpfs -o size=4k tmpfs "$work/disk" || skip "no tmpfs can be mounted"
head -c 4096 /dev/zero >"$work/disk/full"
if echo more >"$work/disk/more" 2>/dev/null; then
	skip "this disk takes more than it should"
fi
rm "$work/disk/more"

printf 'set control "%s"; set pidfile "%s";\n%s\n' "$work/r.sock" "$work/disk/pid" "$plain $(alone "$plain")" \
	>"$work/r.conf"
status=0
in_space r timeout 5 "$MCPROXY_BIN/mcproxy" -f "$work/r.conf" 2>"$work/err" || status=$?
equal "exit status" "$status" 1
grep -q "$work/disk/pid: No space left on device" "$work/err" ||
	fail "it did not say why: '$(cat "$work/err")'"
[ ! -e "$work/disk/pid" ] || fail "an empty pid file is left"
[ ! -e "$work/r.sock" ] || fail "the socket is left"
equal "VIFs" "$(in_space r cat /proc/net/ip_mr_vif | tail -n +2 | wc -l)" 0

# while it runs
start_daemon "set pidfile \"$work/pid\"; $plain"
receive one h1 -g 239.9.38.1 -g ff15::9:26:1
for group in 239.9.38.1 ff15::9:26:1; do
	wait_for 5 "dn1 has $group" asked group $group dn1
done
stream film src br0 -g 239.9.38.1 -g ff15::9:26:1
printf 'set control "%s"; set pidfile "%s";\n%s\n' "$work/r.sock" "$work/disk/pid" "$plain $(alone "$plain")" \
	>"$work/r.conf"
kill -HUP "$daemon"
wait_for 5 "it says that there is no room" grep -q "$work/disk/pid: No space left" "$work/r.log"
wait_for 5 "it says so when it is asked, too" eval \
	'not asked healthy && asked running'
equal "the old pid file" "$(cat "$work/pid")" "$daemon"
[ ! -e "$work/disk/pid" ] || fail "an empty pid file is left"
rm "$work/disk/full"
wait_for 20 "the pid file is written" is_written
[ ! -e "$work/pid" ] || fail "the old pid file is still there"
wait_for 5 "it is healthy" asked healthy
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
[ ! -e "$work/disk/pid" ] || fail "the pid file is still there"
umount "$work/disk"
