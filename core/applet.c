/* SPDX-License-Identifier: MIT */
/* What all applets say in the same words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "applet.h"

int applet_misuse(const char *name, const char *usage, const char *problem, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", name);
	va_start(arguments, problem);
	vfprintf(stderr, problem, arguments);
	va_end(arguments);
	fprintf(stderr, "; %.*s\n", (int)strcspn(usage, "\n"), usage);
	return EXIT_MISUSE;
}
