#!/bin/sh
# SPDX-License-Identifier: MIT
#
# proto/README.md and core/README.md name every file, in its folder, and no other.

export LC_ALL=C
status=0
for part in proto core; do
	awk -F '|' -v part="$part" '
		/^\| [a-z.]* ?\| [a-z_, ]* \|/ {
			gsub(/ /, "", $2)
			gsub(/ /, "", $3)
			folder = $2 == "" ? folder : $2
			count = split($3, name, ",")
			for (i = 1; i <= count; i++)
				if (folder != "folder")
					print (folder == "." ? part : part "/" folder) "/" name[i]
		}' "$part/README.md" | sort >"$TMPDIR/named"
	find "$part" -name '*.[ch]' | sed 's/\.[ch]$//' | sort -u | diff "$TMPDIR/named" - >"$TMPDIR/diff" ||
		{
			echo "$part/README.md: < is no file, > is not named"
			cat "$TMPDIR/diff"
			status=1
		}
done
exit $status
