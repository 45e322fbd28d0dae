#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What no tool checks: a licence line, lines of 100 columns, functions of 40 lines (but in
# tests), no extern variable, no #if within a function, no words that belong elsewhere.

status=0
files=$(find Makefile Config.in configs proto core applets tests .ci -type f)
words='TO''DO|FIX''ME|\bXX''X\b|(^|[^[:alnum:]_}])/(wor''k|ro''ot)(/|\b)'

for file in $files; do
	case $file in
	*.c | *.h | *.sh | *.awk | *.mk | Makefile | Config.in | .ci/run | configs/*/*) ;;
	*) continue ;;
	esac
	head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || {
		echo "$file:1: no SPDX line"
		status=1
	}
done

# shellcheck disable=SC2086 # a list
if grep -nE "$words" $files README.md; then
	echo 'words that belong elsewhere'
	status=1
fi

# shellcheck disable=SC2046 # a list
awk '
	function bad(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; failed = 1 }
	FNR == 1 { inside = 0 }
	{
		line = $0
		width = 0
		while ((tab = index(line, "\t")) > 0) {
			width += tab - 1
			width += 8 - width % 8
			line = substr(line, tab + 1)
		}
		if (width + length(line) > 100)
			bad("more than 100 columns")
	}
	/[ \t]$/ { bad("blank at the end") }
	/^extern / && !/\(/ { bad("extern variable") }
	/^{/ { inside = 1; opened = FNR }
	inside && /^[ \t]*#[ \t]*(if|else|elif|endif)/ { bad("#if within a function") }
	inside && /^}/ {
		inside = 0
		if (FNR - opened + 1 > 40 && FILENAME !~ /^tests/)
			bad("function of " FNR - opened + 1 " lines")
	}
	END { exit failed }' $(find proto core applets tests -name '*.[ch]') || status=1
exit $status
