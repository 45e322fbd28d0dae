/* SPDX-License-Identifier: MIT */
/* See digest.h. */
#include <string.h>

#include "digest.h"

/* FNV-1a. */
void digest_add(struct digest *digest, const void *data, size_t size)
{
	const uint8_t *byte = data;

	while (size--)
		digest->value = (digest->value ^ *byte++) * 0x100000001b3ULL;
}

void digest_text(struct digest *digest, const char *text)
{
	digest_add(digest, text, strlen(text) + 1);
}

void digest_number(struct digest *digest, int64_t number)
{
	digest_add(digest, &number, sizeof(number));
}
