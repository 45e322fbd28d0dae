/* SPDX-License-Identifier: MIT */
/*
 * Filters: what passes an interface in one direction, by the interface that data come from, group
 * and source. A filter is made once from lists of rules, so that with ten thousand rules a look-up
 * costs about as much as with ten: a few binary searches, O(log^2) of the number of rules. It keeps
 * O(n log n) bytes, and never changes. Owns: the rules' meaning. Leaves out: their text, which is
 * core/config/conf.h.
 */
#ifndef PROTO_FILTER_H
#define PROTO_FILTER_H

#include "proto/base/config.h"

enum { FILTER_LISTS = 4 };

/* First and last of a range that the rule is about. From all zeros to all ones is `*`, every
 * address of both families; any other range is of one family, that of its first address. (So ::/0
 * is `*`, and means IPv6 only if the rule's other range is one of IPv6.) */
struct filter_rule {
	unsigned vif; /* for data that come from there only; PROXY_VIFS: from anywhere */
	struct addr group[2], source[2];
};

/* Passes what one of its rules matches (whitelist), or what none of them does (blacklist). */
struct filter_list {
	bool whitelist;
	const struct filter_rule *rule;
	size_t count;
};

/* All functions take NULL for a filter that passes everything; without ENABLE_FILTER all do. */
struct filter;

/* Passes what all of COUNT lists (0 to FILTER_LISTS) pass; rules of the other protocol's family
 * take no part. So a filter of the configuration is one list, `source` one more whitelist, and
 * `scope` one more blacklist. NULL: no memory. The lists are not needed afterwards. */
struct filter *filter_new(enum protocol, const struct filter_list *, size_t count);
void filter_free(struct filter *);

/* VIF: where the data come from; PROXY_VIFS: none that a rule names. */
bool filter_passes(const struct filter *, unsigned vif, const struct addr *group,
		   const struct addr *source);
/* The same, and in LAST the end of a range from SOURCE on that has one verdict. From the lowest
 * address on, each time with addr_next() of LAST until that is the highest of the family, a group's
 * ranges are found in order, at most twice as many as it has rules and one more. They are as
 * large as may be, but that single addresses of rules (first = last) stay single beside each other
 * or a range. */
bool filter_range(const struct filter *, unsigned vif, const struct addr *group,
		  const struct addr *source, struct addr *last);

enum filter_verdict { FILTER_DEPENDS, FILTER_ALL, FILTER_NONE };

/* Does it pass all, or nothing, whatever the interface, the (multicast) group and the source? That
 * several rules only together cover everything is not seen: FILTER_DEPENDS. */
enum filter_verdict filter_verdict(const struct filter *);
/* Is there a rule for an interface? For other sources than all? Both false if it does not depend on
 * anything; a list that passes everything does not count. */
bool filter_has_interfaces(const struct filter *);
bool filter_has_sources(const struct filter *);
/* ... For single ones (first = last)? */
bool filter_has_singles(const struct filter *);
/* Do they pass the same, as far as the same rules in whatever order tell? */
bool filter_equal(const struct filter *, const struct filter *);

#endif
