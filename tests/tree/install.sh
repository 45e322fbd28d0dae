#!/bin/sh
# SPDX-License-Identifier: MIT
#
# `make install` puts all there is into place, stripped and runnable; `make uninstall` leaves no file.
set -eu

dest=$TMPDIR/dest
# As it was built, or it would be built anew.
O=${O#"$PWD"/}
make O="$O" ${BUILT_WITH+CFLAGS="$BUILT_WITH"} DESTDIR="$dest" PREFIX=/usr install
for name in $("$O/mcproxy" --list); do
	"$dest/usr/sbin/$name" --help | grep "^Usage: $name"
	[ -s "$dest/usr/share/man/man8/$name.8" ]
done
[ -s "$dest/usr/share/man/man5/mcproxy.conf.5" ]
[ -s "$dest/usr/share/doc/mcproxy/mcproxy.conf" ]
if grep -q '^CONFIG_SYSTEMD=y' "$KCONFIG_CONFIG"; then
	grep '^ExecStart=/usr/sbin/mcproxy ' "$dest/usr/lib/systemd/system/mcproxy.service"
fi
if readelf -S "$dest/usr/sbin/mcproxy" | grep debug_info; then
	exit 1
fi
"$dest/usr/sbin/mcproxy" --list >/dev/null

make O="$O" ${BUILT_WITH+CFLAGS="$BUILT_WITH"} DESTDIR="$dest" PREFIX=/usr uninstall
[ -z "$(find "$dest" ! -type d)" ]
