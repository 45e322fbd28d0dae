#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each applet alone builds without a warning and runs.
set -eu

applets=$(sed -n 's/^config APPLET_//p' Config.in)
for applet in $applets; do
	name=$(echo "$applet" | tr A-Z_ a-z-)
	grep -v APPLET configs/full_defconfig >"$TMPDIR/config"
	for other in $applets; do
		echo "CONFIG_APPLET_$other=$([ "$other" = "$applet" ] && echo y || echo n)"
	done >>"$TMPDIR/config"
	make -j2 O="$O/tree/applet" KCONFIG_CONFIG="$TMPDIR/config" CFLAGS=-O0 WERROR=1
	[ "$("$O/tree/applet/mcproxy" --list)" = "$name" ]
	"$O/tree/applet/bin/$name" --help | head -n 1 | grep "^Usage: $name"
done
