#!/bin/sh
# SPDX-License-Identifier: MIT
# Source filters through two proxies: the root hears what the hosts of the inner one want together,
# and the outer one forwards no other stream.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-chain.sh"
. "${0%/*}/lib-sources.sh"

routes_are_set() {
	asked running && asked_of r2 running
}

chain_topology
ip_in src address add 10.9.0.5/24 dev br0
ip_in src address add fd09::5/64 dev br0 nodad
start_daemon "$outer" r2
start_daemon "$inner"

# everything twice, everything but A, B, and one of the source-specific group
wanted=$((160 + 160 + 60 + 60 + 100))
source_filters 4 239.9.20.1 232.9.20.1 10.9.0.1 10.9.0.5
vif_packets 4 dn1 r2
equal "IPv4 packets that the outer proxy has forwarded" "$packets" $wanted
forwarded_up0=0 forwarded_dn1=0 forwarded_dn2=0
source_filters 6 ff15::9:14:1 ff35::9:14:1 fd09::1 fd09::5
vif_packets 6 dn1 r2
equal "IPv6 packets that the outer proxy has forwarded" "$packets" $wanted
