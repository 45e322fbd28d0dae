#!/bin/sh
# SPDX-License-Identifier: MIT
# IGMPv3 source filters: every host gets exactly the sources that it asked for, at any time.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-sources.sh"

topology 2
ip_in src address add 10.9.0.5/24 dev br0
start_daemon "$plain"
source_filters 4 239.9.5.1 232.9.5.1 10.9.0.1 10.9.0.5
