/* SPDX-License-Identifier: MIT */
/* core/base/format.c against libc's snprintf. */
#include <inttypes.h>
#include <string.h>

#include "core/base/format.h"
#include "proto/base/addr.h"
#include "test.h"

enum { LONGEST = 64 };

/* The same text as libc's whatever the room, and nothing behind it. */
#define SAME(...)                                                                              \
	do {                                                                                   \
		char expected[LONGEST], buffer[LONGEST + 1];                                   \
		for (size_t size = 1; size <= LONGEST; size++) {                               \
			size_t length;                                                         \
			int all = snprintf(expected, size, __VA_ARGS__);                       \
			memset(buffer, '#', sizeof(buffer));                                   \
			length = format_text(buffer, size, __VA_ARGS__);                       \
			CHECK(all >= 0 && !strcmp(buffer, expected), "'%s', not '%s'", buffer, \
			      expected);                                                       \
			CHECK(length == strlen(expected), "%zu", length);                      \
			CHECK(buffer[size] == '#');                                            \
		}                                                                              \
	} while (0)

#define NUMBERS(type, modifier, least, most)                                                \
	do {                                                                                \
		static const type value[] = {0, 1, 9, 10, 42, 255, least, most};            \
		for (size_t i = 0; i < sizeof(value) / sizeof(*value); i++) {               \
			SAME("%" modifier, value[i]);                                       \
			SAME("a%5" modifier "b", value[i]);                                 \
			SAME("%-5" modifier "|", value[i]);                                 \
			SAME("%05" modifier "%%", value[i]);                                \
			SAME("%-*" modifier ".", 25, value[i]);                             \
			SAME("%*" modifier "%0*" modifier "|", 25, value[i], 22, value[i]); \
		}                                                                           \
	} while (0)

/* clang-format off: PRI as it is spelt */
static void check_numbers(void)
{
	TEST("a number is written as libc does, of any size and width, into any room");
	NUMBERS(int, "d", INT32_MIN, INT32_MAX);
	NUMBERS(unsigned, "u", 7, UINT32_MAX);
	NUMBERS(unsigned, "x", 0xdeadbeef, UINT32_MAX);
	NUMBERS(long, "ld", INT32_MIN, INT32_MAX);
	NUMBERS(unsigned long, "lu", 7, UINT32_MAX);
	NUMBERS(long long, "lld", INT64_MIN, INT64_MAX);
	NUMBERS(unsigned long long, "llu", 7, UINT64_MAX);
	NUMBERS(unsigned long long, "llx", 7, UINT64_MAX);
	NUMBERS(size_t, "zu", 7, SIZE_MAX);
	NUMBERS(intmax_t, "jd", INTMAX_MIN, INTMAX_MAX);
	NUMBERS(uintmax_t, "ju", 7, UINTMAX_MAX);
	NUMBERS(int64_t, PRId64, INT64_MIN, INT64_MAX);
	NUMBERS(uint64_t, PRIu64, 7, UINT64_MAX);
}
/* clang-format on */

static void check_texts(void)
{
	static const char open_end[] = {'a', 'b', 'c'};
	static const char *const text[] = {"", "a", "mcproxy", "more than fits the width"};
	static const int width[] = {0, 1, 7, 12, 40, -1, -12, -40};

	TEST("a text or character is written as libc does, of any width and precision");
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		SAME("%s", text[i]);
		SAME("[%9s|%-9s]", text[i], text[i]);
		SAME("%.3s%.0s%.40s", text[i], text[i], text[i]);
		for (size_t j = 0; j < sizeof(width) / sizeof(*width); j++) {
			SAME("%*s", width[j], text[i]);
			SAME("%.*s.", width[j], text[i]);
			SAME("<%-*.5s>", width[j], text[i]);
			SAME("%*c", width[j], 'x');
		}
	}
	SAME("%.3s and %.2s", open_end, open_end);
	SAME("%c%c%5c%-5c|", 'a', '\n', 'b', 'c');
	SAME("100%% of %s: %d, %" PRIu64 " and %c", "it", -1, UINT64_MAX, '!');
	SAME("no conversion at all");
}

/* A format that is no literal, or the compiler would say what is wrong with it. */
__attribute__((format(printf, 3, 0))) static size_t list(char *buffer, size_t size,
							 const char *format, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = format_list(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}

static void check_addresses(void)
{
	const struct addr group = addr_ipv4(0xe0000102), any = {{0}};
	char buffer[LONGEST];

	TEST("an address is written as core/base/text.c does, of any width");
	format_text(buffer, sizeof(buffer), "%p|%-11p|%11p|%p", &group, &group, &group, &any);
	CHECK(!strcmp(buffer, "224.0.1.2|224.0.1.2  |  224.0.1.2|-"), "'%s'", buffer);
}

static void check_unknown(void)
{
	static const char *const format[] = {"abc%f%s", "abc%", "abc%-08.3", "abc%ll", "abc%n%s"};
	char buffer[LONGEST];

	TEST("the text ends before a conversion that is not known");
	for (size_t i = 0; i < sizeof(format) / sizeof(*format); i++)
		CHECK(list(buffer, sizeof(buffer), format[i], NULL) == 3 && !strcmp(buffer, "abc"),
		      "%s: '%s'", format[i], buffer);
}

int main(void)
{
	RUN(check_numbers, check_texts, check_addresses, check_unknown);
	return test_end();
}
