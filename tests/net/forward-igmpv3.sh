#!/bin/sh
# SPDX-License-Identifier: MIT
# IGMPv3 hosts get what they have joined and nothing else, until 0.6 s after their leave.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

topology 2
start_daemon "$plain"
forwards 4 239.9.3.1 200
