/* SPDX-License-Identifier: MIT */
/* From statements to a configuration. */
#ifndef CORE_CONF_MAKE_H
#define CORE_CONF_MAKE_H

#include "core/config/statement.h"

/* What SCRIPT says while the interfaces called PRESENT are those that patterns may mean. 0, or -1
 * with ERROR (one line: NAME:LINE:COLUMN: found ..., expected ..., or NAME: out of memory) and CONF
 * untouched. Whether there is an error does not depend on which interfaces are present. The script
 * has to live as long as the struct conf. */
int conf_make(struct conf *, const struct script *, const char (*present)[IF_NAMESIZE],
	      size_t present_count, char error[CONF_ERROR]);
/* Have two instances an interface in common? Of several rules for it the kernel takes one: TEXT
 * says so of the first one. */
bool conf_shared(const struct conf *, char text[CONF_ERROR]);
void conf_free(struct conf *);

#endif
