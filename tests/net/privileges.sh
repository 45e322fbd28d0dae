#!/bin/sh
# SPDX-License-Identifier: MIT
# The worker is another user, in another root directory, without capabilities, behind a filter of system
# calls: everything works, for interfaces and instances that come later, too, and all is cleaned up at
# the end. By default it is nobody, in a directory that nobody can put anything into.

. "${0%/*}/lib.sh"

# In a user namespace there may be no other users.
awk '$1 != 0 || $2 != 0 || $3 < 65535 { exit 1 }' /proc/self/uid_map || skip 'not root of all users'

v4=239.9.32.1 v6=ff15::9:32:1

ctl() {
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" "$@" >"$work/ctl" 2>&1
}

status_line() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$worker/status" | tr '\t' ' '
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
find_worker
equal "the user" "$(status_line Uid)" '65534 65534 65534 65534'
equal "the group" "$(status_line Gid)" '12345 12345 12345 12345'
equal "other groups" "$(status_line Groups | tr -d ' ')" ''
for set in CapInh CapPrm CapEff CapAmb; do
	equal "capabilities, $set" "$(status_line $set)" '0000000000000000'
done
equal "the filter of system calls" "$(status_line Seccomp)" 2
equal "processes" "$(awk '/^Max processes/ { print $3, $4 }' "/proc/$worker/limits")" '0 0'
equal "new privileges are ruled out" "$(status_line NoNewPrivs)" 1
equal "the root directory" "$(readlink "/proc/$worker/root")" "$work/empty"
told_of r summary | cut -f 3,4 >"$work/summary"
for line in "pid	$daemon" "worker	$worker" 'user	65534' "root	$work/empty" 'seccomp	on'; do
	grep -qx "$line" "$work/summary" || fail "no '$line' in '$(cat "$work/summary")'"
done
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

# another instance, with a table of its own: the file is read again, which root alone may
chmod 600 "$work/r.conf"
echo 'pinstance q: up3 ==> dn3;' >>"$work/r.conf"
ctl reload || fail "mcproxy-ctl reload: $(cat "$work/ctl")"
equal "instances" "$(told_of r instances | cut -f 1 | sort -u | tr '\n' ' ')" 'p q '
flows h1
mv "$work/r.conf" "$work/elsewhere"
! ctl reload || fail "a file that is not there was read"
grep -q 'No such file' "$work/ctl" || fail "no reason in '$(cat "$work/ctl")'"
mv "$work/elsewhere" "$work/r.conf"
flows h2
kill -HUP "$daemon"
flows h1

# all is cleaned up
stop_daemon
equal "rules" "$(rules)" 0
equal "rp_filter" "$(rp_filter up0) $(rp_filter dn1) $(rp_filter all)" '1 1 1'
equal "multicast forwarding" "$(in_space r cat /proc/sys/net/ipv4/conf/up0/mc_forwarding)" 0

# whoever is somebody else becomes so while it runs: another worker starts, and forwarding goes on
start_daemon "$one"
find_worker
before=$worker
equal "the user" "$(status_line Uid)" '65534 65534 65534 65534'
case $(readlink "/proc/$worker/root") in
*' (deleted)') ;;
*) fail "the root directory is $(readlink "/proc/$worker/root")" ;;
esac
flows h1
echo 'set user 12; set group 34;' >>"$work/r.conf"
ctl reload || fail "mcproxy-ctl reload: $(cat "$work/ctl")"
is_user() {
	find_worker
	[ "$worker" != "$before" ] && [ "$(status_line Uid)" = '12 12 12 12' ] &&
		[ "$(status_line Gid)" = '34 34 34 34' ]
}
wait_for 5 "the worker is user 12" is_user
flows h2
stop_daemon

# what cannot be done is said, and ends it
for bad in 'set user no-such-user;' 'set group no-such-group;' 'set chroot "/no/such/directory";'; do
	echo "$bad pinstance p: up0 ==> dn1;" >"$work/bad.conf"
	status=0
	in_space r timeout 10 "$MCPROXY_BIN/mcproxy" -f "$work/bad.conf" 2>"$work/err" || status=$?
	equal "exit status with '$bad'" "$status" 1
	what=${bad#set }
	grep -q "set ${what%% *}: " "$work/err" || fail "no reason in '$(cat "$work/err")'"
done
