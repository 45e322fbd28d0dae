#!/bin/sh
# SPDX-License-Identifier: MIT
# Beside igmpproxy, which forwards whoever asks and knows nothing of elections: no packet comes more
# than twice, whatever its TTL, and log, mcproxy-stat, healthy and mcproxy-check say that there is
# another router, and which.

# shellcheck disable=SC2046 # lists of groups
. "${0%/*}/lib.sh"
. "${0%/*}/lib-pair.sh"

igmpproxy=${IGMPPROXY:-/usr/sbin/igmpproxy}
[ -x "$igmpproxy" ] || skip "no igmpproxy (apt-get install igmpproxy)"
groups=239.9.34.1
config='protocol IGMPv3; pinstance p: up0 ==> dn1;
	pinstance p set forwarding auto;'

# Its version of this name wants its configuration in a file and stays in the foreground.
start_igmpproxy() {
	cat >"$work/igmpproxy.conf" <<-END
		quickleave
		phyint up0 upstream ratelimit 0 threshold 1
			altnet 10.0.0.0/8
		phyint dn1 downstream ratelimit 0 threshold 1
	END
	start_in r2 "$igmpproxy" -n -vv "$work/igmpproxy.conf" >"$work/igmpproxy.log" 2>&1
	logs="$logs $work/igmpproxy.log"
	its=$!
	joined() {
		in_space r2 cat /proc/net/ip_mr_vif | grep -q dn1
	}
	wait_for 5 "igmpproxy runs" joined
}

# It asks there, with a higher address, so it is taken for the other one.
other='dn1: IPv4 multicast is forwarded here and by another router, perhaps 10.9.1.3, so may come twice'

named() {
	"$MCPROXY_BIN/mcproxy-stat" -s "$work/r.sock" healthy | grep -q "^yes: $other"
}

# The log waits 15 s, as two routers that know of each other need some to agree.
logged() {
	wait_for 30 "the log says who it is" grep -q "$other" "$work/r.log"
}

checked() {
	in_space r "$MCPROXY_BIN/mcproxy-check" -f "$work/r.conf" | grep -q "$other"
}

pair_topology
pair_members=r
start_daemon "$config"
start_igmpproxy
receive early h1 $(groups_of)
pair_groups r
# its answer to the querier's first question, and the host's
sleep 1
meanwhile "igmpproxy forwards as well" 0 logged
wait_for 5 "healthy says who it is" named
assert "mcproxy-check says it" checked
leave early
kill -TERM "$its"
