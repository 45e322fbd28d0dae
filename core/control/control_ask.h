/* SPDX-License-Identifier: MIT */
/* The client of the control socket. */
#ifndef CORE_CONTROL_ASK_H
#define CORE_CONTROL_ASK_H

#include <stdbool.h>

#include "core/control/requests.h"

/*
 * Sends REQUEST to the daemon at PATH and calls line() for every line of the answer as it comes,
 * without newline and, unless RAW, made of printable ASCII and tabs, whatever was sent. 0, or
 * -errno with one line of text in ERROR: EPROTO the daemon says no or makes no sense, ETIMEDOUT it
 * is stuck, and what connect() and recv() give.
 */
int control_ask(const char *path, const char *request, bool raw,
		void (*line)(void *ctx, char *line), void *ctx, char error[CONTROL_ERROR]);

#endif
