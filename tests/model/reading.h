/* SPDX-License-Identifier: MIT */
/*
 * What a configuration with several upstreams, filters and peering means, in the plainest way (RFC
 * 4605 sections 4.1 and 4.2): each question is answered anew, for one source by itself, from the
 * rules as they are written and from who wants what.
 */
#ifndef TESTS_MODEL_READING_H
#define TESTS_MODEL_READING_H

#include "proto/policy/filter.h"
#include "tests/model/kernel.h"

enum { READING_LISTS = 2, READING_ENTRIES = 2 * PROXY_VIFS };

/* All of its lists have to let pass. */
struct reading_filter {
	unsigned count;
	struct filter_list list[READING_LISTS];
};

/* As a source is that no member lists; and that, too, no rule is about alone. */
enum reading_as { AS_IT_IS, AS_UNLISTED, AS_UNNAMED };

/* One side of an interface, in the order of the configuration. */
struct reading_entry {
	unsigned vif;
	bool upstream, up;
	bool active;   /* it can ask for groups */
	bool forwards; /* a downstream's that is ours to forward to and from */
	bool alone;    /* ... and nobody else's */
	struct reading_filter in, out;
};

struct reading {
	const struct proxy_config *config;
	const struct kernel *kernel;
	unsigned count;
	bool wildcard; /* by reading_is_wildcard() */
	struct reading_entry entry[READING_ENTRIES];
	/* RFC 3376 section 6.3: do the members at this downstream want it? */
	bool (*wants)(const void *ctx, unsigned entry, const struct addr *group,
		      const struct addr *source, enum reading_as);
	const void *ctx;
};

bool reading_passes(const struct reading_filter *, unsigned from, const struct addr *group,
		    const struct addr *source);
/* The entry of that side of VIF; COUNT: there is none. */
unsigned reading_side(const struct reading *, unsigned vif, bool upstream);
/* SSDP's, unless it may go upstream. */
bool reading_is_local(const struct reading *, const struct addr *group);
/* Are the members at the downstream served by that upstream, if they want it, by the filters and as
 * far as no earlier one is? */
bool reading_serves(const struct reading *, unsigned up, unsigned down, const struct addr *group,
		    const struct addr *source, enum reading_as);
/* Should (S,G) be subscribed at the upstream, if its data came from nowhere yet? */
bool reading_offers(const struct reading *, unsigned up, const struct addr *group,
		    const struct addr *source, enum reading_as);
/* Is it to be subscribed there? */
bool reading_subscribes(const struct reading *, unsigned up, const struct addr *group,
			const struct addr *source, enum reading_as);
/* Can wildcards of the kernel's routes say it all (forwarding auto)? */
bool reading_is_wildcard(const struct reading *);
/* Are packets from VIF taken as a downstream's; as an upstream's? */
bool reading_takes_up(const struct reading *, unsigned vif, const struct addr *group,
		      const struct addr *source);
bool reading_takes_down(const struct reading *, unsigned vif, const struct addr *group,
			const struct addr *source);
/* Where a packet that comes in at VIF has to go. */
uint32_t reading_outputs(const struct reading *, unsigned vif, const struct addr *group,
			 const struct addr *source);
/* Addresses of which the verdicts on GROUP may differ from those on their neighbours: all single
 * ones that rules name, and the first of each range between them. Both are appended to. */
void reading_points(const struct reading *, const struct addr *group, struct list *single,
		    struct list *range);

#endif
