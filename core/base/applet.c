/* SPDX-License-Identifier: MIT */
/* What all applets say in the same words. */
#include <stdarg.h>
#include <string.h>

#include "core/base/applet.h"
#include "core/base/format.h"
#include "core/base/output.h"

enum { PROBLEM = 512 };

int applet_misuse(const char *name, const char *usage, const char *problem, ...)
{
	char text[PROBLEM];
	va_list arguments;

	va_start(arguments, problem);
	format_list(text, sizeof(text), problem, arguments);
	va_end(arguments);
	output_error("%s: %s; %.*s", name, text, (int)(strchrnul(usage, '\n') - usage), usage);
	return EXIT_MISUSE;
}
