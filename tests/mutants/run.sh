#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh: does a test fail if the product has a fault? Each mutant is one, made in a copy of the tree
# in O: `ok NAME: killed by TEST`, or `not ok NAME: survived`, which is a test that is missing. So
# is a mutant whose code is not found, or found twice: whoever changes the code changes the mutant.
#
# A mutant is written in a .txt file of this directory as in a patch: "-" code that goes, "+" code
# that comes, " " code that stays; whole lines, which must be somewhere in proto/ or core/ once,
# however they are indented or broken. `breaks` says what users would notice, `try` names tests of
# unit/ and net/ that are likely to. Then come all others but those of net/, the quick ones first.
#
# MUTANTS: names of mutants or lists (all). JUDGES: sorts of tests (all). ALL=1: every sort that fails
# is named, not only the first. QUICK=1: of unit/ and net/ only what is to be tried, and neither sim
# nor fault. LOOK=1: just looks for the code. SEEDS: of sim (40).
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL
here=tests/mutants
tree=${O:?}
CC=${CC:-cc}
judges=${JUDGES:-unit replay fuzz sim fault net}

found=$(mktemp -d) || exit 1
trap 'rm -rf "$found"' EXIT
log=$found/.log
mutants=$(awk '/^mutant / { print $2 }' $here/*.txt)
# shellcheck disable=SC2046 # a list
awk -f $here/find.awk -v out="$found" $here/*.txt $(find proto core -name '*.[ch]') \
	>"$found/.missing"

if [ -n "${LOOK-}" ]; then
	cat "$found/.missing"
	[ ! -s "$found/.missing" ]
	exit
fi

# The sources are copied anew, what was built of them stays. All options are on.
prepare()
{
	mkdir -p "$tree" || exit 1
	for part in Makefile Config.in configs proto core applets tests; do
		rm -rf "${tree:?}/$part"
		cp -Rp $part "$tree" || exit 1
	done
	sed 's/^# \(CONFIG_.*\) is not set$/\1=y/' configs/default_defconfig >"$tree/.config"
}

build()
{
	(cd "$tree" && nice make -s O=build KCONFIG_CONFIG=.config CC="$CC" CFLAGS=-O0 "$@") >"$log" 2>&1
}

# run TEST...: true, and $killer, if one fails; $skipped, if one was.
run()
{
	(
		cd "$tree" || exit
		# What has no end shall not take all memory.
		# shellcheck disable=SC3045 # most shells have it
		ulimit -v 4000000 2>/dev/null
		O=$tree/build LIMIT=100 nice sh tests/run.sh "$@"
	) >"$log" 2>&1
	case $(tail -n 1 "$log") in
	*' 0 failed, 0 skipped') return 1 ;;
	*' 0 failed, '*)
		skipped=1
		return 1
		;;
	esac
	killer=$(sed -n 's/^not ok //p' "$log" | head -n 1)
	killer=${killer:-$*}
}

# A program that does not build any more with the product is as good as one that fails.
is_killed_by()
{
	case $1 in
	net/*) build net-programs ;;
	*) build "build/tests/$1" ;;
	esac || {
		killer="$1, which does not build"
		return 0
	}
	case $1 in
	net/*) run "tests/$1.sh" ;;
	sim)
		run build/tests/sim && return
		killer=$(cd "$tree" && timeout -k 5 100 nice build/tests/sim --seeds "${SEEDS:-40}" 2>&1) &&
			return 1
		killer="sim: $(echo "$killer" | tail -n 1)"
		;;
	*) run "build/tests/$1" ;;
	esac
}

# The tests for a mutant of FILE, in order: what costs little and finds much, what is likely to fail,
# the others.
tests_for()
{
	case $1 in proto/*) echo replay ;; esac
	for test in $2; do
		case $test in net/*) ;; *) echo "$test" ;; esac
	done
	echo fuzz
	if [ -z "${QUICK-}" ]; then
		for test in tests/unit/*.c; do
			test=${test#tests/}
			case " $2 " in *" ${test%.c} "*) ;; *) echo "${test%.c}" ;; esac
		done
		case $1 in proto/*) echo sim && echo fault ;; esac
	fi
	for test in $2; do
		case $test in net/*) echo "$test" ;; esac
	done
}

# judge FILE TRIES: sets $killers.
judge()
{
	killers='' skipped='' done=''
	for test in $(tests_for "$1" "$2"); do
		case " $judges " in *" ${test%%/*} "*) ;; *) continue ;; esac
		case " $done " in *" ${test%%/*} "*) continue ;; esac
		is_killed_by "$test" || continue
		killers="$killers${killers:+; }$killer"
		[ -n "${ALL-}" ] || return
		done="$done ${test%%/*}"
	done
}

# mutate FILE FIRST LAST NAME: with what stands from line 6 on in place of those lines.
mutate()
{
	{
		sed -n "1,$(($2 - 1))p" "$1"
		sed 1,5d "$found/$4"
		sed "1,$3d" "$1"
	} >"$tree/$1"
}

try()
{
	if [ ! -e "$found/$1" ]; then
		grep "^not ok $1: " "$found/.missing"
		return
	fi
	{
		read -r file
		read -r first
		read -r last
		read -r tries
		read -r breaks
	} <"$found/$1"
	for test in $tries; do
		if [ ! -e "tests/$test.c" ] && [ ! -e "tests/$test.sh" ] &&
			! grep -q "^${test#net/} " tests/net/list; then
			echo "not ok $1: there is no test $test"
			return
		fi
	done
	mutate "$file" "$first" "$last" "$1"
	if ! build build/libmcproxy.a; then
		echo "not ok $1: it does not compile"
		sed 's/^/    /' "$log" | head -n 10
	else
		judge "$file" "$tries"
		if [ -n "$killers" ]; then
			echo "ok $1: killed by $killers"
		elif [ -n "$skipped" ]; then
			echo "skip $1: survived, but not all tests could be run"
		else
			echo "not ok $1: survived: $breaks"
		fi
	fi
	cp "$file" "$tree/$file"
}

# Nothing is killed by a test that fails anyway.
check_sound()
{
	judge proto/ ''
	[ -n "$killers" ] || return
	echo "not ok the tree as it is: $killers"
	exit
}

wanted()
{
	for name in ${MUTANTS:-$mutants}; do
		if [ -e "$here/$name.txt" ]; then
			awk '/^mutant / { print $2 }' "$here/$name.txt"
		else
			echo "$name"
		fi
	done
}

prepare
{
	[ -n "${MUTANTS-}" ] || check_sound
	for name in $(wanted); do
		try "$name"
	done
} | tee "$found/.result"
awk '
	/^ok/ { passed++ }
	/^not ok/ { failed++ }
	/^skip/ { skipped++ }
	END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || NR == 0
	}' "$found/.result"
