#!/bin/sh
# SPDX-License-Identifier: MIT
#
# clang has no warning.

command -v clang >/dev/null || {
	echo 'no clang: apt-get install clang'
	exit 77
}
make -j2 O="$O/tree/clang" CC=clang CFLAGS=-O0 WERROR=1
