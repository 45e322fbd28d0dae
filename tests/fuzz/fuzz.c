/* SPDX-License-Identifier: MIT */
/* What the targets share: their names, the input, the digest, the end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

const struct fuzz_target *fuzz_target_named(const char *name)
{
	static const struct fuzz_target targets[] = {{"packet", fuzz_packet, false},
						     {"conf", fuzz_conf, true},
						     {"control", fuzz_control, true}};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (!strcmp(targets[i].name, name))
			return &targets[i];
	return NULL;
}

void fuzz_fail(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

uint8_t bytes_get(struct bytes *bytes)
{
	if (!bytes->left)
		return 0;
	bytes->left--;
	return *bytes->at++;
}

size_t bytes_take(struct bytes *bytes, size_t count, const uint8_t **data)
{
	if (count > bytes->left)
		count = bytes->left;
	*data = bytes->at;
	bytes->at += count;
	bytes->left -= count;
	return count;
}
