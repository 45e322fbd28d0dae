#!/bin/sh
# SPDX-License-Identifier: MIT
# Filters in every direction, on both sides, with both lists, where MLDv2 is spoken.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"
. "${0%/*}/lib-filters.sh"

filter_matrix 6 MLDv2
