#!/bin/sh
# SPDX-License-Identifier: MIT
# sources.sh FAMILY GROUP SSM_GROUP A B B/LENGTH: source filters, of IGMPv3 or of MLDv2: every host gets
# exactly the sources that it asked for, at any time. A is an address of br0, B becomes one.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-sources.sh"

family=$1 group=$2 ssm=$3 a=$4 b=$5
topology 2
address=$6
[ "$family" = 4 ] || address="$6 nodad"
# shellcheck disable=SC2086 # a word or two
ip_in src address add dev br0 $address
start_daemon "$plain"

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
