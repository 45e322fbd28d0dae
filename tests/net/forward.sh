#!/bin/sh
# SPDX-License-Identifier: MIT
# forward.sh igmp|mld VERSION: hosts of that version get what they have joined and nothing else, until
# 0.6 s after their leave: behind a proxy that speaks the newest, and behind one that is limited to it.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

topology 2
case $1$2 in
igmp1)
	# These never say that they leave: their membership times out. They answer a query within 10 s
	# (RFC 1112), which the group membership interval must outlast.
	force_igmp 1
	start_daemon "$plain
		pinstance p downstream * set robustness 5;
		pinstance p downstream * set query-interval 2;
		pinstance p downstream * set query-response-interval 0.5;"
	forwards 4 239.9.1.1 1250 silent
	;;
igmp2)
	force_igmp 2
	start_daemon "$plain"
	forwards 4 239.9.2.1 200
	stop_daemon
	start_daemon "protocol IGMPv2; ${plain#*;}"
	forwards 4 239.9.2.2 200
	;;
igmp3)
	start_daemon "$plain"
	forwards 4 239.9.3.1 200
	;;
mld1)
	force_mld 1
	start_daemon "$plain"
	forwards 6 ff15::9:1:1 200
	stop_daemon
	start_daemon "protocol MLDv1; pinstance p: up0 ==> dn1 dn2;
		pinstance p downstream * set last-member-query-interval 0.3;"
	forwards 6 ff15::9:1:2 200
	;;
mld2)
	start_daemon "$plain"
	forwards 6 ff15::9:2:1 200
	;;
*) fail "no such version: $*" ;;
esac
