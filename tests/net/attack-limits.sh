#!/bin/sh
# SPDX-License-Identifier: MIT
# Each limit of what hosts may ask for, exceeded by forged reports, which its counter tells: reports of
# a host, sources of a group and of all, hosts that are tracked. Whoever was there loses nothing, and
# what he joins comes.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

v4=239.9.33.1 v6=ff15::9:21:1

# sources_of GROUP: how many are listed; all of them without a GROUP
sources_of() {
	told_of r groups | awk -F '\t' -v g="${1:-}" \
		'$2 == "dn1" && $4 != "*" && (!g || $3 == g)' | wc -l
}

# hosts_of GROUP
hosts_of() {
	told_of r groups | awk -F '\t' -v g="$1" '$2 == "dn1" && $3 == g && $4 == "*" { print $8 }'
}

# swarm FAMILY PROTOCOL KIND ADDRESSES GROUP COUNTER NUMBER: a flood, in which the counter goes up by
# at least NUMBER, and the host joins something
swarm() {
	counted=$(counter r "$2" dn1 "$6")
	flood "$1" "$3" "$4" 10000 "$5"
	wait_for 30 "$6 goes up" has_counted "$2" dn1 "$6" $((counted + 1))
	join_time "$new"
	join_was_quick
	wait_for 30 "$6 goes up by $7" has_counted "$2" dn1 "$6" $((counted + $7))
	stop_flood
}

# leaving FAMILY GROUP: 20,000 forged leaves
leaving() {
	flood "$1" leaves 5000 10000 "$2"
	wait_for 30 "20000 leaves have come" flooded 20000
	stop_flood
}

topology 1
ip_in r route add 10.128.0.0/9 dev dn1
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $asked_often
	pinstance p downstream * set max-groups 64;
	pinstance p downstream * set max-reports 200;
	pinstance p downstream * set max-sources 40;
	pinstance p downstream * set max-total-sources 400;
	pinstance p downstream * set max-hosts 12;
	pinstance p downstream * set quick-leave tracked;"
receive one h1 -g $v4 -g $v6
for protocol in igmp mld; do
	wait_for 15 "the host has answered $protocol queries" has_reports $protocol dn1 5
	wait_for 15 "it has answered one after another" has_counted $protocol dn1 tx-query 4
done
stream film src br0 -g $v4 -g $v6
stream others src br0 -g 239.9.34.1 -g 232.9.34.1 -g ff15::9:22:1 -g ff35::9:22:1
resident
before=$resident

for family in 4 6; do
	case $family in
	4) protocol=igmp any=239.9.34.1 ssm=232.9.34.1 source=10.9.0.1 crowd=239.9.35.1 list=239.9.36.0 ;;
	6) protocol=mld any=ff15::9:22:1 ssm=ff35::9:22:1 source=fd09::1 crowd=ff15::9:23:1 list=ff15::9:24:0 ;;
	esac
	new=$any join_source=
	join_time $new
	calm=$join_time
	echo "IPv$family: a join takes (us)$join_times"

	# hosts of a group; each takes as much as four sources
	swarm $family $protocol members 5000 "$crowd" limit-hosts 10000
	within "IPv$family hosts of a group" "$(hosts_of "$crowd")" 1 12

	# 32 groups, 300 sources in all, 30 of each
	new=$ssm join_source=$source
	swarm $family $protocol sources 5000 "$list" limit-sources 50000
	within "IPv$family sources" "$(sources_of)" 32 400
	within "IPv$family sources of a group" "$(sources_of "$list")" 1 40

	# one host: 2,000 reports at once, then 200 a second; it becomes one that goes on reporting
	new=$any join_source=
	swarm $family $protocol groups 1 "$list" limit-reports 20000
	within "IPv$family groups" "$(groups_of $protocol)" 1 64

	# they say that the host leaves, in the older version and in the newer one
	leaving $family "$([ $family = 4 ] && echo $v4 || echo $v6)"
done
resident
echo "memory (kB) $before before, $resident after"
within "memory after the floods (kB)" "$resident" 0 $((before + 1024))
stop_stream others
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon

# without tracking it is asked about, and the host answers
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $patient"
receive two h1 -g $v4 -g $v6
for group in $v4 $v6; do
	wait_for 10 "dn1 has $group" asked group $group dn1
done
stream film src br0 -g $v4 -g $v6
leaving 4 $v4
leaving 6 $v6
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave two
got two "$sent"
stop_daemon
