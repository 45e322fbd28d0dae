#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every configuration of configs/ builds without a warning, with the applets that it names
# and, if it is told, what systemd needs.
set -eu

# What an optimizer finds out, CI does.
[ "${CI-}" ] || set -- CFLAGS=-O0
for file in configs/*_defconfig; do
	# These two are built by other tests, too.
	case ${CI:+CI}$file in configs/default_* | configs/full_*) continue ;; esac
	dir=$O/tree/$(basename "$file")
	make -j2 O="$dir" KCONFIG_CONFIG="$file" WERROR=1 "$@"
	"$dir/mcproxy" --list >"$TMPDIR/list"
	awk -f configs/settings.awk Config.in "$file" | sed -n 's/^CONFIG_APPLET_\(.*\)=y/\1/p' |
		tr A-Z_ a-z- | diff -u - "$TMPDIR/list"
	grep -q '^CONFIG_SYSTEMD=y' "$file" || continue
	make O="$dir" KCONFIG_CONFIG="$file" WERROR=1 "$@" DESTDIR="$TMPDIR" PREFIX=/usr install
	grep '^ExecStart=/usr/sbin/mcproxy ' "$TMPDIR/usr/lib/systemd/system/mcproxy.service"
done
