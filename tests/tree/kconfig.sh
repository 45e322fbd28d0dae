#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the Makefile makes of a configuration is what kconfig makes of it: of those in configs/, and of
# random ones of which some lines are lost. Those in configs/ say what is not the default, and nothing
# else.
set -eu

command -v kconfig-conf >/dev/null || {
	echo 'no kconfig-conf: apt-get install kconfig-frontends'
	exit 77
}
export KCONFIG_CONFIG="$TMPDIR/config"

# Is $1 understood as kconfig understands it?
check()
{
	cp "$1" "$KCONFIG_CONFIG"
	kconfig-conf --olddefconfig Config.in >/dev/null
	grep '^CONFIG_' "$KCONFIG_CONFIG" | sort >"$TMPDIR/kconfig"
	awk -f configs/settings.awk Config.in "$1" | grep -v '=$' | sort | diff -u "$TMPDIR/kconfig" -
}

for file in configs/*_defconfig; do
	check "$file"
	kconfig-conf --savedefconfig="$TMPDIR/least" Config.in >/dev/null
	sed '/^# [^C]/d' "$file" | diff -u - "$TMPDIR/least"
done

seed=1
while [ $seed -le 20 ]; do
	KCONFIG_SEED=$seed kconfig-conf --randconfig Config.in >/dev/null 2>&1
	awk -v seed=$seed 'BEGIN { srand(seed) } /=[0-9]/ && rand() < 0.3 { $0 = $0 1 } rand() < 0.7' \
		"$KCONFIG_CONFIG" >"$TMPDIR/some"
	check "$TMPDIR/some"
	seed=$((seed + 1))
done
