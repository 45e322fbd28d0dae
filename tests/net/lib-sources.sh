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

# source_filters FAMILY GROUP SSM_GROUP A B: every host gets exactly the sources that it asked for, at
# any time. A and B are addresses of br0.
source_filters() {
	family=$1 group=$2 ssm=$3 a=$4 b=$5

	# h1 only wants A, h2 anything but A: together that is everything
	receive one h1 -s "$a" -g "$group"
	wait_for 5 "upstream: include A" upstream_is "$group" "include $a"
	receive two h2 -x "$a" -g "$group"
	wait_for 5 "upstream: everything" upstream_is "$group" exclude
	send 100 src br0 -s "$a" -g "$group"
	send 60 src br0 -s "$b" -g "$group"
	forwarded_are "$family" "include A, exclude A" 0 100 60

	# h1 comes to want B as well
	receive three h1 -s "$b" -g "$group"
	wait_for 5 "dn1 has B" has_source dn1 "$group" "$b"
	send 100 src br0 -s "$a" -g "$group"
	send 60 src br0 -s "$b" -g "$group"
	forwarded_are "$family" "include A and B, exclude A" 0 160 60

	# and is tired of A: nobody is left who wants it
	leave one
	got one 200
	wait_for 5 "upstream: exclude A" upstream_is "$group" "exclude $a"
	send 100 src br0 -s "$a" -g "$group"
	send 60 src br0 -s "$b" -g "$group"
	forwarded_are "$family" "include B, exclude A" 0 60 60

	leave two
	got two 180
	wait_for 5 "upstream: include B" upstream_is "$group" "include $b"
	send 100 src br0 -s "$a" -g "$group"
	send 60 src br0 -s "$b" -g "$group"
	forwarded_are "$family" "include B" 0 60 0

	leave three
	got three 180
	wait_for 5 "upstream: nothing" upstream_is "$group" ""
	send 60 src br0 -s "$b" -g "$group"
	forwarded_are "$family" "nothing" 0 0 0

	# a source-specific group cannot be had from every source (RFC 4604)
	receive four h1 -s "$a" -g "$ssm"
	receive five h2 -g "$ssm"
	wait_for 5 "upstream: include A" upstream_is "$ssm" "include $a"
	holds 1 "dn2 has no part in $ssm" not asked group "$ssm" dn2
	send 100 src br0 -s "$a" -g "$ssm"
	send 60 src br0 -s "$b" -g "$ssm"
	forwarded_are "$family" "source-specific" 0 100 0
	assert "upstream: include A" upstream_is "$ssm" "include $a"
	leave four
	got four 100
	wait_for 5 "upstream: nothing" upstream_is "$ssm" ""
}
