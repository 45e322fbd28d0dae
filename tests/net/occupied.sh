#!/bin/sh
# SPDX-License-Identifier: MIT
# What a daemon cannot do without is named in one line: the rights, and the multicast routing
# socket, with the process that holds it; a wrong command line ends with status 2 and the usage.

. "${0%/*}/lib.sh"

# refuses STATUS COMMAND...: it ends at once, with one line of stderr, in $line
refuses() {
	refuses_expected=$1
	shift
	status=0
	in_space r timeout 5 "$@" >"$work/out" 2>"$work/err" || status=$?
	equal "exit status of $*" "$status" "$refuses_expected"
	equal "lines of stderr of $*" "$(wc -l <"$work/err")" 1
	line=$(cat "$work/err")
}

# mentions TEXT: the line does
mentions() {
	case $line in
	*"$1"*) ;;
	*) fail "no '$1' in '$line'" ;;
	esac
}

topology 2
printf 'set control "%s";\n%s\n' "$work/second.sock" "$plain" >"$work/second.conf"

# root without capabilities
refuses 1 setpriv --bounding-set=-all --inh-caps=-all \
	"$MCPROXY_BIN/mcproxy" -f "$work/second.conf"
mentions root

start_daemon "$plain"
refuses 1 "$MCPROXY_BIN/mcproxy" -f "$work/second.conf"
mentions "$daemon"
mentions mcproxy
[ ! -e "$work/second.sock" ] || fail "the second daemon left its socket file behind"
assert "the first daemon answers" asked running

refuses 2 "$MCPROXY_BIN/mcproxy" -z
mentions "Usage: mcproxy "
refuses 2 "$MCPROXY_BIN/mcproxy" -f "$work/second.conf" superfluous
mentions "Usage: mcproxy "
refuses 1 "$MCPROXY_BIN/mcproxy" -f "$work/missing.conf"
mentions "$work/missing.conf"

echo 'disable;' >"$work/second.conf"
status=0
in_space r timeout 5 "$MCPROXY_BIN/mcproxy" -f "$work/second.conf" 2>"$work/err" || status=$?
equal "exit status of a disabled daemon" "$status" 0
stop_daemon
