/* SPDX-License-Identifier: MIT */
/* Standard output and error without stdio; see output.h. */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/format.h"
#include "core/base/output.h"

enum { ERROR_LINE = 1024 };

static struct {
	char text[4096];
	size_t length;
	int error;
} buffer;

int output_flush(void)
{
	if (!buffer.error)
		buffer.error = file_write(STDOUT_FILENO, buffer.text, buffer.length);
	buffer.length = 0;
	return buffer.error;
}

static void append(void *ctx, const char *text, size_t length)
{
	(void)ctx;
	while (length) {
		size_t part = sizeof(buffer.text) - buffer.length;

		if (part > length)
			part = length;
		memcpy(buffer.text + buffer.length, text, part);
		buffer.length += part;
		text += part;
		length -= part;
		if (buffer.length == sizeof(buffer.text))
			output_flush();
	}
}

void output_text(const char *text)
{
	append(NULL, text, strlen(text));
}

void output(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_pieces(append, NULL, format, arguments);
	va_end(arguments);
}

void output_error(const char *format, ...)
{
	char line[ERROR_LINE];
	va_list arguments;
	size_t length;

	output_flush();
	va_start(arguments, format);
	length = format_list(line, sizeof(line), format, arguments);
	va_end(arguments);
	line[length++] = '\n';
	/* Nobody is left to tell of its failure. */
	file_write(STDERR_FILENO, line, length);
}
