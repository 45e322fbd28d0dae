#!/bin/sh
# SPDX-License-Identifier: MIT
#
# conformance.sh [DIRECTORY]: plays the transcripts of DIRECTORY (that of this script) and prints
# for each rule of its file RULES what shows it, and whether it holds. The exit status is 0 if every
# rule has something that shows it, all of that passes, and every transcript is named by a rule
# after whose RFC and section it is named. O is where the tests were built.
set -u

here=$(dirname "$0")
directory=${1:-$here}
built=${O:-build}/tests
tree=$here/../..
results=$(mktemp -d) && trap 'rm -rf "$results"' EXIT || exit 1

[ -x "$built/replay" ] || { echo 'built by: make check-replay' && exit 77; }

"$built/replay" "$directory"/*.txt >"$results/replay"

# A line NAME RESULT TEXT for each thing that RULES may name.
for transcript in "$directory"/*.txt; do
	name=$(basename "$transcript" .txt)
	if grep -qxF "ok $transcript" "$results/replay"; then
		echo "$name ok $(head -n 1 "$transcript")"
	else
		echo "$name failed $(grep -F "not ok $transcript:" "$results/replay")"
	fi
done >"$results/shown"
for name in $(sed -n 's/^	//p' "$directory/RULES" | tr ' ' '\n' | sort -u); do
	case $name in
	unit/*)
		[ -x "$built/$name" ] || continue
		"$built/$name" >"$results/unit" 2>&1
		case $? in
		0) echo "$name ok" ;;
		77) echo "$name skipped $(tail -n 1 "$results/unit")" ;;
		*) echo "$name failed $(grep '^not ok' "$results/unit" | head -n 1)" ;;
		esac
		;;
	net/* | tree/*)
		if [ -e "$tree/tests/$name.sh" ] ||
			grep -q "^${name#net/} " "$tree/tests/net/list"; then
			echo "$name named"
		fi
		;;
	esac
done >>"$results/shown"

awk -f "$here/conformance.awk" "$results/shown" "$directory/RULES"
