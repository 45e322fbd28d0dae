#!/bin/sh
# SPDX-License-Identifier: MIT
#
# filters.sh FAMILY PROTOCOL: filters in every direction, on both sides, with both lists, where PROTOCOL
# is spoken; of groups each of which meets another kind of rule. Three places send and receive all of
# them: root (s1), one (h1 at dn1) and two (h2 at dn2).
# The case that is being tested is in
#	side, direction, list	of the filter; the interface is up1 or dn1
#	filter_rules		which there are: groups, sources, dn1, dn2 (for data from there), all
#	absent			the place that has no part in the instance, if any

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"

# What the rule about each group is, and its last number for IPv4 and IPv6.
filter_groups='exact 1 1
prefix 17 11
range 40 28
none 41 29
nested 5 5
source 6 6
source-prefix 7 7
source-range 8 8
interface 9 9'

filter_tables="
	table inner { (239.9.40.5 | *) (ff15::9:40:5 | *) };
	table of-groups {
		(239.9.40.1 | *) (ff15::9:40:1 | *)
		(239.9.40.16/28 | *) (ff15::9:40:10/124 | ::/0)
		(239.9.40.33 - 239.9.40.40 | 0.0.0.0/0) (ff15::9:40:21 - ff15::9:40:28 | *)
		(table { (table inner) })
	};
	table of-sources {
		(239.9.40.6 | $a4) (ff15::9:40:6 | $a6)
		(239.9.40.7 | 10.9.1.0/24) (ff15::9:40:7 | fd09:0:0:1::/64)
		(239.9.40.8 | 10.9.2.1 - 10.9.2.9) (ff15::9:40:8 | fd09:0:0:2::1 - fd09:0:0:2::9)
	};"

# filter_statement: the case in the language
filter_statement() {
	case $side in upstream) statement_if=up1 ;; downstream) statement_if=dn1 ;; esac
	echo "pinstance p $side $statement_if $direction $list table {"
	for statement_rule in $filter_rules; do
		case $statement_rule in
		all) echo '(* | *)' ;;
		dn*) echo "$statement_rule(239.9.40.9 | *) $statement_rule(ff15::9:40:9 | *)" ;;
		*) echo "(table of-$statement_rule)" ;;
		esac
	done
	echo '};'
}

# matches RULE SENDER: do the filter's rules match what SENDER sends to the group with RULE?
matches() {
	case " $filter_rules /$1/$2" in
	*' all '*) return 0 ;;
	*' groups '*/exact/* | *' groups '*/prefix/* | *' groups '*/range/*) return 0 ;;
	*' groups '*/nested/*) return 0 ;;
	*' sources '*/source/root | *' sources '*/source-prefix/one) return 0 ;;
	*' sources '*/source-range/two) return 0 ;;
	*' dn1 '*/interface/one | *' dn2 '*/interface/two) return 0 ;;
	*) return 1 ;;
	esac
}

# meets SENDER RECEIVER: does the filter stand between them?
meets() {
	case $side-$direction/$1-$2 in
	upstream-in/root-* | upstream-out/one-root | upstream-out/two-root) return 0 ;;
	downstream-in/one-* | downstream-out/*-one) return 0 ;;
	*) return 1 ;;
	esac
}

# passes RULE SENDER RECEIVER: does it come there? What everyone sends comes to himself.
passes() {
	[ "$2" != "$3" ] || return 0
	[ "$2" != "$absent" ] && [ "$3" != "$absent" ] || return 1
	meets "$2" "$3" || return 0
	passes_list=blacklist
	! matches "$1" "$2" || passes_list=whitelist
	[ $passes_list = "$list" ]
}

# Who sends how many: every sum of some of them is another one.
sent_root=11 sent_one=21 sent_two=41

# expected_at RECEIVER: the lines of heard()
expected_at() {
	while read -r rule group; do
		total=0
		! passes "$rule" root "$1" || total=$((total + sent_root))
		! passes "$rule" one "$1" || total=$((total + sent_one))
		! passes "$rule" two "$1" || total=$((total + sent_two))
		echo "$group $total 0 0"
	done <"$work/groups" | sort
}

# expected_upstream: the groups of which the filter passes some source
expected_upstream() {
	while read -r rule group; do
		case $side-$direction/$filter_rules/$rule in
		upstream-in/*sources/source*) echo "$group" ;;
		upstream-in/*) ! passes "$rule" root one || echo "$group" ;;
		*) echo "$group" ;;
		esac
	done <"$work/groups" | sort
}

# ---- the world ----

# listen NAME SPACE IF: a receiver of all groups, that can be asked.
listen() {
	mkfifo "$work/$1.commands"
	# shellcheck disable=SC2046 # not by start_in, which takes the standard input away
	setpriv --pdeathsig KILL nsenter --net="/run/netns/$space-$2" "$MCPROXY_BIN/mcproxy-join" \
		-i "$3" -T -I $(all_groups) <>"$work/$1.commands" >"$work/$1.join" \
		2>"$work/$1.log" 3>&- &
	pids="$pids $!"
	logs="$logs $work/$1.log"
	: >"$work/$1.before"
}

all_groups() {
	sed 's/.* /-g /' "$work/groups"
}

shown() {
	[ "$(grep -c '^ok' "$work/$1.join")" -gt "$2" ]
}

# heard NAME: in $work/NAME.now, a line for each group: how many came since heard_all, lost, twice
heard() {
	heard_oks=$(grep -c '^ok' "$work/$1.join") || :
	echo show >"$work/$1.commands"
	wait_for 5 "receiver $1 says what came" shown "$1" "$heard_oks"
	awk -F '\t' -v n="$heard_oks" '
		/^ok/ { oks++ }
		oks == n && /[.:]/ { print $1, $2, $3, $4 }' "$work/$1.join" >"$work/$1.after"
	awk 'FILENAME ~ /before$/ { received[$1] = $2; lost[$1] = $3; twice[$1] = $4; next }
		{ print $1, $2 - received[$1], $3 - lost[$1], $4 - twice[$1] }' \
		"$work/$1.before" "$work/$1.after" | sort >"$work/$1.now"
}

# heard_all NAME: all that is expected has come. What comes later counts for the next case.
heard_all() {
	heard_tries=0
	expected_at "$1" >"$work/expected"
	until heard "$1" && cmp -s "$work/expected" "$work/$1.now"; do
		heard_tries=$((heard_tries + 1))
		[ $heard_tries -lt 20 ] || {
			diff "$work/expected" "$work/$1.now" >&3 || :
			fail "$filter_case: what comes to $1: found (>) is not expected (<)"
		}
		sleep 0.05
	done
	mv "$work/$1.after" "$work/$1.before"
}

# all_send FROM_ROOT FROM_ONE FROM_TWO
all_send() {
	# shellcheck disable=SC2046
	send "$1" s1 br0 -s "$source_root" $(all_groups)
	# shellcheck disable=SC2046
	send "$2" h1 eth0 -s "$source_one" $(all_groups)
	# shellcheck disable=SC2046
	send "$3" h2 eth0 -s "$source_two" $(all_groups)
}

# source_routes: how many the kernel has of single sources
source_routes() {
	told_of r routes | awk -F '\t' '$2 != "*" { n++ } END { print n + 0 }'
}

# forwarding: how, and why, as mcproxy-stat says
forwarding() {
	told_of r instances | awk -F '\t' -v p="$protocol" '$2 == p { print $4, $5 }'
}

# witnessed: the groups that the root's bridge has heard reports of
witnessed() {
	while read -r _ group; do
		! snooped "$group" s1 || echo "$group"
	done <"$work/groups" | sort
}

has_all() {
	while read -r _ group; do
		for has_if; do
			asked group "$group" "$has_if" || return 1
		done
	done <"$work/groups"
}

# filter_is SIDE DIRECTION LIST INSTANCE FORWARDING: one case. A whitelist takes the place of what
# was before while the daemon runs, a blacklist has it started anew.
filter_is() {
	side=$1 direction=$2 list=$3
	filter_case="$side $direction $list, $filter_rules"
	statements="$version $filter_tables $4 $(filter_statement)
		pinstance p set forwarding wildcard;
		pinstance p downstream * set query-response-interval 0.5;"
	if [ "$list" = whitelist ]; then
		printf 'set control "%s";\n%s\n' "$work/r.sock" "$statements" >"$work/r.conf"
		ctl r reload
	else
		stop_daemon
		start_daemon "$statements"
		# shellcheck disable=SC2046
		wait_for 5 "hosts have answered" has_all dn1 $([ "$absent" ] || echo dn2)
	fi
	equal "$filter_case: forwarding" "$(forwarding)" "$5"

	all_send 1 1 1
	case $5 in
	wildcard*) assert "$filter_case: no source has a route" is 0 source_routes ;;
	*) wait_for 5 "$filter_case: each source has a route" is 27 source_routes ;;
	esac
	all_send $((sent_root - 1)) $((sent_one - 1)) $((sent_two - 1))
	for receiver in root one two; do
		heard_all $receiver
	done
	wait_for 5 "$filter_case: the root has heard '$(expected_upstream)'" \
		is "$(expected_upstream)" witnessed
}

family=$1 version="protocol $2;" absent=
protocol=$(of_family "$family" igmp mld)
source_root=$(of_family "$family" $a4 $a6)
source_one=$(of_family "$family" 10.9.1.2 fd09:0:0:1::2)
source_two=$(of_family "$family" 10.9.2.2 fd09:0:0:2::2)
new_router r
new_root 1 r up1 0
new_host 1 r dn1 1
new_host 2 r dn2 2
echo "$filter_groups" | while read -r rule number number6; do
	echo "$rule $(of_family "$family" "239.9.40.$number" "ff15::9:40:$number6")"
done >"$work/groups"

both='pinstance p: up1 ==> dn1 dn2;'
start_daemon "$version $both"
listen root s1 br0
listen one h1 eth0
listen two h2 eth0
ready root one two
wait_for 10 "hosts have joined" has_all dn1 dn2
for list in whitelist blacklist; do
	filter_rules='groups sources'
	filter_is upstream in $list "$both" 'per-source groups'
	filter_is downstream in $list "$both" 'per-source in-filter'
	filter_is downstream out $list "$both" 'per-source sources'
	filter_rules='groups sources dn1'
	filter_is upstream out $list "$both" 'per-source out-filter'
	filter_rules='groups sources dn2'
	filter_is downstream out $list "$both" 'per-source interfaces'
	filter_rules=groups
	filter_is downstream out $list "$both" 'wildcard -'
	filter_rules=all
	filter_is upstream out $list "$both" 'wildcard -'
	case $list in
	whitelist) filter_is upstream in $list "$both" 'wildcard -' ;;
	blacklist) filter_is upstream in $list "$both" 'per-source groups' ;;
	esac
	filter_rules=groups absent=two
	filter_is upstream in $list 'pinstance p: up1 ==> dn1;' 'wildcard -'
	absent=
done
stop_daemon
