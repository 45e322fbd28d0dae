#!/bin/sh
# SPDX-License-Identifier: MIT
#
# coverage.sh: lines and branches of proto/, and for information of core/, that the unit tests, the
# transcripts and SEEDS simulated worlds run through. Fails below 97 % of the lines or 90 % of the
# branches of proto/. O: where to build; what is not covered is listed in $O/uncovered.
#
# Branches are those of gcov -b in code that is compiled without optimization: each outcome of each
# condition, of the parts of && and ||, of ?:, of a loop, and each case of a switch. One counts as
# covered if it was taken at least once. C without exceptions has no others.
set -eu

least_lines=97 least_branches=90
gcov=${GCOV:-gcov}
command -v "$gcov" >/dev/null || {
	echo "$gcov is missing: apt-get install gcc" >&2
	exit 1
}
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$O"
find "$O" -name '*.gcda' -delete

# What fails is counted all the same, and said at the end.
failed=
instrumented()
{
	make -j2 O="$O" CC="${CC:-gcc}" CFLAGS='-O0 -g --coverage' "$@" >"$O/log" 2>&1 || {
		failed="$failed $1"
		tail -n 30 "$O/log" >&2
	}
	printf '%s: ' "$1"
	grep -v '^make:' "$O/log" | tail -n 1
}

instrumented check-unit
instrumented check-replay
instrumented sim SEEDS="${SEEDS:-100}"

# One call for all, as what is in headers comes from many objects: a line's sum comes first, then
# each of them.
find "$O/proto" "$O/core" -name '*.gcda' -exec "$gcov" -b -c -t {} + >"$O/gcov" 2>"$O/log"
awk -v least_lines="$least_lines" -v least_branches="$least_branches" -v list="$O/uncovered" '
	function miss(what) { print file ":" number ": " what ": " text >list }
	function share(part, whole) { return whole ? 100 * part / whole : 100 }
	function row(name, l, of_l, b, of_b)
	{
		printf "%-24s %5d of %5d lines %6.2f %%  %5d of %5d branches %6.2f %%\n",
			name, l, of_l, share(l, of_l), b, of_b, share(b, of_b)
	}
	BEGIN { printf "" >list }
	/^ +-: +0:Source:/ {
		file = $0
		sub(/.*Source:/, "", file)
		part = file
		sub(/\/.*/, "", part)
		if (part == "proto" || part == "core")
			files[++count] = file
		next
	}
	/^ +-: +0:/ || part != "proto" && part != "core" { next }
	/^branch/ && again { next }
	/^branch/ {
		branches[file]++
		branches[part]++
		if ($3 == "taken" && $4 > 0) {
			taken[file]++
			taken[part]++
		} else {
			miss("branch " $2)
		}
		next
	}
	/^ *[-#=0-9]+\*?: *[0-9]+:/ {
		split($0, column, ":")
		number = column[2] + 0
		text = $0
		sub(/^[^:]*:[^:]*:[ \t]*/, "", text)
		again = seen[file, number]++
		if (again || column[1] ~ /-/)
			next
		lines[file]++
		lines[part]++
		if (column[1] ~ /[#=]/) {
			miss("line")
		} else {
			run[file]++
			run[part]++
		}
	}
	END {
		for (i = 1; i <= count; i++)
			row(files[i], run[files[i]], lines[files[i]], taken[files[i]], branches[files[i]])
		row("core/", run["core"], lines["core"], taken["core"], branches["core"])
		row("proto/", run["proto"], lines["proto"], taken["proto"], branches["proto"])
		exit !lines["proto"] || share(run["proto"], lines["proto"]) < least_lines ||
			share(taken["proto"], branches["proto"]) < least_branches
	}' "$O/gcov" >"$O/table" && status=0 || status=$?
sort "$O/table"
echo "not covered: $O/uncovered"
[ "$status" = 0 ] || echo "proto/ is below $least_lines % of lines or $least_branches % of branches"
[ -z "$failed" ] || echo "failed:$failed"
[ "$status" = 0 ] && [ -z "$failed" ]
