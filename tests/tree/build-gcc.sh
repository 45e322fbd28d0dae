#!/bin/sh
# SPDX-License-Identifier: MIT
#
# gcc has no warning.

command -v gcc >/dev/null || {
	echo 'no gcc: apt-get install gcc'
	exit 77
}
make -j2 O="$O/tree/gcc" CC=gcc CFLAGS=-O2 WERROR=1
