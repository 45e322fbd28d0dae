#!/bin/sh
# SPDX-License-Identifier: MIT
# Every allocation of a reload fails once, by a library that counts them: either the reload is
# refused and nothing has changed, or what could not be done follows within seconds; and a stream
# through an interface that stays loses nothing.

. "${0%/*}/lib.sh"

v4=239.9.27.1 v6=ff15::9:1b:1

cat >"$work/fail.c" <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static volatile unsigned char *left;

__attribute__((constructor)) static void begin(void)
{
	int fd = open(getenv("LEFT"), O_RDWR | O_CLOEXEC);

	left = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

static int fails(void)
{
	return left && *left && !--*left;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return fails() ? NULL : __libc_realloc(block, size);
}
END
printf '\0' >"$work/left"
${CC:-cc} -shared -fPIC -o "$work/fail.so" "$work/fail.c" 2>/dev/null ||
	skip "no shared libraries by ${CC:-cc}"

# fail_at NUMBER: from now on the allocation of that number fails, once
fail_at() {
	printf "\\$(printf %03o "$1")" | dd of="$work/left" conv=notrunc 2>/dev/null
}

# has_failed: it has
has_failed() {
	[ "$(od -An -tu1 "$work/left" | tr -d ' ')" = 0 ]
}

# in_force: what runs is what the file says
in_force() {
	[ "$(told_of r interfaces | cut -f 2-4,11 | tr '\t\n' ' ,')" = "$wanted" ]
}

one="pinstance p(3): up0 ==> dn1 dn2;
	pinstance p set forwarding wildcard;
	pinstance p downstream * set query-response-interval 0.5;
	pinstance p downstream dn2 set robustness 4;
	pinstance p downstream dn2 out blacklist table {(239.1.0.0/16 | *)};"
two="pinstance p(3): up0 ==> dn1 dn3;
	pinstance p set forwarding wildcard;
	pinstance p downstream * set query-response-interval 0.5;
	pinstance p downstream dn3 set static-join (239.9.27.9 | *);
	pinstance p downstream dn3 out whitelist table {(239.0.0.0/8 | *) (ff00::/8 | *)};
	pinstance q(4): ==> lan*;"
wanted_one='up0 igmp upstream 2,dn1 igmp downstream 2,dn2 igmp downstream 4,up0 mld upstream 2,dn1 mld downstream 2,dn2 mld downstream 4,'
wanted_two='up0 igmp upstream 2,dn1 igmp downstream 2,dn3 igmp downstream 2,up0 mld upstream 2,dn1 mld downstream 2,dn3 mld downstream 2,'

topology 3
receive one h1 -g $v4 -g $v6
printf 'set control "%s";\n%s\n' "$work/r.sock" "$one" >"$work/r.conf"
logs=$work/r.log
start_in r env LEFT="$work/left" LD_PRELOAD="$work/fail.so" "$MCPROXY_BIN/mcproxy" \
	-f "$work/r.conf" 2>"$work/r.log"
daemon=$!
wait_for 5 "mcproxy answers" asked running
fail_at 1
told_of r summary >/dev/null 2>&1 || :
has_failed || skip "this mcproxy takes no library (it is static)"
for group in $v4 $v6; do
	wait_for 5 "dn1 has $group" asked group $group dn1
done
stream film src br0 -g $v4 -g $v6

# reload NUMBER TEXT WANTED: while the allocation of that number fails. False: there are not so many.
reload() {
	printf 'set control "%s";\n%s\n' "$work/r.sock" "$2" >"$work/r.conf"
	wanted=$3
	fail_at "$1"
	status=0
	"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" reload 2>"$work/ctl" || status=$?
	failed=yes
	has_failed || failed=
	fail_at 0
	if [ $status != 0 ]; then
		grep -q 'memory' "$work/ctl" || fail "refused: $(cat "$work/ctl")"
		refusals=$((refusals + 1))
		"$MCPROXY_BIN/mcproxy-ctl" -s "$work/r.sock" reload 2>"$work/ctl" ||
			fail "the second reload: $(cat "$work/ctl")"
		assert "the second reload is in force" in_force
	elif ! in_force; then
		later=$((later + 1))
		wait_for 15 "allocation $1 that failed is made up for" in_force
	fi
	[ "$failed" ]
}

number=1 refusals=0 later=0
while reload $number "$two" "$wanted_two" && reload $number "$one" "$wanted_one"; do
	number=$((number + 1))
done
echo "$number allocations, $refusals refusals, $later made up for later"
[ $number -gt 20 ] || fail "there are $number allocations only"
[ $refusals -gt 0 ] || fail "no reload was refused"
stop_stream film
sleep 0.2 # for whoever has to read the last packet
leave one
got one "$sent"
stop_daemon
