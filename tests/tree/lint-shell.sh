#!/bin/sh
# SPDX-License-Identifier: MIT
#
# No script has anything that shellcheck would warn of.

command -v shellcheck >/dev/null || {
	echo 'no shellcheck: apt-get install shellcheck'
	exit 77
}
status=0
# Whether a library sets what they use takes looking through it for each of them: in CI.
if [ "${CI-}" ]; then
	set -- -x -P SCRIPTDIR
else
	set -- -e SC2034,SC2154
fi
find tests configs -name '*.sh' ! -name 'lib*.sh' -exec shellcheck -S warning "$@" {} + || status=1
shellcheck -S warning .ci/run configs/init/* || status=1
shellcheck -S warning -s sh configs/openwrt/* || status=1
# A library sets what it does not use itself.
find tests -name 'lib*.sh' -exec shellcheck -S warning -e SC2034 {} + || status=1
exit $status
