#!/bin/sh
# SPDX-License-Identifier: MIT
# A flood of IPv4 reports from forged addresses, each for another group.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

withstands 4 igmp 239.9.30.1 239.9.31. 238.128.0.0
