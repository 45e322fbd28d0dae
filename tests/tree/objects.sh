#!/bin/sh
# SPDX-License-Identifier: MIT
#
# proto/ is pure: it calls nothing but memory and string functions and keeps nothing between calls.
# core/ shares no variable.
set -u

dir=$O/tree/objects
make -j2 O="$dir" KCONFIG_CONFIG=configs/full_defconfig CFLAGS=-O0 "$dir/libmcproxy.a" || exit 1
status=0
proto=$(find proto -name '*.c' | sed "s,^,$dir/,; s,c\$,o,")
core=$(find core -name '*.c' ! -name main.c | sed "s,^,$dir/,; s,c\$,o,")
may='malloc|calloc|realloc|free|(mem|str)[a-z]+|__(mem|str)[a-z]+_chk|__stack_chk_fail|bcmp'

# shellcheck disable=SC2086 # lists, in this file
nm --defined-only $proto | awk 'NF == 3 { print $3 }' | sort -u >"$TMPDIR/defined"
# shellcheck disable=SC2086
nm -u $proto | awk '$1 == "U" { print $2 }' | sort -u |
	grep -vxE "$may|_GLOBAL_OFFSET_TABLE_" | grep -vxFf "$TMPDIR/defined" && {
	echo 'called from proto/'
	status=1
}
# shellcheck disable=SC2086
nm -f sysv --defined-only $proto | grep -E '\|(\.data|\.bss|\*COM\*)' | grep -vF '.data.rel.ro' && {
	echo 'variables in proto/'
	status=1
}
# shellcheck disable=SC2086
nm -g --defined-only $core | grep -E ' [BCDS] ' && {
	echo 'variables that core/ exports'
	status=1
}
exit $status
