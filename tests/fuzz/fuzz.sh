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
		"$O/tests/fuzzer" || exit 1
}

# unpack ARCHIVE DIRECTORY: a file for each line of it.
unpack()
{
	LC_ALL=C awk '
	BEGIN { for (i = 32; i < 127; i++) octal[sprintf("%c", i)] = sprintf("\\0%03o", i) }
	{
		bytes = ""
		for (i = length($1) + 2; i <= length($0); i++) {
			c = substr($0, i, 1)
			if (c == "%") {
				high = index("0123456789abcdef", substr($0, ++i, 1)) - 1
				low = index("0123456789abcdef", substr($0, ++i, 1)) - 1
				bytes = bytes sprintf("\\0%03o", 16 * high + low)
			} else
				bytes = bytes octal[c]
		}
		print $1, bytes
	}' "$1" | while read -r name bytes; do
		printf '%b' "$bytes" >"$2/$name" || exit 1
	done
}

# pack FILE...: an archive of them.
pack()
{
	for file; do
		printf '%s ' "${file##*/}"
		od -An -v -to1 "$file" | LC_ALL=C awk '
		{ for (i = 1; i <= NF; i++) byte[count++] = 64 * substr($i, 1, 1) + substr($i, 2, 1) * 8 + substr($i, 3) }
		END {
			for (i = 0; i < count; i++) {
				# A blank at the end of a line would not be seen.
				plain = byte[i] >= 32 && byte[i] < 127 && byte[i] != 37
				if (plain && (byte[i] != 32 || i + 1 < count))
					printf "%c", byte[i]
				else
					printf "%%%02x", byte[i]
			}
			print ""
		}'
	done
}

# start TARGET: the fuzzer, $program, knows it by its name; its corpus is unpacked into directory $2.
start()
{
	target=$1 program=$O/tests/fuzz-$1
	ln -sf fuzzer "$program"
	rm -rf "$2" && mkdir -p "$2" || exit 1
	unpack "tests/fuzz/corpus-$1.txt" "$2" || exit 1
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
	pack "$new"/* >"tests/fuzz/corpus-$target.txt"
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
