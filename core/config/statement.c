/* SPDX-License-Identifier: MIT */
/* See statement.h. */
#include "core/config/statement.h"

#include <string.h>

bool statement_is_pattern(const struct token *token)
{
	return token->type == TOKEN_PATTERN &&
	       (memchr(token->text, '*', token->length) || memchr(token->text, '?', token->length));
}

bool statement_same(const struct token *a, const struct token *b)
{
	unsigned first = a->type == TOKEN_QUOTED, other = b->type == TOKEN_QUOTED;
	unsigned length = a->length - 2 * first;

	return statement_is_pattern(a) == statement_is_pattern(b) &&
	       length == b->length - 2 * other &&
	       (!length || !memcmp(a->text + first, b->text + other, length));
}
