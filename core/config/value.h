/* SPDX-License-Identifier: MIT */
/* The values of keys. */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include "core/config/key.h"
#include "core/config/parser.h"

/* Takes the value of the statement's key. */
bool value_read(struct parser *, struct statement *);
/* Makes NUMBER the value of the statement, whose key is one of a number or choice. */
void value_set_number(struct statement *, uint32_t number);

#endif
