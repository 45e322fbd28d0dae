#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The transcript runner finds what it is there to find: each of these transcripts has to fail, at
# the line and for the reason that is given.
set -eu

replay=$O/tests/replay
[ -x "$replay" ] || { echo 'built by: make check-replay' && exit 77; }

# $1: the line, $2: a part of the reason; the transcript's lines follow the config on stdin.
fails()
{
	{
		echo 'config igmp up0 ==> lan0'
		cat
	} >"$TMPDIR/transcript.txt"
	! "$replay" "$TMPDIR/transcript.txt" >"$TMPDIR/out"
	cat "$TMPDIR/out"
	grep -F "not ok $TMPDIR/transcript.txt:$1: igmp: " "$TMPDIR/out" | grep -F "$2"
}

fails 3 'asserts nothing' <<END
ignore * all
at 1
END
fails 2 'expected nothing, got at 0.000 on lan0 query' <<END
silence 1
END
fails 4 'got nothing' <<END
ignore * all
at 1
tx up0 report TO_EX G {}
END
fails 4 'report TO_EX 239.1.1.7 {}' <<END
ignore * queries
at 1 rx lan0 host report TO_EX G {}
tx up0 report ALLOW G {a}
END
fails 4 'expected another state, got EXCLUDE {} timer=270.000' <<END
ignore * all
at 1 rx lan0 host report TO_EX G {}
group lan0 G EXCLUDE {} / {} timer=260
END
fails 4 'expected another state' <<END
ignore * all
at 1 rx lan0 host report TO_EX G {a}
group lan0 G EXCLUDE {a} / {}
END
fails 4 'expected no such group' <<END
ignore * all
at 1 rx lan0 host report TO_EX G {}
nogroup up0 G
END
fails 4 'expected (*,239.1.1.7) up0 -> lan0, got (*,239.1.1.7) up0 -> up0 lan0' <<END
ignore * all
at 1 rx lan0 host report TO_EX G {}
route (*,G) up0 -> lan0
END
fails 4 'expected to forward' <<END
ignore * all
at 1 rx lan0 host report TO_EX G {a}
forward up0 a G -> lan0
END
fails 4 'expected drop-checksum 2, got 1' <<END
ignore * all
at 1 rx lan0 host report TO_EX G {a} sum=bad
counter lan0 drop-checksum 2
END
fails 3 'does not go back' <<END
at 2
at 1
END
fails 2 'no statement' <<END
frobnicate
END
fails 2 'expected the end of the line' <<END
silence 0 seconds
END
fails 2 'no interface' <<END
down lan7
END
fails 3 'which side of "lan0"' <<END
interfaces up0 lan0 ==> lan0
set lan0 robustness 3
END
fails 5 'expected reconfigure before anything else happens' <<END
ignore * all
at 1
set lan0 robustness 3
at 2
END
fails 5 'expected to forward' <<END
set forwarding per-source
ignore * all
at 1
data lan0 a G ->
END
fails 4 'expected forwarding in, got wildcard' <<END
ignore * all
at 1
forwarding in
END
fails 5 'there is no such route' <<END
set forwarding per-source
ignore * all
at 1
lose (a,G)
END
fails 9 'expected nothing, got at 5.000 on up0 report TO_IN' <<END
ignore lan0 queries
ignore up0 reports
at 1 rx lan0 host report TO_EX G {}
at 3 heed up0 reports
at 5
filter up0 in blacklist (G|*)
reconfigure
at 7
END
