#!/bin/sh
# SPDX-License-Identifier: MIT
# Link-local groups stay on their link. SSDP goes to the other downstreams, but neither upstream nor
# in from there unless it is configured.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-sources.sh"

# stays FAMILY GROUP: nobody forwards it or tells of it, though h1 and h2 join it.
stays() {
	receive one h1 -g "$2"
	receive two h2 -g "$2"
	send 20 h1 eth0 -g "$2"
	send 20 src br0 -g "$2"
	forwarded_are "$1" "$2" 0 0 0
	assert "$2 is not subscribed upstream" not asked upstream "$2"
	leave one
	leave two
}

# local_scope FAMILY LINK_LOCAL SSDP
local_scope() {
	forwarded_up0=0 forwarded_dn1=0 forwarded_dn2=0
	stays "$1" "$2"
	receive two h2 -g "$3"
	wait_for 5 "dn2 has $3" asked group "$3" dn2
	send 50 h1 eth0 -g "$3"
	forwarded_are "$1" "$3" 0 0 50
	send 50 src br0 -g "$3"
	forwarded_are "$1" "$3, from upstream" 0 0 0
	holds 1 "$3 is not subscribed upstream" not asked upstream "$3"
	assert "no report of $3 was seen upstream" not snooped "$3"
	leave two
	got two 50
}

# ssdp_goes_up FAMILY SSDP
ssdp_goes_up() {
	forwarded_up0=0 forwarded_dn1=0 forwarded_dn2=0
	receive two h2 -g "$2"
	wait_for 5 "a report of $2 is seen upstream" snooped "$2"
	send 50 h1 eth0 -g "$2"
	forwarded_are "$1" "$2, with ssdp proxy" 50 0 50
	send 50 src br0 -g "$2"
	forwarded_are "$1" "$2, with ssdp proxy, from upstream" 0 0 50
	leave two
	got two 100
}

topology 2
start_daemon "$plain"
local_scope 4 224.0.0.251 239.255.255.250
local_scope 6 ff02::fb ff05::c
stop_daemon

start_daemon "$plain
	pinstance p set ssdp proxy;"
ssdp_goes_up 4 239.255.255.250
ssdp_goes_up 6 ff05::c
