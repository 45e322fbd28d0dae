#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Nothing asks for the time of day, which may jump by years when a router learns it: only for clocks
# that nobody sets. One of them, which goes on in a suspended system, is for the age of log lines only.

status=0

# must_not PATTERN FILE...: in none of them
must_not()
{
	pattern=$1
	shift
	if grep -nE "$pattern" "$@"; then
		status=1
	fi
}

code=$(find proto core applets -name '*.[ch]')
# shellcheck disable=SC2086 # a list
must_not '\b(time|ftime|gettimeofday|localtime(_r)?|gmtime(_r)?|strftime|mktime)\(' $code
# shellcheck disable=SC2086
must_not '\bCLOCK_(REALTIME|TAI|REALTIME_COARSE|REALTIME_ALARM)\b|\bSO_TIMESTAMP' $code
code=$(echo "$code" | grep -v -x core/base/log.c)
# shellcheck disable=SC2086
must_not '\bCLOCK_BOOTTIME\b' $code
# shellcheck disable=SC2046 # a list
must_not '\bclock_gettime\b|<time\.h>|<sys/time\.h>' $(find proto -name '*.[ch]')
exit $status
