#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Random configurations, 40 in CI, build without a warning. A failure names the seed.
set -eu

command -v kconfig-conf >/dev/null || {
	echo 'no kconfig-conf: apt-get install kconfig-frontends'
	exit 77
}
export KCONFIG_CONFIG="$TMPDIR/config"
seed=1
last=${CI:+40}
while [ $seed -le "${last:-1}" ]; do
	KCONFIG_SEED=$seed kconfig-conf --randconfig Config.in >/dev/null 2>&1
	make -j2 O="$O/tree/random" CFLAGS=-O0 WERROR=1 >"$TMPDIR/log" 2>&1 || {
		cat "$TMPDIR/log" "$KCONFIG_CONFIG"
		echo "KCONFIG_SEED=$seed kconfig-conf --randconfig Config.in"
		exit 1
	}
	seed=$((seed + 1))
done
