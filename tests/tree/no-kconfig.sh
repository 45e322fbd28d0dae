#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Without kconfig-frontends everything builds, the configurations of configs/ can be chosen, and
# what needs it says how to get it.
set -eu

mkdir "$TMPDIR/bin"
IFS=:
for dir in $PATH; do
	find "$dir"/ -maxdepth 1 ! -name 'kconfig-*' ! -type d -exec ln -sf -t "$TMPDIR/bin" {} + ||
		true
done
unset IFS
export PATH="$TMPDIR/bin" KCONFIG_CONFIG="$TMPDIR/config"

make tiny_defconfig
cmp configs/tiny_defconfig "$TMPDIR/config"
make -j2 O="$O/tree/no-kconfig" CFLAGS=-O0
[ "$("$O/tree/no-kconfig/mcproxy" --list)" = mcproxy ]
rm "$TMPDIR/config"
make -j2 O="$O/tree/no-kconfig" CFLAGS=-O0
if make menuconfig 2>"$TMPDIR/error"; then
	exit 1
fi
grep 'apt-get install kconfig-frontends' "$TMPDIR/error"
