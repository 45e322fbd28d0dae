#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What routers get: musl, static, stripped. No warning, no library; no more than 90 KiB for the least
# (tiny_defconfig), 128 KiB for one provider (small_defconfig), and no more than 2 % above the size in
# size.txt, which is written by hand, for everything.
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

build tiny 92160
[ -z "${CI-}" ] || build small 131072
# What is left out is left out whole.
if nm "$dir/mcproxy" | grep -E ' (adopt|filter|flow|implied|join|monitor|names|passing|privilege|rule|ruletable|seccomp|successor)_'; then
	exit 1
fi
recorded=$(cat tests/tree/size.txt)
build default $((recorded + recorded / 50))
