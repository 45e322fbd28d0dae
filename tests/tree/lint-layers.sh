#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Who includes whom: proto proto and a few headers of C; core also proto; applets also core; nobody
# applets. Within proto each folder includes those below it: router, host and forward do not know each
# other.

{
	# Of each directory what it may include.
	cat <<-'END'
		proto/ <(stddef|stdint|stdbool|stdlib|string)\.h>
		proto/[a-z_]*[.] "proto/[a-z0-9_/]+\.h"
		proto/base/ "proto/base/[a-z_]+\.h"
		proto/packet/ "proto/(base|packet)/[a-z_]+\.h"
		proto/state/ "proto/(base|packet|state)/[a-z_]+\.h"
		proto/policy/ "proto/(base|packet|state|policy)/[a-z_]+\.h"
		proto/router/ "proto/(base|packet|state|router)/[a-z_]+\.h"
		proto/host/ "proto/(base|packet|state|policy|host)/[a-z_]+\.h"
		proto/forward/ "proto/(base|packet|state|policy|forward)/[a-z_]+\.h"
		core/ <[a-z0-9_/]+\.h>
		core/ "(proto|core)/[a-z0-9_/]+\.h"
		core/ "applets\.h"
		applets/ <[a-z0-9_/]+\.h>
		applets/ "(proto|core)/[a-z0-9_/]+\.h"
	END
	grep -rnE '^[[:space:]]*#[[:space:]]*include' --include='*.[ch]' proto core applets
} | awk '
	!/include/ { rule[++rules] = $1; allowed[rules] = "^" $2 "$"; next }
	{
		target = $0
		sub(/^.*include[[:space:]]*/, "", target)
		sub(/[[:space:]].*$/, "", target)
		for (i = 1; i <= rules; i++)
			if ($0 ~ "^" rule[i] && target ~ allowed[i])
				next
		print
		bad = 1
	}
	END { exit bad }'
