#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh TEST...: runs tests and ends with the slowest and "N passed, N failed, N skipped": of those
# on a network JOBS (6, in CI 2) at a time, as they wait for the most part, beside them half as many
# of the others, and one more afterwards; those first that took the longest the last time
# ($O/tests/seconds).
# A TEST is a script, one test, whose exit status is 0: passed, other: failed; or a program that
# prints a line "ok ..." or "not ok ..." for each of its tests. 77: skipped, the last line says why.
# If CI is set, a test that was skipped for want of a tool that apt-get could install has failed.
# Tests are given O (what was built), MCPROXY_BIN ($O/tests/bin) and a TMPDIR of their own, and are run
# under the command UNDER, if any. FAULTS (3, in CI 12; 0: all): allocations that fail in each transcript.
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
	mkdir "$RESULTS/$name" 2>/dev/null || return # another one has it
	kind=script limit=${LIMIT:-600} missing_tool=skip
	[ -z "${CI-}${CI_REQUIRE_TOOLS-}" ] || missing_tool='not ok'
	case $1 in
	tests/net/conformance.sh) kind=program && set -- sh tests/net/enter.sh sh "$1" ;;
	tests/net/*)
		limit=${CI:+300} limit=${limit:-120}
		row=$(sed -n "s/^${name#net-}  *//p" tests/net/list)
		# shellcheck disable=SC2086 # a script and its arguments
		[ -z "$row" ] || set -- tests/net/${row%% *}.sh ${row#* }
		set -- sh tests/net/enter.sh sh "$@"
		;;
	*/fuzz.sh | */syscalls.sh) kind=program && set -- sh "$1" ;;
	*.sh) set -- sh "$1" ;;
	*/replay) kind=program && set -- "$1" tests/replay/*.txt ;;
	*/sim) kind=program && set -- "$1" --check tests/sim/seeds.txt ;;
	*/fault)
		faults=${CI:+12}
		kind=program limit=1500 && set -- "$1" "-${FAULTS:-${faults:-3}}" tests/replay/*.txt
		;;
	*/fuzz)
		kind=program && set -- "$1" packet @tests/fuzz/corpus-packet.txt \
			conf @tests/fuzz/corpus-conf.txt control @tests/fuzz/corpus-control.txt
		;;
	*) kind=program ;;
	esac
	# shellcheck disable=SC2086 # a command and its options
	[ -z "${UNDER-}" ] || set -- $UNDER "$@"
	TMPDIR=$(mktemp -d) && export TMPDIR || exit 1
	began=0 ended=0
	read -r began _ </proc/uptime
	timeout -k 5 $limit "$@" >"$RESULTS/$name.log" 2>&1 </dev/null
	status=$?
	read -r ended _ </proc/uptime
	times >"$RESULTS/$name.times"
	awk -v name="$name" -v began="$began" -v ended="$ended" '
		NR == 2 { split($1, user, "m"); split($2, kernel, "m") }
		END { print name, ended - began, 60 * (user[1] + kernel[1]) + user[2] + kernel[2] }
		' "$RESULTS/$name.times" >"$RESULTS/$name.seconds"
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
# Those first that took the longest the last time; before them those that are new, as they come.
longest_first()
{
	awk -v file="$O/tests/seconds" '
		BEGIN { while ((getline line <file) > 0) { split(line, part); seconds[part[1]] = part[2] } }
		{
			name = $0
			sub(/^\.\//, "", name)
			sub(/.*tests\//, "", name)
			sub(/\.sh$/, "", name)
			gsub(/\//, "-", name)
			print (name in seconds ? seconds[name] : 100000 - NR), $0
		}' | sort -k 1,1nr | cut -d ' ' -f 2-
}

# Floods take whole processors, and peering.sh counts the packets of fast streams while they change
# their way: after all others, in CI one after the other.
flood='tests/net/(attack-|peering)' floods=${CI:+1}
jobs=${JOBS:-${CI:+2}} jobs=${jobs:-6} run=$0
printf '%s\n' "$@" | grep . | longest_first >"$RESULTS/tests"
others=${CI:+1}
each()
{
	xargs -r -P "$1" -n 1 sh "$run" --one
}
grep -v tests/net/ "$RESULTS/tests" | each "${others:-$(((jobs + 1) / 2))}" &
grep tests/net/ "$RESULTS/tests" | grep -vE "$flood" | each "$jobs"
# Those that are left, once more beside the others.
grep -v tests/net/ "$RESULTS/tests" | each 1
wait
grep -E "$flood" "$RESULTS/tests" | each "${floods:-2}"

cat "$RESULTS"/*.seconds >"$RESULTS/seconds" 2>/dev/null && [ -d "$O/tests" ] && {
	cat "$O/tests/seconds" "$RESULTS/seconds" 2>/dev/null |
		awk '{ line[$1] = $0 } END { for (name in line) print line[name] }' |
		sort >"$RESULTS/seconds.all"
	cp "$RESULTS/seconds.all" "$O/tests/seconds"
}
sort -k 2,2nr "$RESULTS/seconds" | awk '
	NR <= 5 { printf "%s %s %.0f s", (NR > 1 ? "," : "slowest:"), $1, $2 }
	END { if (NR) print "" }'
cat "$RESULTS"/*.result 2>/dev/null | awk '
	/^ok/ { passed++ }
	/^not ok/ { failed++ }
	/^skip/ { skipped++ }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || NR == 0
	}'
