/* SPDX-License-Identifier: MIT */
/* The tables of the control socket; mcproxy-stat(8) lists their columns. */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

#include "core/control/answer.h"
#include "core/control/requests.h"

/* Writes lines, from answer->position on, as long as there is room for one: of VIEW, or, ONCE and
 * where there is no view, with NULL. True: those are all. */
#define TABLE(name, function, ...) \
	bool table_##function(struct control_answer *, const struct control_view *view);
#define NOTHING(...)
CONTROL_TABLES(TABLE)
CONTROL_COMMANDS(NOTHING, TABLE)
#undef TABLE
#undef NOTHING

/* Lets go of the proxy that table_groups(), table_upstream() or table_routes() has begun with. */
void table_stop(struct control_answer *);

#endif
