#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The runner of the tests counts what passes, fails, hangs up or is skipped, and says so.
set -eu

cd "$TMPDIR"
run=$OLDPWD/tests/run.sh
test_of()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

# $1: the wanted last line; $2: the wanted exit status; the rest: tests.
expect()
{
	line=$1 wanted=$2
	shift 2
	status=0
	sh "$run" "$@" >log || status=$?
	cat log
	[ "$(tail -n 1 log)" = "$line" ]
	[ "$status" = "$wanted" ]
}

test_of pass.sh true
test_of fail.sh 'echo the reason; exit 3'
test_of skip.sh 'echo no such kernel; exit 77'
test_of tool.sh 'echo no tool: apt-get install tool; exit 77'
test_of two 'echo ok one; echo noise; echo ok two'
test_of mixed 'echo ok one; echo not ok two; exit 1'
test_of crash 'echo ok one; kill -SEGV $$'
test_of empty true

unset CI CI_REQUIRE_TOOLS
export O="$TMPDIR"
expect '3 passed, 0 failed, 2 skipped' 0 ./pass.sh ./skip.sh ./tool.sh ./two
grep '^slowest: [a-z]* 0 s, ' log
grep '^skip .*: no such kernel' log
expect '0 passed, 1 failed, 0 skipped' 1 ./fail.sh
grep 'the reason' log
expect '1 passed, 1 failed, 0 skipped' 1 ./mixed
expect '1 passed, 1 failed, 0 skipped' 1 ./crash
expect '0 passed, 1 failed, 0 skipped' 1 ./empty
expect '0 passed, 0 failed, 0 skipped' 1
export CI=true
expect '1 passed, 1 failed, 1 skipped' 1 ./pass.sh ./skip.sh ./tool.sh
