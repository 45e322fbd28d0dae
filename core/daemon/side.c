/* SPDX-License-Identifier: MIT */
/* Of sides and their VIFs; see side.h. */
#include "core/daemon/side.h"

struct side_link *side_link(const struct side *side, unsigned vif)
{
	return &side->instance->vif[vif]->link[side->protocol];
}

unsigned side_vif(const struct side *side, unsigned ifindex)
{
	unsigned vif = 0;

	while (vif < PROXY_VIFS &&
	       (!side->instance->vif[vif] || side_link(side, vif)->index != ifindex))
		vif++;
	return vif;
}

enum log_level side_failure(struct instance *instance)
{
	bool first = instance->retry.delay == BACKOFF_FIRST;

	backoff_fail(&instance->retry, loop_now());
	return first ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
}

bool side_is_downstream(const struct side *side, unsigned vif)
{
	const struct proxy_config *config = &side->plan->config;
	bool found = false;

	for (unsigned i = 0; i < config->interface_count; i++)
		found |= config->interface[i].vif == vif && !config->interface[i].upstream;
	return found;
}
