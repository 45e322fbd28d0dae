#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The transcripts, in CI also the unit tests and corpora, under the address and undefined behaviour
# sanitizers.

echo 'int main(void) { return 0; }' >"$TMPDIR/empty.c"
clang -fsanitize=address,undefined -o "$TMPDIR/empty" "$TMPDIR/empty.c" || {
	echo 'no clang with sanitizers: apt-get install clang libclang-rt-dev'
	exit 77
}
set -- check-replay ${CI:+check-unit check-fuzz}
make -j2 O="$O/tree/sanitize" CC=clang CFLAGS='-O1 -g' SANITIZE=1 FAULTS=2 "$@"
