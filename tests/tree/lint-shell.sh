#!/bin/sh
# SPDX-License-Identifier: MIT
#
# No script has anything that shellcheck would warn of.

command -v shellcheck >/dev/null || {
	echo 'no shellcheck: apt-get install shellcheck'
	exit 77
}
status=0
find tests configs -name '*.sh' ! -name 'lib*.sh' -exec shellcheck -S warning -x -P SCRIPTDIR {} + || status=1
shellcheck -S warning .ci/run configs/init/* || status=1
shellcheck -S warning -s sh configs/openwrt/* || status=1
# A library sets what it does not use itself.
find tests -name 'lib*.sh' -exec shellcheck -S warning -e SC2034 {} + || status=1
exit $status
