/* SPDX-License-Identifier: MIT */
/* The configuration as text: that of the file and, behind it, the statements that were given while
 * the program runs, one a line. */
#ifndef CORE_SCRIPT_H
#define CORE_SCRIPT_H

#include "core/config/conf.h"

enum { SCRIPT_STATEMENT = 1100 /* bytes of a statement, with "pinstance", "set" and its end */ };

struct script {
	char *text;
	size_t size;
	size_t file; /* of it, what is the file's, with the newline at its end */
};

/* Reads the file called NAME, as conf_load(). False: ERROR says why. */
bool script_read(struct script *, int fd, const char *name, char error[CONF_ERROR]);
/* The text as a file in memory, for script_restore(). Descriptor or -errno. */
int script_save(const struct script *);
/* Reads it, whatever it is, and closes it; FILE bytes are the file's that is called NAME. False:
 * ERROR says why. */
bool script_restore(struct script *, int fd, size_t file, const char *name, char error[CONF_ERROR]);
/*
 * Writes to STATEMENT what the words of a command of mcproxy-ctl(8) (add, del, set, log-level) are
 * in the language. Returns NULL, or what is wrong with them: whatever is not one statement, or does
 * not change a setting, is refused. The language itself is the parser's.
 */
const char *script_statement(const char *command, char statement[SCRIPT_STATEMENT]);
/*
 * RESULT becomes the text with STATEMENT, which takes the place of an earlier one of the same kind:
 * one that was given at run time for the same key; of add and del, the other one, which it undoes.
 * 0 or -errno: ENOMEM, EFBIG.
 */
int script_add(const struct script *, const char *statement, struct script *result);
void script_free(struct script *);

#endif
