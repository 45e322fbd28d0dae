/* SPDX-License-Identifier: MIT */
/* The questions of the control socket that yes or no answers. */
#ifndef CORE_QUESTION_H
#define CORE_QUESTION_H

#include "core/control/requests.h"
#include "core/control/view.h"

struct question {
	const struct control_daemon *daemon;
	char **argument; /* behind the last one NULL */
	/* the answer: false and empty before */
	bool yes;
	char why[CONTROL_ERROR]; /* "": that goes without saying */
};

/* Returns what is wrong with the arguments, or NULL: it is answered. */
#define QUESTION(name, request, least, most, function, usage) \
	const char *question_##function(struct question *);
CONTROL_QUESTIONS(QUESTION)
#undef QUESTION

#endif
