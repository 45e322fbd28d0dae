#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fuzz.sh: runs each target with libFuzzer and the address and undefined behaviour sanitizers, SECONDS
# long, JOBS at a time, from its corpus on. What makes it fail is printed in base64 and kept. What it
# has learnt is in $O/fuzz/TARGET; what is new and worth keeping goes into the corpus by
#	$O/fuzz/tests/fuzz-TARGET -merge=1 tests/fuzz/corpus-TARGET $O/fuzz/TARGET
set -u

O=${O:-$PWD/build}/fuzz

# The fuzzer knows the target by its name.
run_target()
{
	target=$1 program=$O/tests/fuzz-$1
	ln -sf fuzzer "$program"
	rm -rf "${O:?}/$target" && cp -r "tests/fuzz/corpus-$target" "$O/$target" || exit 1
	if "$program" -max_len=2048 -timeout=20 -print_final_stats=1 \
		-max_total_time="${FUZZ_SECONDS:-60}" -artifact_prefix="$O/$target-" \
		"$O/$target" >"$O/$target.log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$O/$target.log")
		echo "ok fuzz $target: $runs runs in ${FUZZ_SECONDS:-60} s"
		return
	fi
	echo "not ok fuzz $target: $O/$target.log"
	grep -v -E '^#[0-9]+' "$O/$target.log" | tail -n 40 | cut -c 1-300
	for crash in "$O/$target"-*; do
		[ -f "$crash" ] || continue
		echo "$crash:"
		base64 "$crash"
	done
	return 1
}

if [ "${1-}" = --one ]; then
	run_target "$2"
	exit
fi
echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
	clang -fsanitize=fuzzer,address,undefined -x c -o /dev/null - 2>/dev/null || {
	echo 'no clang with libFuzzer: apt-get install clang libclang-rt-dev'
	exit 77
}
make -s O="$O" CC=clang CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' SANITIZE=1 \
	"$O/tests/fuzzer" || exit 1
export O="${O%/fuzz}"
printf '%s\n' packet conf control | xargs -P "${JOBS:-2}" -n 1 sh "$0" --one
