/* SPDX-License-Identifier: MIT */
/*
 * Addresses and numbers as text, both ways. Owns: the one form in which the program writes an
 * address (RFC 5952 sections 4.1 to 4.3) and the strict forms in which it reads addresses, counts
 * and seconds. Leaves out: zones ("%eth0"), names, signs, any base but ten.
 */
#include <stddef.h>
#include <string.h>

#include "core/base/text.h"

enum { WORDS = 8 };

static char *put_digits(char *out, unsigned value, unsigned base)
{
	char digit[10];
	size_t count = 0;

	do {
		digit[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (count)
		*out++ = digit[--count];
	return out;
}

static char *put_ipv4(char *out, const uint8_t *byte)
{
	for (size_t i = 0; i < 4; i++) {
		if (i)
			*out++ = '.';
		out = put_digits(out, byte[i], 10);
	}
	return out;
}

static unsigned word_at(const struct addr *addr, size_t i)
{
	return (unsigned)addr->byte[2 * i] << 8 | addr->byte[2 * i + 1];
}

/* The first of the longest runs of zero words; LENGTH 0 if none is longer than one word, which "::"
 * must not replace (RFC 5952 section 4.2). */
static size_t longest_zeros(const struct addr *addr, size_t *length)
{
	size_t best = 0, run = 0;

	*length = 0;
	for (size_t i = 0; i < WORDS; i++) {
		run = word_at(addr, i) ? 0 : run + 1;
		if (run > 1 && run > *length) {
			*length = run;
			best = i + 1 - run;
		}
	}
	return best;
}

static char *put_ipv6(char *out, const struct addr *addr)
{
	size_t length, zeros = longest_zeros(addr, &length);

	for (size_t i = 0; i < WORDS; i++) {
		if (length && i == zeros) {
			*out++ = ':';
			*out++ = ':';
			i += length - 1;
			continue;
		}
		if (i && !(length && i == zeros + length))
			*out++ = ':';
		out = put_digits(out, word_at(addr, i), 16);
	}
	return out;
}

const char *text_addr(const struct addr *addr, char buf[TEXT_ADDR])
{
	char *out = buf;

	if (addr_is_any(addr))
		*out++ = '-';
	else if (addr_is_ipv4(addr))
		out = put_ipv4(out, addr->byte + 12);
	else
		out = put_ipv6(out, addr);
	*out = '\0';
	return buf;
}

const char *text_family(enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? "IPv4" : "IPv6";
}

/* Reads digits into VALUE, at most *LIMIT; returns what follows them, NULL if there are none or the
 * number is above the limit. */
static const char *read_digits(const char *text, uint64_t limit, uint64_t *value)
{
	const char *start = text;

	for (*value = 0; *text >= '0' && *text <= '9'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*value > limit / 10 || digit > limit - *value * 10)
			return NULL;
		*value = *value * 10 + digit;
	}
	return text == start ? NULL : text;
}

/* Four decimal numbers without leading zeros. */
static bool read_ipv4(const char *text, uint8_t *byte)
{
	for (size_t i = 0; i < 4; i++) {
		uint64_t value;
		const char *rest = read_digits(text, UINT8_MAX, &value);

		if (!rest || *rest != (i < 3 ? '.' : '\0') || (*text == '0' && rest - text > 1))
			return false;
		byte[i] = (uint8_t)value;
		text = rest + 1;
	}
	return true;
}

/* Up to four digits; returns what follows them. */
static const char *read_word(const char *text, unsigned *value)
{
	const char *end = text + 4;

	for (*value = 0; text < end; text++) {
		char letter = *text | 0x20;

		if (*text >= '0' && *text <= '9')
			*value = *value << 4 | (unsigned)(*text - '0');
		else if (letter >= 'a' && letter <= 'f')
			*value = *value << 4 | (unsigned)(letter - 'a' + 10);
		else
			break;
	}
	return text;
}

/* RFC 4291 section 2.2: eight words, of which "::" replaces some, and IPv4's form the last two. */
static bool read_ipv6(const char *text, uint8_t byte[2 * WORDS])
{
	enum { SIZE = 2 * WORDS, NONE };
	size_t length = 0, gap = NONE;

	if (*text == ':' && *++text != ':')
		return false;
	for (;;) {
		unsigned word;
		const char *rest;

		if (*text == ':' && gap == NONE) {
			gap = length;
			if (!*++text)
				break;
		}
		rest = read_word(text, &word);
		if (rest == text || length == SIZE)
			return false;
		if (*rest == '.' && length <= SIZE - 4 && read_ipv4(text, byte + length)) {
			length += 4;
			break;
		}
		byte[length++] = (uint8_t)(word >> 8);
		byte[length++] = (uint8_t)word;
		if (!*rest)
			break;
		if (*rest != ':')
			return false;
		text = rest + 1;
	}
	if (gap == NONE || length == SIZE)
		return gap == NONE && length == SIZE;
	memmove(byte + gap + SIZE - length, byte + gap, length - gap);
	memset(byte + gap, 0, SIZE - length);
	return true;
}

bool text_to_addr(const char *text, struct addr *result)
{
	struct addr addr = addr_ipv4(0);

	if (!read_ipv4(text, addr.byte + 12) && !read_ipv6(text, addr.byte))
		return false;
	*result = addr;
	return true;
}

bool text_to_number(const char *text, uint64_t min, uint64_t max, uint64_t *result)
{
	uint64_t value;
	const char *rest = read_digits(text, max, &value);

	if (!rest || *rest || value < min)
		return false;
	*result = value;
	return true;
}

bool text_to_milliseconds(const char *text, int64_t min, int64_t max, int64_t *result)
{
	uint64_t seconds, decimals = 0;
	const char *rest = read_digits(text, INT64_MAX / 1000 - 1, &seconds);
	int64_t value;

	if (rest && *rest == '.') {
		const char *fraction = rest + 1;

		rest = read_digits(fraction, 999, &decimals);
		if (!rest || rest - fraction > 3)
			return false;
		for (ptrdiff_t digits = rest - fraction; digits < 3; digits++)
			decimals *= 10;
	}
	if (!rest || *rest)
		return false;
	value = (int64_t)(seconds * 1000 + decimals);
	if (value < min || value > max)
		return false;
	*result = value;
	return true;
}

const char *text_behind(const char *text, const char *prefix)
{
	for (; *prefix; text++, prefix++)
		if (*text != *prefix)
			return NULL;
	return text;
}

const char *text_base_name(const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (*path == '/')
			name = path + 1;
	return name;
}

bool text_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *resume = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			resume = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
