#!/bin/sh
# SPDX-License-Identifier: MIT
# Forged signs of other routers (RFC 4286): those that no router of the link can have sent change
# nothing and are counted, floods of them cost neither packets nor memory; a lower address is given way
# to for three intervals, with `querier always` not at all.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-attack.sh"
. "${0%/*}/lib-pair.sh"

v4=239.9.37.1 v6=ff15::9:25:1
router4=10.9.1.100
low4=10.9.1.7 low6=fe80::7 high4=10.9.1.200 high6=fe80::fff:ffff:ffff:1

topology 1
# an IP address that is not the lowest
ip_in r link set dn1 down
ip_in r link set dn1 address 02:00:00:00:00:02 up
ip_in r address flush dev dn1 scope global
address r dn1 1 100
wait_for 5 "dn1 has its link-local address again" has_link_local r dn1
config='protocol IGMPv3; protocol MLDv2; pinstance p: up0 ==> dn1;
	pinstance p set forwarding auto;'

# starts NAME CONFIGURATION: a receiver, and a stream to it
starts() {
	start_daemon "$2"
	receive "$1" h1 -g $v4 -g $v6
	for group in $v4 $v6; do
		wait_for 10 "dn1 has $group" asked group $group dn1
	done
	stream film src br0 -g $v4 -g $v6
}

# ends NAME: nothing was lost, but for some at the beginning, while the kernel asks where they go
ends() {
	stop_stream film
	sleep 0.2 # for whoever has to read the last packet
	leave "$1"
	come "$1"
	equal "packets that came again" "$twice" 0
	within "packets" "$received" $((sent - 60)) "$sent"
}

# said: messages of RFC 4286 that the proxy has sent on dn1, of IPv6
said() {
	counter r mld dn1 tx-mrd
}

starts one "$config"
# from elsewhere, from nowhere, from another scope; too far; to others; spoilt; without the option
counts drop-source 4 9.9.9.9 advert
counts drop-source 4 10.9.2.1 advert
counts drop-source 4 10.9.1.0 advert
counts drop-source 4 0.0.0.0 advert
counts drop-source 4 0.0.0.0 terminate
counts drop-source 6 :: advert
counts drop-source 6 fd09:0:0:1::7 advert
counts drop-source 6 fe80:: advert
counts drop-ttl 4 $low4 advert ttl=2
counts drop-ttl 6 $low6 advert ttl=64
counts drop-destination 4 $low4 advert dst=$router4
counts drop-destination 4 $low4 solicit dst=224.0.0.106
counts drop-checksum 4 $low4 advert sum=bad
counts drop-length 6 $low6 advert cut=4
counts drop-router-alert 6 $low6 advert ra=no
# of a higher address, which goes after this one
counts rx-mrd 4 $high4 advert every=255
counts rx-mrd 6 $high6 advert every=255
counts rx-mrd 4 $high4 terminate
# whoever asks, however often, is answered once a second
before=$(said)
flood 6 discover 20000 10000
sleep 3
stop_flood
within "what is said to 30,000 who ask" $(($(said) - before)) 1 5
ends one
stop_daemon

# with one router on the link
starts two "$config pinstance p downstream * set querier always;"
flood 6 adverts 20000 10000
sleep 2
stop_flood
counts rx-mrd 4 $low4 advert every=255
counts rx-mrd 6 $low6 advert every=255
ends two
equal "who forwards" "$(told_of r interfaces | awk -F '\t' '$2 == "dn1" { print $17 }' | grep -c '^here')" 2
stop_daemon
