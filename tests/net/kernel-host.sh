#!/bin/sh
# SPDX-License-Identifier: MIT
# `host kernel`: the router's kernel is the member upstream, of as many groups and with the filters that
# hosts ask for, beside other programs on the router, and whatever happens to the interface.

. "${0%/*}/lib.sh"

v4=239.9.30.1 v6=ff15::9:30:1

# joined GROUP: the kernel of the router is a member on up0
joined() {
	case "$(ip_in r maddress show dev up0) " in
	*" $1 "* | *" $1
"*) return 0 ;;
	esac
	return 1
}

both() {
	"$1" $v4 && "$1" $v6
}

neither() {
	! "$1" $v4 && ! "$1" $v6
}

# groups_joined COUNT: of those that are not link-local
groups_joined() {
	[ "$(ip_in r maddress show dev up0 | grep -c -e 'inet  239' -e 'inet6 ff15')" = "$1" ]
}

topology 2
start_daemon "$plain
	pinstance p upstream up0 set host kernel;
	pinstance p downstream * set startup-query-interval 1;"

# the kernel joins, reports and leaves
receive one h1 -g $v4 -g $v6
wait_for 3 "the kernel joins" both joined
wait_for 3 "the bridge has heard it" both snooped
equal "reports of mcproxy's own" "$(counter r igmp up0 tx-report) $(counter r mld up0 tx-report)" \
	"0 0"
send 20 src br0 -g $v4 -g $v6
leave one
got one 40
wait_for 3 "the kernel leaves" neither joined
wait_for 3 "the bridge has heard it" neither snooped

# filters
receive one h1 -s 10.9.0.1 -s 10.9.0.5 -s fd09::1 -g $v4 -g $v6
wait_for 3 "IPv4 sources are asked for" is 'include 10.9.0.1 10.9.0.5' snooped_entry $v4
wait_for 3 "IPv6 sources are asked for" is 'include fd09::1' snooped_entry $v6
receive two h2 -x 10.9.0.5 -x 10.9.0.6 -g $v4
wait_for 3 "they become an EXCLUDE list" is 'exclude 10.9.0.6' snooped_entry $v4
leave one
wait_for 3 "it grows" is 'exclude 10.9.0.5 10.9.0.6' snooped_entry $v4
leave two
wait_for 3 "all is left" neither joined

# more groups than a socket takes
receive one h1 -g 239.9.31.0+90 -g ff15::9:31:0+90
wait_for 5 "180 groups are joined" groups_joined 180
send 1 src br0 -g 239.9.31.0+90 -g ff15::9:31:0+90
leave one
got one 180
wait_for 3 "all are left" groups_joined 0

# another program on the router has one of the groups
start_in r "$MCPROXY_BIN/mcproxy-join" -i up0 -q -g $v4 -g $v6 >"$work/other.join" 2>&1
other=$!
wait_for 3 "the other program has joined" both snooped
receive one h1 -g $v4 -g $v6
wait_for 3 "the host is heard" asked group $v4 dn1
wait_for 3 "the host is heard" asked group $v6 dn1
leave one
wait_for 3 "the host is gone" not asked group $v4 dn1
wait_for 3 "the host is gone" not asked group $v6 dn1
holds 1 "the other program keeps its groups" both snooped
kill -TERM $other
exit_status $other
wait_for 3 "all is left" neither snooped

# the interface goes down, a host leaves, another one joins, and it comes up again
new4=239.9.30.2
receive one h1 -g $v4 -g $v6
receive two h2 -g $v6
wait_for 3 "the kernel joins" both joined
ip_in r link set up0 down
leave one
receive three h2 -g $new4
wait_for 3 "the hosts are heard" asked group $new4 dn2
wait_for 3 "the host is gone" not asked group $v4 dn1
ip_in r link set up0 up
wait_for 5 "up0 has a link-local address" has_link_local r up0
wait_for 3 "the new group is joined" joined $new4
wait_for 3 "the group that stayed is joined" joined $v6
wait_for 1 "the old one is not" not joined $v4

# the interface is made anew
ip_in r link del up0
wire src p0 r up0
ip_in src link set p0 master br0
address r up0 0 2
wait_for 5 "up0 has a link-local address" has_link_local r up0
wait_for 3 "the groups are joined again" joined $new4
wait_for 3 "the groups are joined again" joined $v6

# it ends
stop_daemon
wait_for 1 "nothing is left" groups_joined 0
