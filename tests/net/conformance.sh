#!/bin/sh
# SPDX-License-Identifier: MIT
#
# conformance.sh [SCENARIO...]: what is on the wire, rule by rule, as tests/wire/ looks at it. The
# proxy is mcproxy, or the command in PROXY, such as PROXY='igmpproxy -n'.
# conformance.sh table: the same, a table of how many checks were passed; beside Debian's igmpproxy,
# if that is installed and PROXY is not set.

. "${0%/*}/lib.sh"

export TMPDIR="$work"
wire=$O/tests/wire
[ -x "$wire" ] || fail "there is no $wire: make check, or make wire, builds it"

# run_on COMMAND: its results are in $work/NAME.result, NAME being that of the proxy.
run_on() {
	run_name=${1%% *}
	run_name=${run_name##*/}
	echo "$run_name" >>"$work/names"
	PROXY=$1 "$wire" >"$work/$run_name.result"
}

# Passed checks of each section of each RFC, and those that are beyond the proxy.
table() {
	while read -r table_name; do
		sed "s/^/$table_name /" "$work/$table_name.result"
	done <"$work/names" | awk '
		function cell(name, row,   text) {
			text = passed[name, row] + 0
			if (absent[name, row])
				text = text " (" absent[name, row] " n/a)"
			return " " text " |"
		}
		{
			if (!($1 in known)) {
				known[$1] = 1
				name[++names] = $1
			}
			sub(/ not ok /, " not-ok ")
			if ($3 !~ /^rfc/)
				next
			split($3, part, "-")
			sub(/\..*/, "", part[2])
			number = substr(part[1], 4)
			row = sprintf("%5d %2d", number, part[2])
			title[row] = "RFC " number " section " part[2]
			checks[$1, row]++
			checks[$1, "all"]++
			if ($2 == "ok") {
				passed[$1, row]++
				passed[$1, "all"]++
			} else if ($2 == "n/a") {
				absent[$1, row]++
				absent[$1, "all"]++
			}
		}
		END {
			line = "| section | checks |"
			rule = "|---|---|"
			for (n = 1; n <= names; n++) {
				line = line " " name[n] " |"
				rule = rule "---|"
			}
			print line
			print rule
			fflush()
			for (row in title) {
				line = row "| " title[row] " | " checks[name[1], row] " |"
				for (n = 1; n <= names; n++)
					line = line cell(name[n], row)
				print line | "sort | cut -c 9-"
			}
			close("sort | cut -c 9-")
			line = "| all | " checks[name[1], "all"] " |"
			for (n = 1; n <= names; n++)
				line = line cell(name[n], "all")
			print line
		}'
}

mcproxy="$MCPROXY_BIN/mcproxy -f"
if [ "${1:-}" != table ]; then
	PROXY=${PROXY:-$mcproxy} "$wire" "$@"
	exit
fi
status=0
run_on "${PROXY:-$mcproxy}" || status=1
grep '^not ok' "$work"/*.result >&2 || :
if [ -z "${PROXY:-}" ] && command -v igmpproxy >/dev/null; then
	run_on 'igmpproxy -n' || :
fi
table
exit "$status"
