/* SPDX-License-Identifier: MIT */
/* What can be seen only in the private state of a proxy. */
#ifndef TESTS_FUZZ_INSIDE_H
#define TESTS_FUZZ_INSIDE_H

#include "proto/proxy.h"
#include "proto/status.h"

/* What there was at the last check. A configuration with lower limits ends nothing: what is there
 * stays, but does not become more. */
struct inside {
	struct {
		uint32_t groups, sources;
		uint32_t max_sources, max_hosts; /* the highest so far */
	} vif[PROXY_VIFS];
	uint32_t memberships; /* the most since there were none: until then their table stays */
};

/* Counts what a packet has made, of which the turn may leave nothing. */
void inside_note(struct inside *, const struct proxy *);
/* Fails unless the limits of the configuration hold, and memory is what they make of it. */
void inside_check(struct inside *, const struct proxy *);
/* Does a walk through the status go on? */
bool inside_walks(const struct proxy *);

#endif
