#!/bin/sh
# SPDX-License-Identifier: MIT
#
# default_defconfig is what Config.in's defaults give, and every defconfig is complete: kconfig has
# nothing to add, to drop or to clip.
set -eu

command -v kconfig-conf >/dev/null || {
	echo 'no kconfig-conf: apt-get install kconfig-frontends'
	exit 77
}
export KCONFIG_CONFIG="$TMPDIR/config"

settings()
{
	sed -n '/CONFIG_/p' "$1"
}

same()
{
	settings "$1" >"$TMPDIR/expected"
	settings "$KCONFIG_CONFIG" | diff -u "$TMPDIR/expected" -
}

kconfig-conf --alldefconfig Config.in >/dev/null
same configs/default_defconfig
for file in configs/*_defconfig; do
	cp "$file" "$KCONFIG_CONFIG"
	kconfig-conf --olddefconfig Config.in >/dev/null
	same "$file"
done
