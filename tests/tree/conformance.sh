#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every rule has a transcript that passes, and every transcript a rule; and that is found out: each
# of the lists of rules below has to fail, for the reason that is given.
set -u

conformance()
{
	sh tests/replay/conformance.sh "$@"
}

conformance >"$TMPDIR/table"
status=$?
awk '/^[^ ]/ { wrong = !/^(ok|none)/ } wrong' "$TMPDIR/table"
[ $status = 0 ] || exit $status

# What is listed as a deviation is shown, too.
for name in $(grep -o '`[^`]*\.txt`' tests/replay/DEVIATIONS.md | tr -d '`' | sort -u); do
	[ -e "tests/replay/$name" ] || { echo "DEVIATIONS.md: no $name" && exit 1; }
done

# $1: the reason; RULES on stdin, for two transcripts of which one fails.
fails()
{
	cat >"$TMPDIR/replay/RULES"
	conformance "$TMPDIR/replay" >"$TMPDIR/out" && echo 'it passes:' && cat "$TMPDIR/out" && exit 1
	grep -qF "$1" "$TMPDIR/out" || { echo "no \"$1\":" && cat "$TMPDIR/out" && exit 1; }
}

mkdir "$TMPDIR/replay"
cat >"$TMPDIR/replay/rfc1-2.3-right.txt" <<'END'
# RFC 1 2.3: something
config igmp up0 ==> lan0
at 0 tx lan0 query mrt=1
END
fails 'rfc1-2.3-right is named by no rule' <<'END'
RFC 1 2.3: something
	unit/floats
END
fails 'NO TRANSCRIPT RFC 4 5: something else' <<'END'
RFC 1 2.3: something
	rfc1-2.3-right
RFC 4 5: something else
END
fails 'rfc4-5-missing (there is none)' <<'END'
RFC 1 2.3, RFC 4 5: something
	rfc1-2.3-right rfc4-5-missing
END
fails 'unit/nothing (there is none)' <<'END'
RFC 1 2.3: something
	rfc1-2.3-right unit/nothing
END
fails 'named after a section that no rule cites' <<'END'
mcproxy: something
	rfc1-2.3-right
END
fails 'no transcript is named after its section' <<'END'
RFC 1 2.3: something
	rfc1-2.3-right
RFC 1 2.4: something else
	rfc1-2.3-right
END
cat >"$TMPDIR/replay/rfc1-2.3-astray.txt" <<'END'
# RFC 1 2.4: something else
config igmp up0 ==> lan0
at 0 tx lan0 query mrt=1
END
fails 'does not cite the section that it is named after' <<'END'
RFC 1 2.3: something
	rfc1-2.3-right rfc1-2.3-astray
END
rm "$TMPDIR/replay/rfc1-2.3-astray.txt"
cat >"$TMPDIR/replay/wrong.txt" <<'END'
# something wrong
config igmp up0 ==> lan0
silence 1
END
fails 'wrong FAILED: not ok' <<'END'
RFC 1 2.3: something
	rfc1-2.3-right
mcproxy: something wrong
	wrong
END
fails 'wrong is named by no rule' <<'END'
RFC 1 2.3: something
	rfc1-2.3-right
END
cat >"$TMPDIR/replay/wrong.txt" <<'END'
config igmp up0 ==> lan0
at 0 tx lan0 query mrt=1
END
fails 'wrong does not begin with its rule' <<'END'
RFC 1 2.3: something
	rfc1-2.3-right
mcproxy: something wrong
	wrong
END
