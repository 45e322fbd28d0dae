#!/bin/sh
# SPDX-License-Identifier: MIT
# attack-reports.sh FAMILY PROTOCOL GROUP NET BASE: reports flood in from any number of forged
# addresses, each for another group. Memory and state have a ceiling, the stream of GROUP that a host
# has joined before loses nothing, and what it joins meanwhile, groups of NET, comes as it did before.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

share=$((max_groups - max_groups / 4))

topology 1
ip_in src link set br0 type bridge mcast_hash_max 262144
# as if an address of each forged host were on the link
ip_in r route add 10.128.0.0/9 dev dn1
receive one h1 -g "$3"
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $asked_often
	pinstance p downstream * set max-groups $max_groups;"
wait_for 10 "the host has answered queries" has_reports "$2" dn1 4
wait_for 10 "it has answered one after another" has_counted "$2" dn1 tx-query 4
stream film src br0 -g "$3"
stream others src br0 -g "${4}0+10"
lines=$(log_lines)
resident
before=$resident
join_time "${4}0" "${4}1" "${4}2" "${4}3" "${4}4"
calm=$join_time
echo "joins take (us)$join_times"

flood "$1" groups $flood_addresses $flood_rate
wait_for 30 "the limit is met" has_counted "$2" dn1 limit-groups 1
equal "groups" "$(groups_of "$2")" $share
# as many as are the host's own part of what is kept
join_time "${4}5" "${4}6" "${4}7" "${4}8"
join_was_quick
wait_for $flood_seconds "$flood_count reports have come" flooded $flood_count
stop_flood
wait_for 10 "no more is known upstream" snooped_at_most $((share + 11))
resident
full=$resident

# others, who want others: what the first ones wanted is being left meanwhile
flood "$1" groups $flood_addresses $flood_rate "$5"
wait_for $flood_seconds "$flood_count reports have come" flooded $flood_count
stop_flood
resident
echo "memory (kB) $before before, $full after a flood, $resident after another one"
ceiling=$((before + 1024 + share * 700 / 1000))
within "memory after a flood (kB)" "$full" 0 $ceiling
within "memory after another flood (kB)" "$resident" 0 $ceiling
within "lines that were logged" $(($(log_lines) - lines)) 0 4
equal "allocations that failed" "$(counter r "$2" dn1 no-memory)" 0
stop_stream others
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
