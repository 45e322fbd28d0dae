#!/bin/sh
# SPDX-License-Identifier: MIT
#
# size.sh: bytes of code and data of each file, and of each option: the difference that it makes to the
# program to switch it off, and what depends on it. O, CC: where to build and with which compiler.
set -eu

config=${KCONFIG_CONFIG:-.config}
[ -f "$config" ] || config=configs/default_defconfig
command -v kconfig-conf >/dev/null || {
	echo 'kconfig-conf is missing: apt-get install kconfig-frontends' >&2
	exit 1
}
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
for object in "$O"/proto/*.o "$O"/core/*.o "$O"/applets/*.o; do
	printf '%7d  %s\n' "$(bytes "$object")" "${object#"$O"/}"
done
printf '%7d  the program, with %s\n\n' "$whole" "$CC"

for option in $(sed -n 's/^CONFIG_\(.*\)=y$/\1/p' "$config"); do
	sed "s/^CONFIG_$option=y/# CONFIG_$option is not set/" "$config" >"$O/config"
	KCONFIG_CONFIG=$O/config kconfig-conf --olddefconfig Config.in >/dev/null
	build "$O/config"
	printf '%7d  %s\n' $((whole - $(bytes "$O/mcproxy"))) "$option"
done
