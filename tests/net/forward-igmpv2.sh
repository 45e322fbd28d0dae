#!/bin/sh
# SPDX-License-Identifier: MIT
# IGMPv2 hosts, behind a proxy that speaks IGMPv3 and behind one that is limited to IGMPv2.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

topology 2
force_igmp 2
start_daemon "$plain"
forwards 4 239.9.2.1 200
stop_daemon

start_daemon "protocol IGMPv2; ${plain#*;}"
forwards 4 239.9.2.2 200
