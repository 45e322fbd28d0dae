#!/bin/sh
# SPDX-License-Identifier: MIT
# sources.sh FAMILY GROUP SSM_GROUP A B B/LENGTH: source filters, of IGMPv3 or of MLDv2: every host gets
# exactly the sources that it asked for, at any time. A is an address of br0, B becomes one.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-sources.sh"

topology 2
address=$6
[ "$1" = 4 ] || address="$6 nodad"
# shellcheck disable=SC2086 # a word or two
ip_in src address add dev br0 $address
start_daemon "$plain"
source_filters "$1" "$2" "$3" "$4" "$5"
