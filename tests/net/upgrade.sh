#!/bin/sh
# SPDX-License-Identifier: MIT
# The program is replaced under a stream by the one that is on disk by then, again and again: nothing is
# lost, nothing comes twice, the process id stays, and so does what was said at run time. One that
# cannot take over is refused, and everything goes on. UPGRADES (10; CI: 100).

. "${0%/*}/lib.sh"

upgrades=${UPGRADES:-10}
[ -z "${CI-}" ] || upgrades=${UPGRADES:-100}
groups=50

ctl() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@" >"$work/ctl" 2>&1
}

# install_program FILE: in the place of the one that runs, at once
install_program() {
	cp "$1" "$work/new" && chmod 755 "$work/new" && mv "$work/new" "$work/mcproxy"
}

# upgraded OLD: another worker than OLD answers, of the program on disk
upgraded() {
	find_worker
	[ "$worker" != "$1" ] && [ "$worker" != "$daemon" ] &&
		[ "$(readlink "/proc/$daemon/exe")" = "$work/mcproxy" ] && asked running
}

# refused FILE: what is in its place does not take over
refused() {
	find_worker
	before=$worker
	install_program "$1"
	! ctl upgrade || fail "$1 has taken over"
	grep -q 'cannot take over' "$work/ctl" || fail "no reason in '$(cat "$work/ctl")'"
	find_worker
	equal "the worker" "$worker" "$before"
	assert "it runs" asked running
}

film_known() {
	[ "$(told_of r groups | grep -c '	dn1	')" = $((2 * groups)) ] &&
		[ "$(snooped_count)" = $((2 * groups)) ]
}

topology 2
program=$(readlink -f "$MCPROXY_BIN/mcproxy")
install_program "$program"
printf 'set control "%s"; set pidfile "%s";\n%s\n' "$work/r.sock" "$work/pid" \
	"$plain $(alone "$plain")" >"$work/r.conf"
logs=$work/r.log
start_in r "$work/mcproxy" -f "$work/r.conf" 2>"$work/r.log"
daemon=$!
wait_for 5 "mcproxy answers" asked running
ctl set pinstance p downstream dn2 robustness 5 || fail "$(cat "$work/ctl")"
# shellcheck disable=SC2046 # a list
set -- $(seq 1 $groups | sed 's/.*/-g 239.9.53.& -g ff15::9:53:&/')
receive film h1 "$@"
wait_for 10 "the groups are known" film_known
start_in src "$MCPROXY_BIN/mcproxy-send" -i br0 -T -C 0 -R 40 "$@" >"$work/sender.send" \
	2>"$work/sender.log"
echo "$!" >"$work/sender.pid"

count=0
while [ "$count" -lt "$upgrades" ]; do
	count=$((count + 1))
	find_worker
	before=$worker
	install_program "$program"
	ctl upgrade || fail "mcproxy-ctl upgrade: $(cat "$work/ctl")"
	wait_for 5 "the program on disk runs" upgraded "$before"
	equal "the pid file" "$(cat "$work/pid")" "$daemon"
done
wait_for 5 "the groups are known" film_known
equal "what was said at run time" \
	"$(told_of r interfaces | awk -F '\t' '$2 == "dn2" && $3 == "igmp" { print $11 }')" 5

# not a program; one that fails; a file that it does not understand
printf 'nothing' >"$work/bad"
refused "$work/bad"
printf '#!/bin/sh\nexit 1\n' >"$work/bad"
refused "$work/bad"
cp "$work/r.conf" "$work/good.conf"
echo 'nonsense' >>"$work/r.conf"
refused "$program"
mv "$work/good.conf" "$work/r.conf"
find_worker
before=$worker
ctl upgrade || fail "mcproxy-ctl upgrade: $(cat "$work/ctl")"
wait_for 5 "the program on disk runs" upgraded "$before"

# it may still die, and be told to read its file
before=$worker
kill -KILL "$worker"
wait_for 5 "another worker runs" upgraded "$before"
kill -HUP "$daemon"
reloaded() {
	grep -q 'has been read again' "$work/r.log"
}
wait_for 5 "the file has been read again" reloaded
equal "what was said at run time" \
	"$(told_of r interfaces | awk -F '\t' '$2 == "dn2" && $3 == "igmp" { print $11 }')" 2
stop_stream sender
sleep 0.2 # for whoever has to read the last packet
leave film
got film "$sent"
echo "$sent packets, $upgrades programs replaced, 0 lost"
stop_daemon
[ ! -e "$work/pid" ] || fail "the pid file is still there"
[ ! -e "$work/r.sock" ] || fail "the socket is still there"
