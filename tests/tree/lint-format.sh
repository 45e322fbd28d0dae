#!/bin/sh
# SPDX-License-Identifier: MIT
#
# All C is as .clang-format has it (`make format`).

command -v clang-format >/dev/null || {
	echo 'no clang-format: apt-get install clang-format'
	exit 77
}
find proto core applets tests -name '*.[ch]' -exec clang-format --dry-run -Werror {} +
