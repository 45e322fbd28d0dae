/* SPDX-License-Identifier: MIT */
/* The columns of an answer of the control socket. A line is begun only if there is room for the
 * longest one; each column writes a tab behind itself, that of the last one becomes the newline. */
#ifndef CORE_COLUMN_H
#define CORE_COLUMN_H

#include "core/control/answer.h"

/* Is there room for a line? */
bool column_room(const struct control_answer *);
/* As it is, without a tab. */
void column_byte(struct control_answer *, char byte);
/* '?' for what is not printable ASCII. */
void column_text(struct control_answer *, const char *text);
void column_number(struct control_answer *, uint64_t value);
/* ANY: what stands for the address of nobody. */
void column_addr(struct control_answer *, const struct addr *, const char *any);
/* Milliseconds until WHEN; INT64_MAX: "static". */
void column_remaining(struct control_answer *, int64_t when);
void column_protocol(struct control_answer *, enum protocol);
void column_end(struct control_answer *);

#endif
