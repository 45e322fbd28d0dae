/* SPDX-License-Identifier: MIT */
/* What the control socket answers: a request becomes lines, in pieces that fit into a fixed buffer
 * and take no longer than a turn of the loop may. */
#ifndef CORE_CONTROL_ANSWER_H
#define CORE_CONTROL_ANSWER_H

#include "core/control/answer.h"

/* Takes the request LINE, LENGTH < CONTROL_REQUEST bytes, which may lie in the text, and makes the
 * first piece. All that is private is zero before, but for the text. */
void control_answer_start(struct control_answer *, const char *line, size_t length);
/* Replaces the text by the next piece, which may be empty. */
void control_answer_continue(struct control_answer *);
/* Replaces the text by a last line that says ERROR. */
void control_answer_refuse(struct control_answer *, const char *error);
/* What it is about (anything but the log) will change: unless it is finished, the next piece is an
 * error. */
void control_answer_interrupt(struct control_answer *);
/* Lets go of the proxies, whether the answer is finished or not. */
void control_answer_stop(struct control_answer *);

#endif
