/* SPDX-License-Identifier: MIT */
/* Tables of rules, and the filters that are made of them. */
#ifndef CORE_RULETABLE_H
#define CORE_RULETABLE_H

#include "core/config/parser.h"

/* A table of rules, by its name. */
struct table {
	struct table *next;
	const struct conf_rule *rule;
	size_t count;
	char name[CONF_NAME]; /* "": none */
};

/* Takes what is behind the keyword `table` of a statement: a name and rules. */
bool ruletable_read(struct parser *);
/* Takes what is behind whitelist or blacklist. These return NULL if they fail. */
const struct conf_filter *ruletable_read_filter(struct parser *, bool whitelist);
/* A whitelist of what comes from COUNT prefixes of a family; NULL: no memory. */
const struct conf_filter *ruletable_make_senders(struct parser *, const struct prefix *,
						 size_t count);
/* Of COUNT rules, which stay where they are; NULL: no memory. */
const struct conf_filter *ruletable_make_filter(struct parser *, bool whitelist,
						const struct conf_rule *, size_t count);
/* The range `*`. */
void ruletable_set_any(struct addr end[2]);

#endif
