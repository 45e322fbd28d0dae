/* SPDX-License-Identifier: MIT */
/* What the proxy of one protocol of an instance runs with: its configuration by VIFs instead of
 * names, with filters that are compiled, in one piece that needs nothing of the struct conf. */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "core/config/conf.h"

struct plan {
	struct proxy_config config;
	uint8_t threshold[PROXY_VIFS]; /* ttl-threshold */
	/* the plan's own */
	struct proxy_interface_config *entry;
	struct filter **filter;
	size_t filter_count;
};

/* NAME: of each VIF, NULL: it is free; all interfaces of the instance are among them. NULL: no
 * memory. */
struct plan *plan_new(const struct conf_instance *, enum protocol,
		      const char *const name[PROXY_VIFS]);
/* No harm if it is NULL. */
void plan_free(struct plan *);

#endif
