/* SPDX-License-Identifier: MIT */
/* Definitions of instances: the names and patterns in them. */
#ifndef CORE_DEFINE_H
#define CORE_DEFINE_H

#include "core/config/draft.h"

/* These do what the statement says, which is a definition, or `add` or `del`. False: it cannot be,
 * and that is the error. */
bool define_instance(struct draft *, const struct statement *);
bool define_change(struct draft *, const struct statement *);
/* The instance that the statement is about; NULL: there is none of its name. */
struct definition *define_find(const struct draft *, const struct statement *);
/* Has the instance an interface of that name on that side, or had it, or can it have? */
bool define_knows(const struct definition *, uint8_t place, const char *name);

#endif
