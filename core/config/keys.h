/* SPDX-License-Identifier: MIT */
/* The keys of the configuration language: what stands behind `set`. */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include "core/config/key.h"
#include "core/config/parser.h"

/* Takes KEY VALUE for what the statement is about so far, and completes it. */
bool keys_read(struct parser *, struct statement *);
/* Takes what stands behind `in` or `out`: a filter, or `rulematching`. */
bool keys_read_binding(struct parser *, struct statement *, bool out);
/* Writes what a statement sets to the struct that its key is of. */
void keys_put(const struct statement *, void *target);
/* Writes the defaults of all keys that go there. */
void keys_put_defaults(enum key_target, void *target);

#endif
