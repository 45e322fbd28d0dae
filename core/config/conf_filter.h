/* SPDX-License-Identifier: MIT */
/* Tables of rules, and the filters that they make: what the statements `table`, whitelist and
 * blacklist say. */
#ifndef CORE_CONF_FILTER_H
#define CORE_CONF_FILTER_H

#include "core/config/conf_define.h"

enum { FILTER_TABLES = 16 /* within each other */ };

/* Takes what is behind the keyword `table` of a statement: a name and rules. */
bool conf_filter_table(struct parser *);
/* Takes what is behind whitelist or blacklist and makes a filter of it, which conf_filter_bind()
 * gets when it is its turn. */
bool conf_filter_read(struct parser *, bool whitelist);
/* The next filter is that of the selected interfaces in that direction. */
void conf_filter_bind(struct parser *, bool out);
/* A whitelist of what comes from COUNT prefixes of a family; NULL: no memory. */
const struct conf_filter *conf_filter_sources(struct parser *, const struct prefix *, size_t count);
/* At the end: what the key `scope` and peering make. */
bool conf_filter_complete(struct parser *);

#endif
