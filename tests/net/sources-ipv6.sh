#!/bin/sh
# SPDX-License-Identifier: MIT
# MLDv2 source filters: every host gets exactly the sources that it asked for, at any time.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-sources.sh"

topology 2
ip_in src address add fd09::5/64 dev br0 nodad
start_daemon "$plain"
source_filters 6 ff15::9:5:1 ff35::8009:501 fd09::1 fd09::5
