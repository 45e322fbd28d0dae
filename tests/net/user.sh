#!/bin/sh
# SPDX-License-Identifier: MIT
# An ordinary user, too, runs the demo and the tests, in namespaces of its own.

. "${0%/*}/lib.sh"

here=$(cd "${0%/*}" && pwd)
[ "$(id -u)" = 0 ] || skip "only root can become another user"
case $(cat /proc/self/uid_map) in
*' 4294967295') ;;
*) skip "only root of the machine can become another user" ;;
esac
as_user() {
	env -u MCPROXY_ENTERED PATH=/usr/local/bin:/usr/bin:/bin setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --no-new-privs "$@"
}
as_user test -r "$here/enter.sh" -a -x "$MCPROXY_BIN/mcproxy" ||
	skip "an ordinary user cannot read $here and $MCPROXY_BIN"
as_user unshare -Urn true 2>/dev/null ||
	skip "ordinary users may not make user namespaces here"
# neither in /run, which enter.sh covers, nor in a TMPDIR that only root can enter
nobody=$(mktemp -d /tmp/mcproxy.XXXXXX)
rubbish=$nobody
chown 65534:65534 "$nobody"

for hosts in 'igmp 3' 'mld 2'; do
	# shellcheck disable=SC2086 # a protocol and a version
	TMPDIR=$nobody as_user sh "$here/enter.sh" sh "$here/forward.sh" $hosts \
		>"$work/forward.log" 2>&1 || {
		cat "$work/forward.log" >&2
		fail "forward.sh $hosts as an ordinary user"
	}
done
TMPDIR=$nobody as_user sh "$here/demo.sh" >"$work/demo.log" 2>&1 || {
	cat "$work/demo.log" >&2
	fail "demo.sh as an ordinary user"
}
