#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Config.in, the C, the Makefile and configs/ speak of the same symbols: kconfig drops unknown names
# in silence. An applet has its file, its manual page and a symbol.

status=0
bad()
{
	echo "$*"
	status=1
}

symbols_of()
{
	awk -v want="$1" '$1 == "config" { name = $2 } $1 == want { print name }' Config.in | sort
}

# Of names on the standard input those that the list $1 does not have.
not_in()
{
	sort -u | grep -vxF "$1"
}

bools=$(symbols_of bool)
ints=$(symbols_of int)
all="$bools
$ints"
c_files=$(find proto core applets tests -name '*.[ch]')

# shellcheck disable=SC2086 # a list
in_c=$(sed 's/"[^"]*"//g; s,/\*.*,,; /^[[:space:]]*\*/d' $c_files |
	 grep -oE '\b(ENABLE|CONFIG)_[A-Z0-9_]+' | sort -u)
# shellcheck disable=SC2016 # nothing to expand
in_make=$(sed -n 's/.*\$(CONFIG_\([A-Z0-9_]*\)).*/\1/p' Makefile tests/rules.mk)

for name in $(echo "$in_c" | sed -n 's/^ENABLE_//p' | not_in "$bools"); do
	bad "C: ENABLE_$name is no bool of Config.in"
done
for name in $(echo "$in_c" | sed -n 's/^CONFIG_//p' | not_in "$ints"); do
	bad "C: CONFIG_$name is no int of Config.in"
done
for name in $(echo "$in_make" | not_in "$all"); do
	bad "Makefile, tests/rules.mk: CONFIG_$name is not in Config.in"
done
for file in configs/*_defconfig; do
	names=$(sed -nE 's/^(# )?CONFIG_([A-Z0-9_]+).*/\2/p' "$file")
	for name in $(echo "$names" | not_in "$all"); do
		bad "$file: CONFIG_$name is not in Config.in"
	done
done

for name in $all; do
	case $name in
	APPLET_*)
		file=applets/$(echo "${name#APPLET_}" | tr A-Z_ a-z-)
		[ -f "$file.c" ] || bad "Config.in: $name without $file.c"
		[ -f "$file.8" ] || bad "Config.in: $name without $file.8"
		;;
	*)
		echo "$in_c" "$in_make" | tr ' ' '\n' | sed 's/^ENABLE_//; s/^CONFIG_//' |
			grep -qx "$name" || bad "Config.in: nothing uses $name"
		;;
	esac
done
for file in applets/*.c; do
	name=APPLET_$(basename "$file" .c | tr a-z- A-Z_)
	echo "$bools" | grep -qx "$name" || bad "$file: no $name in Config.in"
done

awk '
	function check() { if (name && !help) { print "Config.in: " name " has no help"; bad = 1 } }
	$1 == "config" { check(); name = $2; help = 0 }
	$1 == "help" { help = 1 }
	END { check(); exit bad }' Config.in || status=1
exit $status
