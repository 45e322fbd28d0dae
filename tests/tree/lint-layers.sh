#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Who includes whom: proto proto and a few headers of C; core also proto; applets also core; nobody
# applets. The order of their folders is house.sh's.

{
	# Of each directory what it may include.
	cat <<-'END'
		proto/ <(stddef|stdint|stdbool|stdlib|string)\.h>
		proto/ "proto/[a-z0-9_/]+\.h"
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
