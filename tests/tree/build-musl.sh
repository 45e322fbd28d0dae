#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What routers get: musl, static, the default configuration, stripped. No warning, no library, no
# more than 160 KiB, and no more than 2 % above the size in size.txt, which is written by hand.
set -eu

command -v musl-gcc >/dev/null || {
	echo 'no musl-gcc: apt-get install musl-tools'
	exit 77
}
dir=$O/tree/musl
make -j2 O="$dir" CC=musl-gcc KCONFIG_CONFIG=configs/default_defconfig WERROR=1
readelf -l "$dir/mcproxy" >"$TMPDIR/headers"
if grep INTERP "$TMPDIR/headers"; then
	exit 1
fi
strip -o "$TMPDIR/mcproxy" "$dir/mcproxy"
"$TMPDIR/mcproxy" --list >/dev/null

size=$(wc -c <"$TMPDIR/mcproxy")
recorded=$(cat tests/tree/size.txt)
echo "$size bytes, recorded $recorded"
[ "$size" -le 163840 ]
[ "$size" -le $((recorded + recorded / 50)) ]
