#!/bin/sh
# SPDX-License-Identifier: MIT
# MLDv2 hosts get what they have joined and nothing else, until 0.6 s after their leave.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-forward.sh"

topology 2
start_daemon "$plain"
forwards 6 ff15::9:2:1 200
