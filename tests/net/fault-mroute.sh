#!/bin/sh
# SPDX-License-Identifier: MIT
# What the kernel refuses about VIFs and routes (ENOENT, EADDRINUSE) is made up for: at once, or as
# soon as it is tried again; what is to be removed and is not there is no error; and at the start a
# table that is in use is waited for.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-faults.sh"

v4=239.9.33 v6=ff15::9:21

# warnings: lines of the log beyond what is said when all is well
warnings() {
	told_of r log | awk -F '\t' '$2 == "error" || $2 == "warning"' | wc -l
}

# flows WHAT NUMBER: packets to the groups of that number reach h1
flows() {
	receive "$2" h1 -g "$v4.$2" -g "$v6:$2"
	for group in $v4.$2 $v6:$2; do
		wait_for 5 "dn1 has $group" asked group "$group" dn1
	done
	wait_for 5 "$1" asked healthy
	send 5 src br0 -g "$v4.$2" -g "$v6:$2"
	leave "$2"
	got "$2" 10
	wait_for 5 "$v4.$2 is left" not asked group "$v4.$2"
	wait_for 5 "$v6:$2 is left" not asked group "$v6:$2"
}

with_faults
topology 1

# somebody has both tables for a while: two attempts, 1 and 2 s
fault init 2 EADDRINUSE
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p downstream * set last-member-query-interval 0.1;"
assert "it waits" not asked healthy
wait_for 6 "it has the tables" asked healthy
equal "what it said of that" "$(told_of r log | cut -f 2,3 | grep waits | tr '\t' ' ')" \
	"error instance p waits: IPv4 multicast routing is held by another process"
flows "all is well" 1
equal "warnings" "$(warnings)" 1

# state STATE: dn1's, as the daemon sees it
state() {
	[ "$(told_of r interfaces | awk -F '\t' '$2 == "dn1" { print $5 }' | sort -u)" = "$1" ]
}

# come_back: dn1, as another interface
come_back() {
	ip_in r link set dn1 name away
	wait_for 5 "dn1 is absent" state absent
	ip_in r link set away name dn1
	ip_in r link set dn1 up
	wait_for 5 "dn1 is up" state up
}

# a VIF that could not be removed is in the way: it is removed then
fault del-vif 2 ENOENT
come_back
flows "dn1 has its VIF" 2
fault add-vif 1 EADDRINUSE
come_back
has_failed add-vif || fail "no VIF was refused"
flows "dn1 has its VIF" 3
equal "warnings" "$(warnings)" 1
fault add-vif 2 EADDRINUSE
come_back
flows "dn1 has its VIF a second later" 3
equal "warnings" "$(warnings)" 2

# refused routes come a second later
for error in ENOENT EADDRINUSE; do
	fault add-route 2 $error
	flows "the routes are set" 4
done
equal "warnings, one each time" "$(warnings)" 4

# what is to go is gone
fault del-route 255 ENOENT
flows "all is well" 5
has_failed del-route 2 || fail "no route was removed"
fault del-route 0
flows "all is well" 5
equal "warnings" "$(warnings)" 4
stop_daemon
