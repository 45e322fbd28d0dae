/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "archive.h"

static const char digits[] = "0123456789abcdef";

/* -1: this is none. */
static int digit_of(int character)
{
	const char *digit = character > 0 ? strchr(digits, character) : NULL;

	return digit ? (int)(digit - digits) : -1;
}

/* The byte that begins with CHARACTER, or -1. */
static int get_byte(FILE *file, int character)
{
	int high, low;

	if (character != '%')
		return character >= ' ' && character <= '~' ? character : -1;
	high = digit_of(getc(file));
	low = high < 0 ? -1 : digit_of(getc(file));
	return low < 0 ? -1 : high * 16 + low;
}

enum archived archive_get(FILE *file, struct input *input)
{
	size_t length = 0;
	int character = getc(file), byte;

	if (character == EOF)
		return ARCHIVED_NONE;
	for (; character > ' ' && length < sizeof(input->name) - 1; character = getc(file))
		input->name[length++] = (char)character;
	input->name[length] = '\0';
	if (character != ' ')
		return ARCHIVED_WRONG;
	input->size = 0;
	while ((character = getc(file)) != '\n') {
		byte = get_byte(file, character);
		if (byte < 0 || input->size == FUZZ_INPUT_MAX)
			return ARCHIVED_WRONG;
		input->data[input->size++] = (uint8_t)byte;
	}
	return ARCHIVED_ONE;
}

static bool is_plain(uint8_t byte)
{
	return byte >= ' ' && byte <= '~' && byte != '%';
}

void archive_put(FILE *file, const struct input *input)
{
	fprintf(file, "%s ", input->name);
	for (size_t i = 0; i < input->size; i++) {
		/* A blank at the end of a line would not be seen. */
		if (is_plain(input->data[i]) && (input->data[i] != ' ' || i + 1 < input->size))
			putc(input->data[i], file);
		else
			fprintf(file, "%%%02x", input->data[i]);
	}
	putc('\n', file);
}

bool input_read(struct input *input, const char *name)
{
	FILE *file = fopen(name, "rb");

	if (!file)
		return false;
	snprintf(input->name, sizeof(input->name), "%s", name);
	input->size = fread(input->data, 1, sizeof(input->data), file);
	fclose(file);
	return input->size <= FUZZ_INPUT_MAX;
}

bool input_write(const struct input *input, const char *directory)
{
	char path[1024];
	FILE *file;
	bool right;

	snprintf(path, sizeof(path), "%s/%s", directory, input->name);
	file = fopen(path, "wb");
	if (!file)
		return false;
	right = fwrite(input->data, 1, input->size, file) == input->size;
	return fclose(file) == 0 && right;
}
