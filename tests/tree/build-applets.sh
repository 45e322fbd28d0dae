#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each applet alone builds without a warning and runs.
set -eu

applets=$(sed -n 's/^CONFIG_APPLET_\(.*\)=y/\1/p' configs/full_defconfig)
for applet in $applets; do
	name=$(echo "$applet" | tr A-Z_ a-z-)
	sed "/^CONFIG_APPLET_$applet=/!s/^CONFIG_APPLET_.*//" configs/full_defconfig >"$TMPDIR/config"
	make -j2 O="$O/tree/applet" KCONFIG_CONFIG="$TMPDIR/config" CFLAGS=-O0 WERROR=1
	[ "$("$O/tree/applet/mcproxy" --list)" = "$name" ]
	"$O/tree/applet/bin/$name" --help | head -n 1 | grep "^Usage: $name"
done
