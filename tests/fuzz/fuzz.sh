#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fuzz.sh: runs each target with libFuzzer and the address and undefined behaviour sanitizers, SECONDS
# long, JOBS at a time, from its corpus on. What makes it fail is printed in base64 and kept. What it
# has learnt is in $O/fuzz/TARGET.
# fuzz.sh --keep TARGET [FILE...]: the corpus, those files, which have made it fail, and what it has
# learnt; of all this as little as runs through the same code, and whatever has once made it fail.
set -u

built=${O:-$PWD/build}
O=$built/fuzz

build()
{
	echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' |
		clang -fsanitize=fuzzer,address,undefined -x c -o /dev/null - 2>/dev/null || {
		echo 'no clang with libFuzzer: apt-get install clang libclang-rt-dev'
		exit 77
	}
	make -s O="$O" CC=clang CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' SANITIZE=1 \
		"$O/tests/fuzzer" "$O/tests/fuzz" || exit 1
}

# start TARGET: the fuzzer, $program, knows it by its name; its corpus is unpacked into directory $2.
start()
{
	target=$1 program=$O/tests/fuzz-$1
	ln -sf fuzzer "$program"
	rm -rf "$2" && mkdir -p "$2" || exit 1
	"$O/tests/fuzz" unpack "tests/fuzz/corpus-$1.txt" "$2" || exit 1
}

run_target()
{
	start "$1" "$O/$1"
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

# What has made it fail is fault-SHA1 in the corpus; the fuzzer calls what it has learnt SHA1.
keep()
{
	old=$O/keep-$1/old new=$O/keep-$1/new
	start "$1" "$old"
	shift
	rm -rf "$new" && mkdir -p "$new" "$O/$target" || exit 1
	find "$old" -name 'fault-*' -exec mv -t "$new" {} +
	for file; do
		cp "$file" "$new/fault-$(sha1sum "$file" | cut -c 1-12)" || exit 1
	done
	"$program" -max_len=4096 -merge=1 "$new" "$old" "$O/$target" || exit 1
	"$O/tests/fuzz" pack "$new"/* >"tests/fuzz/corpus-$target.txt"
}

case ${1-} in
--one)
	run_target "$2"
	;;
--keep)
	shift
	build
	keep "$@"
	;;
*)
	build
	export O="$built"
	printf '%s\n' packet conf control | xargs -P "${JOBS:-2}" -n 1 sh "$0" --one
	;;
esac
