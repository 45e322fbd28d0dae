/* SPDX-License-Identifier: MIT */
/* What the control socket answers: a request becomes lines, in pieces that fit into a fixed buffer
 * and take no longer than a turn of the loop may. */
#ifndef CORE_CONTROL_ANSWER_H
#define CORE_CONTROL_ANSWER_H

#include "proto/status.h"
#include "core/control/view.h"

enum { CONTROL_TEXT = 4096 };

struct control_answer {
	size_t length; /* of the text that is to be sent */
	bool finished; /* with this text */
	/* the caller's to set */
	const struct control_daemon *daemon;
	int64_t started; /* when the daemon began to listen */
	/* private from here to the text */
	const struct control_request *request;
	const struct control_view *view; /* being told */
	unsigned position;		 /* in it, or in the text of the configuration */
	uint64_t log;			 /* position in it */
	bool interrupted;
	int64_t now;
	bool walking;
	struct proxy_walk walk;
	/* The membership that is being told; by record_bit(), which of its records have been told
	 * and which one up to the line of LAST. */
	struct addr group, last;
	uint64_t told, partly;
	char text[CONTROL_TEXT];
};

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
