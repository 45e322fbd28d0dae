/* SPDX-License-Identifier: MIT */
/*
 * Text by printf's rules, as far as the program uses them: %s %c %d %u %x %%, with '-', '0', width,
 * precision (of %s only), '*' for both, and the lengths l, ll, z and j; and %p, an address (struct
 * addr). What is none of that ends the text, since its argument cannot be known.
 */
#ifndef CORE_FORMAT_H
#define CORE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Takes the next piece of the text. */
typedef void format_sink(void *ctx, const char *text, size_t length);

void format_pieces(format_sink *, void *ctx, const char *format, va_list)
	__attribute__((format(printf, 3, 0)));

/* Writes as much as there is room for, and '\0', to the buffer of SIZE bytes, which is at least 1.
 * Returns how long the text in it is, so that the next one can be put behind it. */
size_t format_text(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
size_t format_list(char *buffer, size_t size, const char *format, va_list)
	__attribute__((format(printf, 3, 0)));

#endif
