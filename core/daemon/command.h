/* SPDX-License-Identifier: MIT */
/* What the control socket asks of the daemon (struct control_daemon). */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/daemon/state.h"

/* Carries LINE out, which is that command (core/control/requests.h), for the struct daemon. False:
 * nothing has been done, and ERROR says why. */
bool command_run(void *daemon, enum control_command, const char *line, char error[CONTROL_ERROR]);
/* Is all as it is configured? False: REASON says what is not. */
bool command_healthy(void *daemon, char reason[CONTROL_ERROR]);

#endif
