#!/bin/sh
# SPDX-License-Identifier: MIT
# A flood of IPv6 reports from forged addresses, each for another group.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"

withstands 6 mld ff15::9:1e:1 ff15::9:1f: ff15::ae:0:0
