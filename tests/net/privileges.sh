#!/bin/sh
# SPDX-License-Identifier: MIT
# As another user, in an empty root directory, with two capabilities: everything goes on as before, for
# interfaces and instances that come later, too, and all is cleaned up at the end.

. "${0%/*}/lib.sh"

# In a user namespace there may be no other users.
awk '$1 != 0 || $2 != 0 || $3 < 65535 { exit 1 }' /proc/self/uid_map || skip 'not root of all users'

v4=239.9.32.1 v6=ff15::9:32:1

ctl() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@" >"$work/ctl" 2>&1
}

status_line() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$daemon/status" | tr '\t' ' '
}

rp_filter() {
	in_space r cat "/proc/sys/net/ipv4/conf/$1/rp_filter"
}

# rules: how many there are for table 40
rules() {
	{
		ip_in r mrule show
		ip_in r -6 mrule show
	} | grep -c 'lookup 40 ' || :
}

# flows HOST: what is sent arrives, all of it and once
flows() {
	receive flow "$1" -g $v4 -g $v6
	for group in $v4 $v6; do
		wait_for 5 "dn${1#h} has $group" asked group $group "dn${1#h}"
		wait_for 5 "$group is asked for upstream" snooped $group
	done
	send 20 src br0 -g $v4 -g $v6
	leave flow
	got flow 40
}

is_up() {
	told_of r interfaces | awk -F '\t' -v i="$1" '$2 == i && $5 == "up" { n++ } END { exit n != 2 }'
}

topology 1
mkdir "$work/empty"
chmod 755 "$work"
privileges="set user nobody; set group 12345; set chroot \"$work/empty\";"
one="pinstance p(40): up0 ==> dn1 dn2;
	pinstance p set rp-filter off;
	pinstance p downstream * set last-member-query-interval 0.3;"
for interface in up0 dn1 all; do
	write r /proc/sys/net/ipv4/conf/$interface/rp_filter 1
done
start_daemon "$privileges $one"
equal "the user" "$(status_line Uid)" '65534 65534 65534 65534'
equal "the group" "$(status_line Gid)" '12345 12345 12345 12345'
equal "other groups" "$(status_line Groups | tr -d ' ')" ''
equal "capabilities" "$(status_line CapPrm) $(status_line CapEff)" '0000000000003000 0000000000003000'
equal "new privileges are ruled out" "$(status_line NoNewPrivs)" 1
equal "the root directory" "$(readlink "/proc/$daemon/root")" "$work/empty"
flows h1
equal "rp_filter" "$(rp_filter up0) $(rp_filter dn1) $(rp_filter all)" '0 0 0'

# an interface that comes later
new_space h2
wire r dn2 h2 eth0
write r /proc/sys/net/ipv4/conf/dn2/rp_filter 1
address r dn2 2 1
address h2 eth0 2 2
routes h2 10.9.2.1 fd09:0:0:2::1
wait_for 5 "h2 has a link-local address" has_link_local h2 eth0
wait_for 5 "dn2 is up" is_up dn2
flows h2

# rules that somebody deletes
equal "rules" "$(rules)" 12
ip_in r mrule del iif up0 lookup 40
ip_in r -6 mrule del iif dn2 lookup 40
wait_for 3 "the rules are back" is 12 rules
flows h2

# another instance, with a table of its own: the file is read again, if the user may
chmod 644 "$work/r.conf"
echo 'pinstance q: up3 ==> dn3;' >>"$work/r.conf"
ctl reload || fail "mcproxy-ctl reload: $(cat "$work/ctl")"
equal "instances" "$(told_of r instances | cut -f 1 | sort -u | tr '\n' ' ')" 'p q '
flows h1
chmod 600 "$work/r.conf"
! ctl reload || fail "a file that cannot be read was read"
grep -q 'Permission denied' "$work/ctl" || fail "no reason in '$(cat "$work/ctl")'"
flows h2
kill -HUP "$daemon"
flows h1

# all is cleaned up
stop_daemon
equal "rules" "$(rules)" 0
equal "rp_filter" "$(rp_filter up0) $(rp_filter dn1) $(rp_filter all)" '1 1 1'
equal "multicast forwarding" "$(in_space r cat /proc/sys/net/ipv4/conf/up0/mc_forwarding)" 0

# what cannot be done is said, and ends it
for bad in 'set user no-such-user;' 'set group no-such-group;' 'set chroot "/no/such/directory";'; do
	echo "$bad pinstance p: up0 ==> dn1;" >"$work/bad.conf"
	status=0
	in_space r timeout 10 "$MCPROXY_BIN/mcproxy" -f "$work/bad.conf" 2>"$work/err" || status=$?
	equal "exit status with '$bad'" "$status" 1
	what=${bad#set }
	grep -q "set ${what%% *}: " "$work/err" || fail "no reason in '$(cat "$work/err")'"
done
