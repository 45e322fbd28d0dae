#!/bin/sh
# SPDX-License-Identifier: MIT
# Which of two upstreams a membership is subscribed at with `rulematching first`: at the first whose
# filter takes it, and what is left over at the next. Data are taken from there, and only from there.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"

# The groups of the test: NUMBER FAMILY
group() {
	of_family "$2" "239.9.21.$1" "ff15::9:21:$1"
}

# groups FAMILY NUMBER...: as arguments
groups() {
	groups_family=$1
	shift
	for groups_number; do
		echo "-g $(group "$groups_number" "$groups_family")"
	done
}

# heard ROOT GROUP: as snooped_entry, with A and B for the sources
heard() {
	snooped_entry "$2" "$1" | sed "s/$a4/A/; s/$b4/B/; s/$a6/A/; s/$b6/B/"
}

# subscribes NUMBER ENTRY1 ENTRY2: what each root has heard
subscribes() {
	for family in 4 6; do
		g=$(group "$1" $family)
		wait_for 5 "root 1 hears '$2' of $g" is "$2" heard s1 "$g"
		wait_for 5 "root 2 hears '$3' of $g" is "$3" heard s2 "$g"
	done
}

# has_routes FAMILY SOURCE NUMBER...: the kernel has been told about each
has_routes() {
	routes_family=$1 routes_source=$2
	shift 2
	for routes_number; do
		[ "$(flow r "$routes_source" "$(group "$routes_number" "$routes_family")")" ] ||
			return 1
	done
}

# streams NUMBER...: to each group 11 packets of A and 21 of B from root 1, 41 of A and 81 of B from
# root 2
streams() {
	for family in 4 6; do
		pick_sources $family
		for stream in "10 s1 $a" "20 s1 $b" "40 s2 $a" "80 s2 $b"; do
			source=${stream##* } root=${stream#* }
			# shellcheck disable=SC2046
			send 1 "${root% *}" br0 -s "$source" $(groups $family "$@")
			wait_for 5 "$source has routes" has_routes $family "$source" "$@"
			# shellcheck disable=SC2046
			send "${stream%% *}" "${root% *}" br0 -s "$source" $(groups $family "$@")
		done
	done
}

# come NUMBER RECEIVER SOURCE...: of these that came to the group: A1 B1 A2 B2
come() {
	come_number=$1 come_receiver=$2 come_count=0
	shift 2
	for come_source; do
		case $come_source in A1) n=11 ;; B1) n=21 ;; A2) n=41 ;; B2) n=81 ;; esac
		come_count=$((come_count + n))
	done
	for family in 4 6; do
		g=$(group "$come_number" $family)
		equal "packets of $g that came to $come_receiver, lost, twice ($*)" "$(awk \
			-F '\t' -v g="$g" '$1 == g { print $2, $3, $4 }' \
			"$work/$come_receiver.join")" "$come_count 0 0"
	done
	come_total=$((come_total + come_count))
}

# forwarded_in_all: no more than came to those who counted.
forwarded_in_all() {
	for family in 4 6; do
		forwarded_are $family all r "dn1 $come_total"
	done
}

# hosts_join ANY, LISTED, BUT: numbers of the groups that hosts want of all sources, of A and B, of
# all but A
hosts_join() {
	come_total=0
	# shellcheck disable=SC2046,SC2086
	receive any h1 $(groups 4 $1) $(groups 6 $1)
	# shellcheck disable=SC2046,SC2086
	receive listed h1 -s $a4 -s $b4 -s $a6 -s $b6 $(groups 4 $2) $(groups 6 $2)
	# shellcheck disable=SC2046,SC2086
	receive but h1 -x $a4 -x $a6 $(groups 4 $3) $(groups 6 $3)
}

hosts_leave() {
	leave any
	leave listed
	leave but
}

two_upstreams
start_daemon "$two"
hosts_join 1 11 21
subscribes 1 exclude ""
subscribes 11 "include A B" ""
subscribes 21 "exclude A" ""
streams 1 11 21
hosts_leave
come 1 any A1 B1
come 11 listed A1 B1
come 21 but B1
forwarded_in_all
stop_daemon

# Groups 1 are taken whole by the first, groups 2 not at all; of groups 3 it takes A, of groups 4 all
# but B, of groups 5 a prefix with A, so that nobody can list what it does not take.
tables="
	table but-b {
		(239.9.21.4 | * - 10.9.100.1) (239.9.21.4 | 10.9.100.3 - *)
		(239.9.21.14 | * - 10.9.100.1) (239.9.21.14 | 10.9.100.3 - *)
		(ff15::9:21:4 | * - fd09:0:0:100::1) (ff15::9:21:4 | fd09:0:0:100::3 - *)
		(ff15::9:21:14 | * - fd09:0:0:100::1) (ff15::9:21:14 | fd09:0:0:100::3 - *)
	};
	table prefixes {
		(239.9.21.5 | 10.9.100.0/31) (ff15::9:21:5 | fd09:0:0:100::/127)
		(239.9.21.15 | 10.9.100.0/31) (ff15::9:21:15 | fd09:0:0:100::/127)
		(239.9.21.25 | 10.9.100.0/31) (ff15::9:21:25 | fd09:0:0:100::/127)
	};
	table some {
		(239.9.21.1 | *) (239.9.21.11 | *) (239.9.21.21 | *)
		(ff15::9:21:1 | *) (ff15::9:21:11 | *) (ff15::9:21:21 | *)
		(239.9.21.3 | $a4) (239.9.21.13 | $a4) (239.9.21.23 | $a4)
		(ff15::9:21:3 | $a6) (ff15::9:21:13 | $a6) (ff15::9:21:23 | $a6)
		(table but-b) (table prefixes)
	};"
restart "$two $tables pinstance p upstream up1 in whitelist table some;"
hosts_join "1 2 3 4 5" "11 12 13 14 15" "21 22 23 25"
subscribes 1 exclude ""
subscribes 11 "include A B" ""
subscribes 21 "exclude A" ""
subscribes 2 "" exclude
subscribes 12 "" "include A B"
subscribes 22 "" "exclude A"
subscribes 3 "include A" "exclude A"
subscribes 13 "include A" "include B"
subscribes 23 "" "exclude A"
subscribes 4 "exclude B" "include B"
subscribes 14 "include A" "include B"
subscribes 5 exclude exclude
subscribes 15 "include A" "include B"
subscribes 25 "exclude A" "exclude A"
streams 1 2 3 4 5 11 12 13 14 15 21 22 23 25
hosts_leave
come 1 any A1 B1
come 11 listed A1 B1
come 21 but B1
come 2 any A2 B2
come 12 listed A2 B2
come 22 but B2
come 3 any A1 B2
come 13 listed A1 B2
come 23 but B2
come 4 any A1 B2
come 14 listed A1 B2
come 5 any A1 B2
come 15 listed A1 B2
come 25 but B2
forwarded_in_all
stop_daemon

# a blacklist takes the rest
restart "$two $tables pinstance p upstream up1 in blacklist table some;"
hosts_join "1 2 3 4 5" "11 12 13 14 15" "21 22 23 25"
subscribes 1 "" exclude
subscribes 11 "" "include A B"
subscribes 21 "" "exclude A"
subscribes 2 exclude ""
subscribes 12 "include A B" ""
subscribes 22 "exclude A" ""
subscribes 3 "exclude A" "include A"
subscribes 13 "include B" "include A"
subscribes 23 "exclude A" ""
subscribes 4 "include B" "exclude B"
subscribes 14 "include B" "include A"
subscribes 5 exclude exclude
subscribes 15 "include B" "include A"
subscribes 25 "exclude A" "exclude A"
streams 1 2 3 4 5 11 12 13 14 15 21 22 23 25
hosts_leave
come 1 any A2 B2
come 11 listed A2 B2
come 21 but B2
come 2 any A1 B1
come 12 listed A1 B1
come 22 but B1
come 3 any B1 A2
come 13 listed B1 A2
come 23 but B1
come 4 any B1 A2
come 14 listed B1 A2
come 5 any B1 A2
come 15 listed B1 A2
come 25 but B1
forwarded_in_all
stop_daemon
