#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh TEST...: runs tests, JOBS (4) at a time, and ends with "N passed, N failed, N skipped".
# A TEST is a script, one test, whose exit status is 0: passed, other: failed; or a program that
# prints a line "ok ..." or "not ok ..." for each of its tests. 77: skipped, the last line says why.
# If CI is set, a test that was skipped for want of a tool that apt-get could install has failed.
# Tests are given O (what was built), MCPROXY_BIN ($O/tests/bin) and a TMPDIR of their own, and are run
# under the command UNDER, if any. FAULTS (12; 0: all): allocations that fail in each transcript.
set -u
export O="${O:-$PWD/build}"
export MCPROXY_BIN="${MCPROXY_BIN:-$O/tests/bin}"

# The line of a result, counted; a failure shows the end of what the test said.
report()
{
	printf '%s\n' "$1" | tee -a "$RESULTS/$name.result"
	case $1 in 'not ok'*) tail -n 30 "$RESULTS/$name.log" | sed 's/^/    /' ;; esac
}

# A test that was killed by `timeout` ends with 124, or 137 if it would not go.
reason_of_status()
{
	case $status in
	124 | 137) echo "no end after $limit s" ;;
	*) echo "exit status $status" ;;
	esac
}

report_script()
{
	case $status in
	0) report "ok $name" ;;
	77)
		reason=$(tail -n 1 "$RESULTS/$name.log")
		case $reason in
		*'apt-get install'*) report "$missing_tool $name: $reason" ;;
		*) report "skip $name: $reason" ;;
		esac
		;;
	*) report "not ok $name: $(reason_of_status)" ;;
	esac
}

report_program()
{
	passed=$(grep -c '^ok ' "$RESULTS/$name.log")
	grep '^ok ' "$RESULTS/$name.log" >"$RESULTS/$name.result"
	if grep '^not ok ' "$RESULTS/$name.log"; then
		grep '^not ok ' "$RESULTS/$name.log" >>"$RESULTS/$name.result"
	elif [ "$status" != 0 ]; then
		report "not ok $name: $(reason_of_status)"
	elif [ "$passed" = 0 ]; then
		report "not ok $name: it tested nothing"
	else
		echo "ok $name: $passed tests"
	fi
}

run_one()
{
	name=$(echo "$1" | sed 's,^\./,,; s,.*tests/,,; s,\.sh$,,; s,/,-,g')
	kind=script limit=600 missing_tool=skip
	[ -z "${CI-}${CI_REQUIRE_TOOLS-}" ] || missing_tool='not ok'
	case $1 in
	tests/net/conformance.sh) kind=program && set -- sh tests/net/enter.sh sh "$1" ;;
	tests/net/*) limit=${CI:+300} limit=${limit:-120} && set -- sh tests/net/enter.sh sh "$1" ;;
	*/fuzz.sh | */syscalls.sh) kind=program && set -- sh "$1" ;;
	*.sh) set -- sh "$1" ;;
	*/replay) kind=program && set -- "$1" tests/replay/*.txt ;;
	*/sim) kind=program && set -- "$1" --check tests/sim/seeds/*.txt ;;
	*/fault) kind=program limit=1500 && set -- "$1" "-${FAULTS:-12}" tests/replay/*.txt ;;
	*/fuzz)
		kind=program && set -- "$1" packet @tests/fuzz/corpus-packet.txt \
			conf @tests/fuzz/corpus-conf.txt control @tests/fuzz/corpus-control.txt
		;;
	*) kind=program ;;
	esac
	# shellcheck disable=SC2086 # a command and its options
	[ -z "${UNDER-}" ] || set -- $UNDER "$@"
	TMPDIR=$(mktemp -d) && export TMPDIR || exit 1
	timeout -k 5 $limit "$@" >"$RESULTS/$name.log" 2>&1 </dev/null
	status=$?
	rm -rf "$TMPDIR"
	[ "$status" != 77 ] || kind=script
	report_$kind
}

if [ "${1-}" = --one ]; then
	run_one "$2"
	exit 0
fi

# A test's own make is none of the make's that runs the tests.
unset MAKEFLAGS MFLAGS MAKELEVEL
RESULTS=$(mktemp -d) && export RESULTS && trap 'rm -rf "$RESULTS"' EXIT
# pick PATTERN-OPTION JOBS TEST...: those tests, so many at a time
pick()
{
	option=$1 jobs=$2
	shift 2
	printf '%s\n' "$@" | grep "$option" -e /attack- | xargs -r -P "$jobs" -n 1 sh "$0" --one
}

# Floods take whole processors.
if [ $# != 0 ]; then
	pick -v "${JOBS:-4}" "$@"
	attacks=${CI:+1}
	pick -i "${attacks:-2}" "$@"
fi
cat "$RESULTS"/*.result 2>/dev/null | awk '
	/^ok/ { passed++ }
	/^not ok/ { failed++ }
	/^skip/ { skipped++ }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || NR == 0
	}'
