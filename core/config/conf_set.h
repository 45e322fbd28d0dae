/* SPDX-License-Identifier: MIT */
/* The keys of the configuration language: what stands behind `set`. */
#ifndef CORE_CONF_SET_H
#define CORE_CONF_SET_H

#include "core/config/parser.h"

/* What a key belongs to; a set of them in the table of keys. */
enum conf_place { CONF_PROGRAM = 1, CONF_INSTANCE = 2, CONF_DOWNSTREAM = 4, CONF_UPSTREAM = 8 };

/* Takes KEY VALUE and sets it: of PLACE, for an interface: of all interfaces of parser->selected.
 */
bool conf_set(struct parser *, enum conf_place);
/* What holds where nothing is set. */
void conf_set_defaults(struct conf *);
void conf_set_instance_defaults(struct conf_instance *);
/* For the side that it is. */
void conf_set_interface_defaults(struct conf_interface *);

#endif
