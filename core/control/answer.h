/* SPDX-License-Identifier: MIT */
/* An answer of the control socket in the making: what its engine (control_answer.c), its tables and
 * their columns share. */
#ifndef CORE_ANSWER_H
#define CORE_ANSWER_H

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

#endif
