#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker that dies, where routes are those of sources: two upstreams with filters, hosts that want or
# exclude sources, static joins. The next one forwards the same, and asks upstream for the same; flows
# that begin while there is none are its, too.

. "${0%/*}/lib.sh"
. "${0%/*}/lib-upstreams.sh"
. "${0%/*}/lib-worker.sh"

# die COMMAND...: there is no worker while COMMAND runs.
die() {
	wait_for 5 "the worker is ripe" ripe
	kill_worker
	"$@"
	revive
}

# asks SPACE GROUP WHAT: that is how it stays, as the root's bridge understands it
asks() {
	assert "$1 is asked for '$3' of $2" entry_is "$@"
}

# ---- two upstreams: the first has groups 1 and 3, the other one group 2; per source ----

groups_of() {
	pick_sources "$1"
	one=$(of_family "$1" 239.9.59.1 ff15::9:59:1)
	other=$(of_family "$1" 239.9.59.2 ff15::9:59:2)
	silent=$(of_family "$1" 239.9.59.3 ff15::9:59:3)
}

routes_are() {
	for family in 4 6; do
		groups_of $family
		[ "$(flow r "$a" "$one")" = 'up1 dn1,dn2' ] || return 1
		[ "$(flow r "$a" "$other")" = 'up2 dn1' ] || return 1
	done
}

subscribed() {
	for family in 4 6; do
		groups_of $family
		entry_is s1 "$one" exclude && entry_is s1 "$silent" exclude &&
			entry_is s2 "$other" exclude && entry_is s2 "$one" '' &&
			entry_is s2 "$silent" '' && entry_is s1 "$other" '' || return 1
	done
}

# A source begins to send to a group that nobody has sent to, so that no route tells of its members.
begin_flow() {
	send 1 s1 br0 -s $b4 -g 239.9.59.3
	send 1 s1 br0 -s $b6 -g ff15::9:59:3
}

two_upstreams
start_daemon "$two
	pinstance p upstream up1 in blacklist table { (239.9.59.2 | *) (ff15::9:59:2 | *) };
	pinstance p downstream * set query-response-interval 0.5;"
equal "forwarding" "$(told_of r instances | cut -f 4 | sort -u)" per-source
receive all h1 -g 239.9.59.1 -g ff15::9:59:1 -g 239.9.59.2 -g ff15::9:59:2
receive some h2 -s $a4 -s $a6 -g 239.9.59.1 -g ff15::9:59:1
receive silent h1 -g 239.9.59.3 -g ff15::9:59:3
ready all some silent
wait_for 5 "the roots are asked for what each has" subscribed
for family in 4 6; do
	groups_of $family
	stream one$family s1 br0 -R 200 -s "$a" -g "$one"
	stream other$family s2 br0 -R 200 -s "$a" -g "$other"
done
wait_for 5 "the streams have their routes" routes_are
die :
assert "the streams have their routes" routes_are
wait_for 5 "the roots are asked for what each has" subscribed
die begin_flow
wait_for 5 "the new flow has its route" is 'up1 dn1' flow r $b4 239.9.59.3
wait_for 5 "the new flow has its route" is 'up1 dn1' flow r $b6 ff15::9:59:3
send 20 s1 br0 -s $b4 -g 239.9.59.3
send 20 s1 br0 -s $b6 -g ff15::9:59:3
assert "the streams have their routes" routes_are
wait_for 5 "the roots are asked for what each has" subscribed
to_all=0 to_some=0
for family in 4 6; do
	stop_stream one$family
	to_all=$((to_all + sent)) to_some=$((to_some + sent))
	stop_stream other$family
	to_all=$((to_all + sent))
done
sleep 0.2 # for whoever has to read the last packet
for name in all some silent; do
	leave $name
done
got all $to_all
got some $to_some
within "packets of the new flow" "$(awk -F '\t' '$1 ~ /[.:]/ { n += $2 } END { print n }' \
	"$work/silent.join")" 40 42
stop_daemon

# ---- one upstream: wildcard routes, and those of the sources that hosts list ----

config='
	protocol IGMPv3;
	protocol MLDv2;
	pinstance p: up1 ==> dn1 dn2;
	pinstance p downstream * set last-member-query-interval 0.3;
	pinstance p downstream dn2 set static-join (239.9.59.6 | *);
	pinstance p downstream dn2 set static-join (ff15::9:59:6 | *);'

# Who wants which sources is as the routes have it.
forwarded_right() {
	for family in 4 6; do
		pick_sources $family
		group=$(of_family $family 239.9.59.5 ff15::9:59:5)
		static=$(of_family $family 239.9.59.6 ff15::9:59:6)
		send 11 s1 br0 -s "$a" -g "$group"
		send 21 s1 br0 -s "$b" -g "$group"
		send 41 s1 br0 -s "$a" -g "$static"
		forwarded_are $family "$1" r "dn1 $2" "dn2 $3"
	done
}

restart "$config"
equal "forwarding" "$(told_of r instances | cut -f 4 | sort -u)" wildcard
receive only h1 -s $a4 -s $a6 -g 239.9.59.5 -g ff15::9:59:5
receive but h2 -x $a4 -x $a6 -g 239.9.59.5 -g ff15::9:59:5
ready only but
for group in 239.9.59.5 ff15::9:59:5; do
	wait_for 5 "root 1 is asked for all of $group" entry_is s1 $group exclude
	wait_for 5 "dn1 has $group" asked group $group dn1
	wait_for 5 "dn2 has $group" asked group $group dn2
done
forwarded_right "before" 11 62
die forwarded_right "without a worker" 11 62
forwarded_right "with another one" 11 62
for group in 239.9.59.5 ff15::9:59:5 239.9.59.6 ff15::9:59:6; do
	assert "root 1 is asked for all of $group" entry_is s1 $group exclude
done

# what hosts want changes meanwhile
hosts_change() {
	leave but
	receive both h1 -s $b4 -s $b6 -g 239.9.59.5 -g ff15::9:59:5
	ready both
}
die hosts_change
for group in 239.9.59.5 ff15::9:59:5; do
	pick_sources 4
	[ $group = 239.9.59.5 ] || pick_sources 6
	wait_for 15 "root 1 is asked for two sources of $group" entry_is s1 $group "include $a $b"
	wait_for 5 "dn2 has $group no more" not asked group $group dn2
done
forwarded_right "after the change" 32 41
stop_daemon
