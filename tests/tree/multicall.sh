#!/bin/sh
# SPDX-License-Identifier: MIT
#
# One binary, many names: how an applet is picked, what --help and a wrong command line give, and
# that output which could not be written is a failure.
set -eu

run=$TMPDIR/renamed

# $1 is the wanted exit status of the rest; what it says is in $TMPDIR/out and $TMPDIR/err.
status()
{
	wanted=$1
	shift
	echo "$*"
	got=0
	"$@" >"$TMPDIR/out" 2>"$TMPDIR/err" || got=$?
	[ "$got" = "$wanted" ]
}

# The tools for tests are a program of their own where the configuration is without them.
for program in "$O/mcproxy" "$O/tests/tools"; do
	[ -e "$program" ] || continue
	ln -sf "$program" "$run"
	applets=$("$program" --list)
	[ -n "$applets" ]
	for applet in $applets; do
		status 0 "$MCPROXY_BIN/$applet" --help
		grep "^Usage: $applet" "$TMPDIR/out"
		[ ! -s "$TMPDIR/err" ]
		cp "$TMPDIR/out" "$TMPDIR/help"
		status 0 "$run" "$applet" --help
		cmp "$TMPDIR/help" "$TMPDIR/out"

		status 2 "$MCPROXY_BIN/$applet" --no-such-option
		grep "^$applet: .*Usage: $applet" "$TMPDIR/err"
		[ "$(wc -l <"$TMPDIR/err")" = 1 ]
		[ ! -s "$TMPDIR/out" ]

		# shellcheck disable=SC2016 # expanded inside
		status 1 sh -c '"$1" --help >/dev/full' sh "$MCPROXY_BIN/$applet"
		# shellcheck disable=SC2016
		status 1 sh -c '"$1" --help >&-' sh "$MCPROXY_BIN/$applet"
	done

	status 0 "$run" --list
	status 2 "$run" no-such-applet
	[ "$(wc -l <"$TMPDIR/err")" = 1 ]
	status 2 "$run" ''
done
