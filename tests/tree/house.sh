#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The order of the house. A room is a file with its header. It takes from its own folder and from
# folders on lower floors only, and nothing that takes from it in turn: by the include lines, and by
# the symbols of the objects of configs/full_defconfig. proto/ is pure: it calls nothing but memory
# and string functions and keeps nothing between calls; core/ shares no variable. Prints the figures
# of the house. `house.sh floors` prints the floors, lowest first.
set -u

floors='proto/base
proto/packet
proto/state
proto/router proto/policy
proto/host proto/forward
proto
core/base
core/kernel core/config core/traffic
core/control
core/privilege
core/daemon
core
applets'
[ "${1-}" != floors ] || {
	echo "$floors"
	exit
}

dir=$O/tree/house
make -j2 O="$dir" CFLAGS=-O0 KCONFIG_CONFIG=configs/full_defconfig "$dir/libmcproxy.a" >"$TMPDIR/log" 2>&1 || {
	cat "$TMPDIR/log"
	exit 1
}
status=0
# Those of today only: others may be there from before a file moved.
objects()
{
	find "$1" -name '*.c' | sed "s,^,$dir/,; s,c\$,o," | while read -r object; do
		[ ! -e "$object" ] || echo "$object"
	done
}
proto=$(objects proto)
core=$(objects core)
may='malloc|calloc|realloc|free|(mem|str)[a-z]+|__(mem|str)[a-z]+_chk|__stack_chk_fail|bcmp'

# shellcheck disable=SC2086 # lists, in this file
nm --defined-only $proto | awk 'NF == 3 { print $3 }' | sort -u >"$TMPDIR/defined"
# shellcheck disable=SC2086
nm -u $proto | awk '$1 == "U" { print $2 }' | sort -u |
	grep -vxE "$may|_GLOBAL_OFFSET_TABLE_" | grep -vxFf "$TMPDIR/defined" && {
	echo 'called from proto/'
	status=1
}
# shellcheck disable=SC2086
nm -f sysv --defined-only $proto | grep -E '\|(\.data|\.bss|\*COM\*)' | grep -vF '.data.rel.ro' && {
	echo 'variables in proto/'
	status=1
}
# shellcheck disable=SC2086
nm -g --defined-only $core | grep -E ' [BCDS] ' && {
	echo 'variables that core/ exports'
	status=1
}

# Of each room what it includes, and whose symbols it uses: "FROM TO", without endings.
grep -rE '^[[:space:]]*#[[:space:]]*include "(proto|core)/' --include='*.[ch]' proto core applets |
	sed -E 's/\.[ch]:.*"(.*)\.h".*/ \1/' >"$TMPDIR/arrows"
# shellcheck disable=SC2086
nm -A -g $proto $core | sed -E "s,^$dir/([^:]*)\.o:[0-9a-f ]* ([A-Za-z]) ([^ ]*)\$,\1 \2 \3," | awk '
	$2 == "U" { user[++count] = $1; symbol[count] = $3; next }
	{ owner[$3] = $1 }
	END {
		for (i = 1; i <= count; i++)
			if (symbol[i] in owner)
				print user[i], owner[symbol[i]]
	}' >>"$TMPDIR/arrows"

echo "$floors" >"$TMPDIR/floors"
sort -u "$TMPDIR/arrows" | awk '
	# Rooms that can be reached from ROOM by arrows: a walk without recursion.
	function reach(room,   stack, depth, at, i, next_room) {
		stack[depth = 1] = room
		while (depth) {
			at = stack[depth--]
			for (i = 1; i <= out[at]; i++) {
				next_room = arrow[at, i]
				if (!((room, next_room) in reached)) {
					reached[room, next_room] = 1
					stack[++depth] = next_room
				}
			}
		}
	}
	function folder(room) { sub(/\/[^\/]*$/, "", room); return room }
	FILENAME != "-" {
		for (i = 1; i <= NF; i++)
			floor[$i] = FNR
		next
	}
	$1 != $2 {
		arrow[$1, ++out[$1]] = $2
		room[$1] = room[$2] = 1
		from = folder($1)
		to = folder($2)
		arrows++
		if (from != to && floor[to] >= floor[from]) {
			print $1 " takes from " $2 ", which is no lower floor"
			up++
		}
	}
	END {
		for (one in room)
			reach(one)
		for (one in room) {
			rooms++
			if (!((one, one) in reached) || one in told)
				continue
			circles++
			line = "circle:"
			for (other in room)
				if ((one, other) in reached && (other, one) in reached) {
					told[other] = 1
					line = line " " other
				}
			print line
		}
		printf "%d rooms, %d arrows, %d that go up, %d circles\n", rooms, arrows, up, circles
		exit up + circles > 0
	}' "$TMPDIR/floors" - || status=1

# shellcheck disable=SC2046 # a list
awk '
	FNR == 1 { files++ }
	FNR == 501 { print FILENAME " has more than 500 lines"; long++ }
	/^{/ { opened = FNR }
	/^}$/ && opened {
		print FNR - opened + 1
		opened = 0
	}
	END {
		printf "%d files, %d above 500 lines\n", files, long
		exit long > 0
	}' $(find proto core applets -name '*.[ch]') >"$TMPDIR/lengths" || status=1
grep -v '^[0-9]*$' "$TMPDIR/lengths"
grep '^[0-9]*$' "$TMPDIR/lengths" | sort -n | awk '
	{ length_of[NR] = $1; over += $1 > 40 }
	END {
		printf "%d functions, %d lines in the median, %d in the ninth tenth, %d above 40\n",
			NR, length_of[int((NR + 1) / 2)], length_of[int(NR * .9)], over
	}'
for part in 'proto core applets' tests; do
	# shellcheck disable=SC2086 # a list
	echo "$(find $part -name '*.[ch]' -exec cat {} + | wc -l) lines of C in $part"
done
exit $status
