#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What is up to date is left alone; a changed header, flag or option is seen.
set -eu

export KCONFIG_CONFIG="$TMPDIR/config"
cp configs/tiny_defconfig "$TMPDIR/config"
top=$PWD
cp -r Makefile Config.in configs proto core applets "$TMPDIR"
cd "$TMPDIR"
build()
{
	make -j2 O=build CFLAGS="${1--O0}" >log
	cat log
}

build
build
[ ! -s log ]
touch proto/base/addr.h
build
grep 'proto/base/addr.o' log
[ "$(grep -c 'core/main.o' log)" = 0 ]
build -O1
grep 'core/main.o' log
sed -i 's/.*CONFIG_SYSLOG.*/CONFIG_SYSLOG=y/' config
build -O1
grep 'core/main.o' log
cd "$top"
