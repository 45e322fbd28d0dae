#!/bin/sh
# SPDX-License-Identifier: MIT
# MLDv1 hosts, behind a proxy that speaks MLDv2 and behind one that is limited to MLDv1.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

topology 2
force_mld 1
start_daemon "$plain"
forwards 6 ff15::9:1:1 200
stop_daemon

start_daemon "protocol MLDv1; pinstance p: up0 ==> dn1 dn2;
	pinstance p downstream * set last-member-query-interval 0.3;"
forwards 6 ff15::9:1:2 200
