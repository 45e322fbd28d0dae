#!/bin/sh
# SPDX-License-Identifier: MIT
# IGMPv1 hosts never say that they leave: their membership times out. They answer a query within
# 10 s (RFC 1112), which the group membership interval must outlast.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

topology 2
force_igmp 1
start_daemon "$plain
	pinstance p downstream * set robustness 5;
	pinstance p downstream * set query-interval 2;
	pinstance p downstream * set query-response-interval 0.5;"
forwards 4 239.9.1.1 1250 silent
