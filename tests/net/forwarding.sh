#!/bin/sh
# SPDX-License-Identifier: MIT
# mcproxy-stat says how each instance forwards each protocol, and why not by wildcard routes. None of
# the interfaces has to exist for that.

. "${0%/*}/lib.sh"

# forwards NAME TABLE IGMP MLD DEFINITION STATEMENT...: an instance, and what is to be said of it; the
# statements begin with its name
forwards() {
	forwards_name=$1
	printf '%s igmp %s %s\n%s mld %s %s\n' "$1" "$2" "$3" "$1" "$2" "$4" >>"$work/expected"
	echo "pinstance $1$5;" >>"$work/statements"
	shift 5
	for forwards_statement; do
		echo "pinstance $forwards_name $forwards_statement;" >>"$work/statements"
	done
}

# In the order of automatic tables.
wildcard='wildcard -'
forwards plain 1 "$wildcard" "$wildcard" ': u1 ==> d1 e1'
forwards querier 2 "$wildcard" "$wildcard" ': ==> d2 e2'
forwards set 77 'per-source configured' 'per-source configured' '(77): u3 ==> d3' \
	'set forwarding per-source'
forwards several 3 'per-source upstreams' 'per-source upstreams' ': u4 v4 ==> d4'
forwards peers 4 'per-source peering' 'per-source peering' ': u5 ==> d5 peer p5'
forwards both 5 'per-source peering' 'per-source peering' ': p6 ==> d6 p6'
# a rule of one family is nothing to the other
forwards in 6 'per-source in-filter' "$wildcard" ': u7 ==> d7' \
	'downstream d7 in blacklist table {(239.1.1.1 | *)}'
forwards in-none 7 'per-source in-filter' 'per-source in-filter' ': u8 ==> d8' \
	'downstream d8 in whitelist table {}'
forwards out 8 "$wildcard" 'per-source out-filter' ': u9 ==> d9' \
	'upstream u9 out whitelist table {(ff15::1 | *)}'
forwards out-none 9 "$wildcard" "$wildcard" ': u10 ==> d10 e10' \
	'upstream u10 out blacklist table {(* | *)}'
forwards from 10 'per-source interfaces' "$wildcard" ': u11 ==> d11 e11' \
	'downstream d11 out blacklist table {e11(239.1.1.1 | *)}'
# nothing comes from there
forwards from-no 11 "$wildcard" "$wildcard" ': u12 ==> d12' \
	'downstream d12 out blacklist table {elsewhere(239.1.1.1 | *)}'
forwards by 12 'per-source sources' 'per-source sources' ': u13 ==> d13' \
	'upstream u13 in whitelist table {(239.1.1.1 | 10.0.0.1) (ff15::1 | 2001:db8::/32)}'
forwards of-one 13 "$wildcard" "$wildcard" ': u14 ==> d14' \
	'upstream u14 in whitelist table {(239.0.0.0/8 | *) (ff00::/8 | *)}'
forwards of-two 14 'per-source groups' "$wildcard" ': u15 ==> d15 e15' \
	'upstream u15 in whitelist table {(239.0.0.0/8 | *) (ff00::/8 | *)}'
forwards to-one 15 "$wildcard" "$wildcard" ': u16 ==> d16 e16' \
	'downstream d16 out blacklist table {(239.1.1.1 | *) (ff15::1 | *)}'
forwards all 16 "$wildcard" "$wildcard" ': u17 ==> d17 e17' \
	'upstream u17 in whitelist table {(* | *)}' \
	'upstream u17 out blacklist table {}' \
	'downstream d17 in whitelist table {(224.0.0.0/4 | *) (ff00::/8 | *)}' \
	'downstream d17 out blacklist table {}'
forwards source-key 17 'per-source sources' "$wildcard" ': u18 ==> d18' \
	'upstream u18 set source 10.0.0.0/8'
forwards scope-key 18 'per-source out-filter' 'per-source out-filter' ': u19 ==> d19' \
	'set scope global'

new_space r
statements=$(cat "$work/statements")
start_daemon "$statements"
told_of r instances | awk -F '\t' '{ print $1, $2, $3, $4, $5 }' | sort >"$work/found"
sort "$work/expected" | diff - "$work/found" || fail "found (>) is not expected (<)"
"$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" instances >"$work/shown"
equal "lines that people see" "$(wc -l <"$work/shown")" $(($(wc -l <"$work/found") + 1))
stop_daemon
