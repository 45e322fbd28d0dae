#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Who writes what of struct proxy, always called p, and of struct interface, called i, by its role, or
# found in a table of p (proto/state/state.h): assigns to it, counts it up or down, hands out its
# address, or fills what it points to. Everybody else reads it, or calls its owner.

{
	# Of each member the files that own it.
	cat <<-'END'
		p->database state/membership
		p->forwarding forward/forward state/route
		p->flows forward/flow
		p->strays adopt
		p->scratch policy/merge
		p->sending state/interface host/report
		p->repeat_at host/report
		p->(config|out|ctx|hash_seed|protocol|upstream|interface|router|host|plain) setup
		p->retry_at proxy setup
		i->router router/group router/hold router/limits router/parting router/querier router/regular router/tracking
		i->forwarder router/forwarder
		i->host[.](version|v1_querier_until|v2_querier_until|querier|next_unsolicited) host/host
		i->host[.]answer host/answer
		i->(exists|up|address|prefix|prefix_count|own|mtu|heard_robustness|heard_query_interval) state/interface
		i->(config|configured|active) setup
		i->values setup state/interface
	END
	find proto -name '*.c' -exec grep -HE -- '->' {} +
} | awk '
	BEGIN { interface = "(i|router|host|upstream|known|earlier|[a-z_>.-]*(interface|router|host)[[][^]]*[]])->" }
	!/^proto\// {
		sub(/^i->/, interface)
		member[++count] = "(^|[^a-z_])" $1
		for (n = 2; n <= NF; n++)
			owns["proto/" $n ".c", count] = 1
		next
	}
	{
		file = line = $0
		sub(/:.*/, "", file)
		sub(/^[^:]*:/, "", line)
		# Whoever compares it, or works something out of it, only reads.
		gsub(/(addr_[a-z_]+|is_lower|values_[a-z_]*_(interval|time))\([^()]*\)/, "", line)
		if (line ~ /^[ \t]*(static )?const |[*]const |\.values = &/)
			next
		for (n = 1; n <= count; n++) {
			name = member[n] "($|[^a-z_0-9])"
			if (line !~ name)
				continue
			assigns = member[n] "($|[^a-z_0-9;,()=!<>&|?])[^;,()=!<>&|?]*([|&]|<<|>>)?=($|[^=])"
			counts = member[n] "([.[][][a-z_0-9.]*)?([+][+]|--)"
			before = member[n]
			sub(/\(\^\|\[\^a-z_\]\)/, "", before)
			fills = "mem(set|cpy|move)[(]" before
			before = "([+][+]|--|(^|[^&])&)" before "($|[^a-z_0-9-])"
			if (line !~ assigns && line !~ counts && line !~ before && line !~ fills)
				continue
			written[n] = 1
			if (owns[file, n])
				continue
			print file ": it does not own:" line
			bad = 1
		}
	}
	END {
		for (n = 1; n <= count; n++)
			if (!written[n]) {
				print "nobody writes " member[n]
				bad = 1
			}
		exit bad
	}'
