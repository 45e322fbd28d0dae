/* SPDX-License-Identifier: MIT */
/* What a command prints. Standard output is buffered until output_flush(), output_error() or the
 * end of main(). */
#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

/* As format.h says, of any length. */
void output(const char *format, ...) __attribute__((format(printf, 1, 2)));
void output_text(const char *text);
/* 0, or -errno of what was lost first since the start. */
int output_flush(void);

/* One line to standard error, behind all that was printed; a line of more than 1023 bytes is cut.
 * The newline is added. */
void output_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
