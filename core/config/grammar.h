/* SPDX-License-Identifier: MIT */
/* From text to statements. */
#ifndef CORE_GRAMMAR_H
#define CORE_GRAMMAR_H

#include "core/config/statement.h"

/* Reads the statements of a part, from byte FROM of its text on, without the newline at its end; it
 * is the script's file, or what is to be added to that. False: ERROR says why, and the last one is
 * as far as it was read; or *GAP is where `set` is missing between the name of an instance or
 * interface and a key, if GAP is not NULL, which is for what cannot be but a setting. */
bool grammar_scan(struct script *, struct part *, size_t from, const char **gap,
		  char error[CONF_ERROR]);

#endif
