#!/bin/sh
# SPDX-License-Identifier: MIT
#
# size.sh: bytes of code and data of each file, and of each option: the difference that it makes to
# the program to switch it off, and what depends on it. O, CC: where to build, with which compiler.
# UPDATE=1: puts the options' sizes into the prompts of Config.in.
set -eu

config=$KCONFIG_CONFIG
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$O"

# Bytes in the file and in memory but for what is zero at the start.
bytes()
{
	${SIZE:-size} "$1" | awk 'NR > 1 { sum += $1 + $2 } END { print sum }'
}

build()
{
	make -j2 O="$O" KCONFIG_CONFIG="$1" >/dev/null
}

build "$config"
whole=$(bytes "$O/mcproxy")
find "$O/proto" "$O/core" "$O/applets" -name '*.o' | sort | while read -r object; do
	printf '%7d  %s\n' "$(bytes "$object")" "${object#"$O"/}"
done
printf '%7d  the program, with %s\n\n' "$whole" "$CC"

# The prompt is the line after "config OPTION".
write_prompt()
{
	text=$(echo "$2" | awk '{ printf $1 < 1000 ? "%d bytes" : "%.1f kB", $1 / ($1 < 1000 ? 1 : 1000) }')
	sed -i -E "/^config $1\$/{n;s/( \([0-9.]+ (kB|bytes)\))?\"\$/ ($text)\"/;}" Config.in
}

options=$(awk -f configs/settings.awk Config.in "$config" | sed -n 's/^CONFIG_\(.*\)=y$/\1/p')
for option in $options; do
	{ cat "$config" && echo "CONFIG_$option=n"; } >"$O/config"
	build "$O/config"
	saved=$((whole - $(bytes "$O/mcproxy")))
	printf '%7d  %s\n' "$saved" "$option"
	[ -z "$UPDATE" ] || write_prompt "$option" $((saved < 0 ? 0 : saved))
done
