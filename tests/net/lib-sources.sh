# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: MIT
#
# Source filters, the same for both families.

# forwarded_are FAMILY WHAT UP0 DN1 DN2: packets forwarded out of each since the last time.
forwarded_up0=0 forwarded_dn1=0 forwarded_dn2=0
forwarded_are() {
	vif_packets "$1" up0
	equal "$2: packets forwarded to up0" $((packets - forwarded_up0)) "$3"
	forwarded_up0=$packets
	vif_packets "$1" dn1
	equal "$2: packets forwarded to dn1" $((packets - forwarded_dn1)) "$4"
	forwarded_dn1=$packets
	vif_packets "$1" dn2
	equal "$2: packets forwarded to dn2" $((packets - forwarded_dn2)) "$5"
	forwarded_dn2=$packets
}

# has_source IF GROUP SOURCE: somebody behind IF wants it.
has_source() {
	told_of r groups | awk -F '\t' -v i="$1" -v g="$2" -v s="$3" '
		$2 == i && $3 == g && $4 == s && $5 == "include" { found = 1 }
		END { exit !found }'
}

# upstream_is GROUP WHAT: as the bridge upstream has understood it. A proxy reports before it sets its
# routes; when it answers, it has.
upstream_is() {
	[ "$(snooped_entry "$1")" = "$2" ] && routes_are_set
}

routes_are_set() {
	asked running
}
