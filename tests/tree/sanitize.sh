#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The unit tests, transcripts and corpora under the address and undefined behaviour sanitizers. Takes
# minutes: a part of `make check` in CI only; sh tests/run.sh tests/tree/sanitize.sh runs it.

echo 'int main(void) { return 0; }' >"$TMPDIR/empty.c"
clang -fsanitize=address,undefined -o "$TMPDIR/empty" "$TMPDIR/empty.c" || {
	echo 'no clang with sanitizers: apt-get install clang libclang-rt-dev'
	exit 77
}
make -j2 O="$O/tree/sanitize" CC=clang CFLAGS='-O1 -g' SANITIZE=1 FAULTS=2 \
	check-unit check-replay check-fuzz
