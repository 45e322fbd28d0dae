#!/bin/sh
# SPDX-License-Identifier: MIT
# Messages that are wrong, each in another way: a counter tells of each, and nothing else happens.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

v4=239.9.37.1 v6=ff15::9:25:1

topology 1
ip_in r route add 10.128.0.0/9 dev dn1
start_daemon "protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1; $patient
	pinstance p downstream * set router-alert strict;
	pinstance p downstream * set oldest-version IGMPv2;
	pinstance p downstream * set accept-from (10.9.1.0/24 fe80::/10);"
receive one h1 -g $v4 -g $v6
for group in $v4 $v6; do
	wait_for 10 "dn1 has $group" asked group $group dn1
done
stream film src br0 -g $v4 -g $v6
before=$(told_of r groups | cut -f 1-6)

for family in 4 6; do
	case $family in
	4)
		host=10.9.1.9 unicast=10.1.1.1 group=239.9.37.9 link=224.0.0.9 ssm=232.9.37.9
		short_report=7 short_query=10 cut_record=20
		# what the kernel lets through of one protocol only
		counts drop-checksum 4 $host old $group sum=bad
		counts drop-checksum 4 $host report TO_EX $group sum=bad
		counts drop-type 4 $host old $group poke=0:0x99
		counts drop-router-alert 4 $host old $group ra=no
		counts drop-version 4 $host old $group poke=0:0x12
		counts drop-accept-from 4 10.128.0.9 report TO_EX $group
		;;
	6)
		host=fe80::9 unicast=2001:db8::1 group=ff15::9:25:9 link=ff02::9 ssm=ff35::9:25:9
		short_report=23 short_query=26 cut_record=44
		counts drop-source 6 :: report TO_EX $group
		counts drop-source 6 fd09:0:0:1::9 report TO_EX $group
		counts drop-source 6 fd09:0:0:1::9 leave $v6
		counts drop-router-alert 6 $host leave $v6 ra=no
		;;
	esac
	for ttl in 2 64 255; do
		counts drop-ttl $family $host report TO_EX $group ttl=$ttl
	done
	counts drop-ttl $family $host leave "$([ $family = 4 ] && echo $v4 || echo $v6)" ttl=2
	counts drop-router-alert $family $host report TO_EX $group ra=no
	# too short to be one; less than it announces; more than there is
	counts drop-length $family $host old $group cut=$short_report
	counts drop-length $family $host query cut=$short_query
	counts drop-truncated $family $host report ALLOW $group "{$host $host}" cut=$cut_record
	counts drop-truncated $family $host report TO_EX $group cut=12
	counts drop-truncated $family $host report TO_EX $group poke=7:9
	counts drop-truncated $family $host report TO_EX $group poke=6:255 poke=7:255
	counts drop-truncated $family $host report TO_EX $group poke=9:255
	counts drop-truncated $family $host report TO_EX $group poke=10:255 poke=11:255
	# no group, no such type of a record, no source, no group of any source
	counts drop-group $family $host old $unicast dst=$group
	counts drop-group $family $host leave $unicast
	counts drop-record-type $family $host report TO_EX $group poke=8:7
	counts drop-record-type $family $host report TO_EX $group poke=8:0
	counts drop-record-group $family $host report TO_EX $unicast
	counts drop-record-source $family $host report ALLOW $group "{$link}"
	counts drop-record-ssm $family $host report TO_EX $ssm
	counts drop-record-ssm $family $host old $ssm
	counts link-scope $family $host report TO_EX $link
done

# nobody is heard upstream but queriers
for protocol in igmp mld; do
	case $protocol in
	igmp) set -- 4 10.9.0.9 old 239.9.37.9 ;;
	mld) set -- 6 fe80::9 old ff15::9:25:9 ;;
	esac
	dropped=$(counter r $protocol up0 drop-role)
	in_space src "$attack" br0 send "$@" || fail "attack br0 send $*"
	wait_for 5 "drop-role goes up for $*" has_counted $protocol up0 drop-role $((dropped + 1))
done

equal "what is held" "$(told_of r groups | cut -f 1-6)" "$before"
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
