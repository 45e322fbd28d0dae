/* SPDX-License-Identifier: MIT */
/* The configuration as it is given: the text of the file and, behind it, the statements that were
 * given while the program runs, one a line. What they say is conf_make()'s. */
#ifndef CORE_SCRIPT_H
#define CORE_SCRIPT_H

#include "core/config/statement.h"

enum { SCRIPT_STATEMENT = 1100 /* bytes of a statement, with "pinstance", "set" and its end */ };

/* The descriptor of the file PATH, as openat() finds it, for script_read(); -errno. */
int script_open(int directory, const char *path);
/* Reads what the descriptor FD (or -errno of open()) is of, called NAME, and closes it. Files above
 * CONFIG_CONF_MAX_SIZE bytes are refused. The text of the script is that, and a newline. False:
 * ERROR says why. */
bool script_read(struct script *, int fd, const char *name, char error[CONF_ERROR]);
/* Reads the statements of the text. The same. */
bool script_scan(struct script *, char error[CONF_ERROR]);
/* The text as a file in memory, for script_restore(). Descriptor or -errno. */
int script_save(const struct script *);
/* Reads it as script_read() does, whatever it is; FILE bytes are the file's that is called NAME. */
bool script_restore(struct script *, int fd, size_t file, const char *name, char error[CONF_ERROR]);
/*
 * Adds the statement that a command of mcproxy-ctl(8) (add, del, set, log-level) is in the
 * language. It takes the place of an earlier one that was added and sets the same key in the same
 * place; add and del undo each other, and with an interface that is deleted goes what was set for
 * it. Whatever is not one statement, or sets what is for the file to say, is refused. False: ERROR
 * says why, and the script is as it was. BEFORE is what was added before, for script_settle().
 */
bool script_add(struct script *, const char *command, struct part *before, char error[CONF_ERROR]);
/* After script_add(): what was added before is not needed any more, or (KEEP false) is what holds
 * again. */
void script_settle(struct script *, struct part *before, bool keep);
void script_free(struct script *);

#endif
