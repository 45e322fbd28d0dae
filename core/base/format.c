/* SPDX-License-Identifier: MIT */
/* printf's rules without printf, which with what it brings along is a tenth of a static binary; see
 * format.h. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/base/format.h"
#include "core/base/text.h"

struct output {
	format_sink *sink;
	void *ctx;
	va_list arguments;
};

struct conversion {
	bool left, zeros;
	size_t width;
	size_t precision; /* SIZE_MAX: none */
	size_t size;	  /* of the number */
};

/* A number of the format, or, for '*', of the arguments; a negative one is put to the left. */
static const char *read_count(struct output *output, const char *format, size_t *count, bool *left)
{
	*count = 0;
	if (*format == '*') {
		int argument = va_arg(output->arguments, int);

		*left |= argument < 0;
		*count = argument < 0 ? 0u - (unsigned)argument : (unsigned)argument;
		return format + 1;
	}
	for (; *format >= '0' && *format <= '9'; format++)
		*count = *count * 10 + (size_t)(*format - '0');
	return format;
}

/* Returns where the letter of the conversion is. */
static const char *read_conversion(struct output *output, const char *format,
				   struct conversion *conversion)
{
	bool none = false;

	*conversion = (struct conversion){.precision = SIZE_MAX, .size = sizeof(int)};
	for (; *format == '-' || *format == '0'; format++) {
		conversion->left |= *format == '-';
		conversion->zeros |= *format == '0';
	}
	format = read_count(output, format, &conversion->width, &conversion->left);
	if (*format == '.') {
		format = read_count(output, format + 1, &conversion->precision, &none);
		if (none)
			conversion->precision = SIZE_MAX;
	}
	if (*format == 'j' || (format[0] == 'l' && format[1] == 'l'))
		conversion->size = sizeof(uint64_t);
	else if (*format == 'l' || *format == 'z')
		conversion->size = sizeof(long);
	while (*format == 'j' || *format == 'l' || *format == 'z')
		format++;
	return format;
}

static void put_repeated(const struct output *output, char byte, size_t count)
{
	while (count--)
		output->sink(output->ctx, &byte, 1);
}

/* The sign, which is "" or "-", stands before zeros and behind blanks. */
static void put_conversion(const struct output *output, const struct conversion *conversion,
			   const char *sign, const char *text, size_t length)
{
	size_t signs = strlen(sign), all = signs + length;
	size_t fill = conversion->width > all ? conversion->width - all : 0;
	bool zeros = conversion->zeros && !conversion->left;

	if (!conversion->left && !zeros)
		put_repeated(output, ' ', fill);
	output->sink(output->ctx, sign, signs);
	if (zeros)
		put_repeated(output, '0', fill);
	output->sink(output->ctx, text, length);
	if (conversion->left)
		put_repeated(output, ' ', fill);
}

static void put_number(struct output *output, const struct conversion *conversion, char letter)
{
	unsigned base = letter == 'x' ? 16 : 10;
	char digits[20], *digit = digits + sizeof(digits);
	const char *sign = "";
	uint64_t value;

	if (conversion->size == sizeof(uint64_t))
		value = va_arg(output->arguments, uint64_t);
	else if (letter == 'd')
		value = (uint64_t)(int64_t)va_arg(output->arguments, int);
	else
		value = va_arg(output->arguments, unsigned);
	if (letter == 'd' && value > INT64_MAX) {
		sign = "-";
		value = 0 - value;
	}
	do {
		*--digit = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_conversion(output, conversion, sign, digit, (size_t)(digits + sizeof(digits) - digit));
}

/* Returns false if there is no such conversion. */
static bool convert(struct output *output, struct conversion *conversion, char letter)
{
	char byte = letter, address[TEXT_ADDR];
	const char *text;

	switch (letter) {
	case 'd':
	case 'u':
	case 'x':
		put_number(output, conversion, letter);
		return true;
	case 'p':
	case 's':
		text = letter == 's' ? va_arg(output->arguments, const char *)
				     : text_addr(va_arg(output->arguments, const void *), address);
		conversion->zeros = false;
		put_conversion(output, conversion, "", text, strnlen(text, conversion->precision));
		return true;
	case 'c':
		byte = (char)va_arg(output->arguments, int);
		/* fall through */
	case '%':
		conversion->zeros = false;
		put_conversion(output, conversion, "", &byte, 1);
		return true;
	default:
		return false;
	}
}

void format_pieces(format_sink *sink, void *ctx, const char *format, va_list arguments)
{
	struct output output = {.sink = sink, .ctx = ctx};
	struct conversion conversion;
	bool known = true;

	va_copy(output.arguments, arguments);
	while (known && *format) {
		size_t length = (size_t)(strchrnul(format, '%') - format);

		sink(ctx, format, length);
		format += length;
		if (*format) {
			format = read_conversion(&output, format + 1, &conversion);
			known = convert(&output, &conversion, *format++);
		}
	}
	va_end(output.arguments);
}

struct room {
	char *next;
	size_t left; /* without the '\0' */
};

static void write_piece(void *ctx, const char *text, size_t length)
{
	struct room *room = ctx;

	if (length > room->left)
		length = room->left;
	memcpy(room->next, text, length);
	room->next += length;
	room->left -= length;
}

size_t format_list(char *buffer, size_t size, const char *format, va_list arguments)
{
	struct room room = {buffer, size - 1};

	format_pieces(write_piece, &room, format, arguments);
	*room.next = '\0';
	return (size_t)(room.next - buffer);
}

size_t format_text(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = format_list(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}
