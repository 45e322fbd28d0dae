#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What is up to date is left alone; a changed header, flag or option is seen; with a file of the tests
# its object and its program are made anew, and no other.
set -eu

# A compiler that says what is included, and compiles nothing.
cat >"$TMPDIR/cc" <<'END'
#!/bin/sh
for word; do
	[ "${last-}" != -o ] || object=$word
	last=$word
done
case " $* " in
*' -MMD '*) gcc "$@" -E -MF "${object%.o}.d" -MT "$object" ;;
*' -o '*) : >"$object" ;;
esac
END
chmod +x "$TMPDIR/cc"
export KCONFIG_CONFIG="$TMPDIR/config"
cp configs/tiny_defconfig "$TMPDIR/config"
mkdir "$TMPDIR/tree"
cp -r Makefile Config.in configs proto core applets tests "$TMPDIR/tree"
cd "$TMPDIR/tree"

# build [TARGET...]: what is made for it is in $made
flags=-O0
build()
{
	[ $# != 0 ] || set -- all build/tests/unit/wire build/tests/unit/walk build/tests/sim build/tests/attack
	make -j2 O=build CC="$TMPDIR/cc" CFLAGS=$flags "$@" >log
	made=$(sed -n 's/^  [A-Z]* *build\///p' log | sort | tr '\n' ' ')
	echo "made: $made"
}

# made WHAT: and nothing else
made()
{
	build
	[ "$made" = "$1 " ]
}

build
build
[ -z "$made" ]
touch proto/base/addr.h
build
echo "$made" | grep 'proto/base/addr.o'
echo "$made" | grep 'object/tests/sim/sim.o'
[ "$(echo "$made" | grep -c 'core/base/log.o')" = 0 ]
touch tests/unit/wire.c
made 'object/tests/unit/wire.o tests/unit/wire'
touch tests/sim/sim.c
made 'object/tests/sim/sim.o tests/sim'
touch tests/attack/attack.h
made "$(find tests/attack -name '*.c' | sed 's,\(.*\)c$,object/\1o,' | sort | tr '\n' ' ')tests/attack"
flags=-O1
build build/core/main.o
[ "$made" = 'core/main.o ' ]
sed -i 's/.*CONFIG_SYSLOG.*/CONFIG_SYSLOG=y/' "$TMPDIR/config"
build build/core/main.o
[ "$made" = 'core/main.o ' ]
