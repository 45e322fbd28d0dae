/* SPDX-License-Identifier: MIT */
/*
 * What an applet is. The applet NAME-X is the file applets/NAME-X.c, the symbol APPLET_NAME_X of
 * Config.in, and two functions: int name_x_main(int argc, char **argv), argv[0] being the applet's
 * name, which returns the exit status, and const char *name_x_usage(void): first line "Usage:
 * NAME-X ...", then, if ENABLE_HELP_TEXT, the help. The Makefile derives the table of applets from
 * .config.
 */
#ifndef CORE_APPLET_H
#define CORE_APPLET_H

enum { EXIT_MISUSE = 2 };

#define APPLET(symbol, name)                      \
	int symbol##_main(int argc, char **argv); \
	const char *symbol##_usage(void);
#include "applets.h"
#undef APPLET

/* Prints "NAME: PROBLEM; " and the first line of USAGE to stderr, as one line. Returns EXIT_MISUSE.
 */
int applet_misuse(const char *name, const char *usage, const char *problem, ...)
	__attribute__((format(printf, 3, 4)));

#endif
