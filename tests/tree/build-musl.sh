#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What routers get: musl, static, stripped. No warning, no library; no more than 132 KiB for one
# provider (small_defconfig), 192 KiB for everything, and no more than 2 % above the size in
# size.txt, which is written by hand.
set -eu

command -v musl-gcc >/dev/null || {
	echo 'no musl-gcc: apt-get install musl-tools'
	exit 77
}

# build CONFIGURATION LIMIT: its size is in $size then.
build()
{
	dir=$O/tree/musl-$1
	make -j2 O="$dir" CC=musl-gcc KCONFIG_CONFIG="configs/$1_defconfig" WERROR=1 \
		CFLAGS="-Oz -fno-fat-lto-objects"
	readelf -l "$dir/mcproxy" >"$TMPDIR/headers"
	if grep INTERP "$TMPDIR/headers"; then
		exit 1
	fi
	strip -o "$TMPDIR/mcproxy" "$dir/mcproxy"
	"$TMPDIR/mcproxy" --list >/dev/null
	size=$(wc -c <"$TMPDIR/mcproxy")
	echo "$1_defconfig: $size bytes of $2"
	[ "$size" -le "$2" ]
}

build small 135168
# What is left out is left out whole.
if nm "$dir/mcproxy" | grep -E ' (adopt|conf_filter|filter|flow|join|monitor|names|passing|privilege|rule|seccomp)_'; then
	exit 1
fi
build default 196608
recorded=$(cat tests/tree/size.txt)
echo "$recorded bytes recorded"
[ "$size" -le $((recorded + recorded / 50)) ]
