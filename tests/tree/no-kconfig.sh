#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Without kconfig-frontends it builds, the configurations of configs/ can be chosen, without one the
# default is (kconfig.sh compares what that means), and what needs kconfig-frontends says how to get it.
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
make O="$O/tree/no-kconfig" "$O/tree/no-kconfig/config.h"
sed '/^#define/!d' "$O/tree/no-kconfig/config.h" >"$TMPDIR/without"
cp configs/default_defconfig "$TMPDIR/config"
make O="$O/tree/no-kconfig" "$O/tree/no-kconfig/config.h"
sed '/^#define/!d' "$O/tree/no-kconfig/config.h" | cmp - "$TMPDIR/without"
if make menuconfig 2>"$TMPDIR/error"; then
	exit 1
fi
grep 'apt-get install kconfig-frontends' "$TMPDIR/error"
