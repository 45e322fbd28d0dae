#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The filter of system calls of each architecture that has one: its own numbers, by its own headers,
# looked through by tests/unit/seccomp.c.

# Of each target what Debian calls its packages, and qemu its program.
targets='mips-linux-gnu mips mips
mipsel-linux-gnu mipsel mipsel
arm-linux-gnueabihf armhf arm
aarch64-linux-gnu arm64 aarch64
i686-linux-gnu i386 i386
riscv64-linux-gnu riscv64 riscv64'

build()
{
	clang --target="$1" -static -std=c11 -D_GNU_SOURCE -include "$O/config.h" -O1 -Wall -Wextra \
		-iquote . -Wshadow -Wconversion -Wundef -Werror -o "$TMPDIR/$1" tests/unit/seccomp.c core/kernel/seccomp.c
}

version=$(gcc -dumpversion)
command -v clang >/dev/null || missing=' clang'
while read -r target debian qemu; do
	command -v "qemu-$qemu" >/dev/null || missing="${missing-} qemu-user"
	[ -e "/usr/$target/lib/libc.a" ] || missing="${missing-} libc6-dev-$debian-cross"
	[ -e "/usr/lib/gcc-cross/$target/$version/libgcc.a" ] ||
		missing="${missing-} libgcc-$version-dev-$debian-cross"
	command -v "$target-ld" >/dev/null || missing="${missing-} binutils-$target"
done <<END
$targets
END
if [ -n "${missing-}" ]; then
	echo "apt-get install$(echo "$missing" | tr ' ' '\n' | sort -u | tr '\n' ' ')"
	exit 77
fi

while read -r target debian qemu; do
	echo "--- $target"
	build "$target" && "qemu-$qemu" "$TMPDIR/$target" || exit 1
done <<END
$targets
END
