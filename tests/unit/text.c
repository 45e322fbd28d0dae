/* SPDX-License-Identifier: MIT */
/* core/base/text.c: what is written (RFC 5952), what is read, and what must not be. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/scan.h"
#include "core/base/text.h"
#include "test.h"

struct form {
	const char *text, *canonical; /* NULL: must not be read */
};

static const struct form forms[] = {
	{"192.0.2.1", "192.0.2.1"},
	{"255.255.255.255", "255.255.255.255"},
	{"0.0.0.1", "0.0.0.1"},
	{"0.0.0.0", "-"},
	{"::", "-"},
	{"::1", "::1"},
	{"::ffff:192.0.2.1", "192.0.2.1"},
	/* RFC 5952 4.1 and 4.3: no leading zeros, small letters. */
	{"2001:0DB8::0001", "2001:db8::1"},
	/* 4.2.1 and 4.2.3: as much as possible; the longest run, the first of two. */
	{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
	{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	/* 4.2.2: never for one word. */
	{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
	{"1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"},
	{"ff02:0:0:0:0:0:0:0", "ff02::"},
	{"0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"},
	{"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
	{"ff3e:0:0:0:0:0:8000:1", "ff3e::8000:1"},
	{"1:0:0:2:0:0:0:0", "1:0:0:2::"},
	{"FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:255.255.255.255",
	 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"", NULL},
	{"-", NULL},
	{" 192.0.2.1", NULL},
	{"192.0.2.1 ", NULL},
	{"192.0.2", NULL},
	{"192.0.2.1.", NULL},
	{"192.0.2.256", NULL},
	{"192.0.2.01", NULL},
	{"192.0.2.1/24", NULL},
	{"0xc0000201", NULL},
	{"3221225985", NULL},
	{"192.0.2.4294967297", NULL},
	{":", NULL},
	{":::", NULL},
	{"1::2::3", NULL},
	{"1:2:3:4:5:6:7:8:9", NULL},
	{"1:2:3:4:5:6:7", NULL},
	{"12345::", NULL},
	{"fe80::1%eth0", NULL},
	{"::ffff:192.0.2.256", NULL},
	{"g::", NULL},
	{"[::1]", NULL},
	{"\xff\xfe", NULL},
};

static void check_forms(void)
{
	struct addr addr, again;
	char text[TEXT_ADDR];

	TEST("an address is written in the form of RFC 5952, and read back as the same");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!forms[i].canonical ||
		    !CHECK(text_to_addr(forms[i].text, &addr), "%s not read", forms[i].text))
			continue;
		CHECK(!strcmp(text_addr(&addr, text), forms[i].canonical), "%s became %s",
		      forms[i].text, text);
		if (strcmp(text, "-"))
			CHECK(text_to_addr(text, &again) && addr_equal(&addr, &again),
			      "%s not read back", text);
	}

	TEST("what is not an address is refused, and the result not touched");
	memset(&addr, 0x5a, sizeof(addr));
	again = addr;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!forms[i].canonical)
			CHECK(!text_to_addr(forms[i].text, &addr) && addr_equal(&addr, &again),
			      "%s read", forms[i].text);
	}
}

/* Random words with many zeros among them, so that every shape of run occurs. */
static void check_round_trips(void)
{
	struct addr addr, again;
	char text[TEXT_ADDR];

	TEST("200,000 random addresses survive being written and read");
	srand(1);
	for (unsigned i = 0; i < 200000; i++) {
		int shape = rand();

		for (unsigned j = 0; j < 16; j++)
			addr.byte[j] = shape >> (j / 2) & 1 ? (uint8_t)(rand() >> 4) : 0;
		if (i % 4 == 0)
			addr = addr_ipv4((uint32_t)rand() << 1 | 1);
		if (addr_is_any(&addr))
			continue;
		memset(text, 'x', sizeof(text));
		text_addr(&addr, text);
		if (!CHECK(memchr(text, '\0', sizeof(text)) && strlen(text) < 40, "too long") ||
		    !CHECK(text_to_addr(text, &again) && addr_equal(&addr, &again), "%s", text))
			break;
	}
}

/* Pieces of addresses in any order: most are no address, though nearly one. */
static void check_like_libc(void)
{
	static const char *const piece[] = {
		"::",  ":",   "0:", "1:", "ffff:", "00a:",   "0",      "1.2",	  ".3",
		"255", "256", "01", "F",  "12345", "1:2:3:", "4:5:6:", "10.0.0.1"};
	unsigned addresses = 0;

	TEST("2,000,000 texts are addresses where they are libc's");
	srand(2);
	for (unsigned i = 0; i < 2000000; i++) {
		char text[128] = "";
		uint8_t ipv4[4], ipv6[16];
		struct addr addr;
		bool is_ipv6, is_addr;

		for (int pieces = rand() % 9; pieces >= 0; pieces--)
			strcat(text, piece[(size_t)rand() % (sizeof(piece) / sizeof(piece[0]))]);
		is_ipv6 = inet_pton(AF_INET6, text, ipv6) == 1;
		is_addr = is_ipv6 || inet_pton(AF_INET, text, ipv4) == 1;
		addresses += is_addr;
		if (!CHECK(text_to_addr(text, &addr) == is_addr, "'%s'", text))
			break;
		if (is_addr)
			CHECK(!memcmp(addr.byte + (is_ipv6 ? 0 : 12), is_ipv6 ? ipv6 : ipv4,
				      is_ipv6 ? 16 : 4),
			      "'%s'", text);
	}
	CHECK(addresses > 50000, "%u", addresses);
}

static void check_hostile_lengths(void)
{
	static char text[100001];
	struct addr addr;
	uint64_t number;
	int64_t ms;

	TEST("100,000 characters of anything are refused");
	for (const char *c = "0123456789abcdef:.-+ %/"; *c; c++) {
		memset(text, *c, sizeof(text) - 1);
		CHECK(!text_to_addr(text, &addr), "address of %c", *c);
		CHECK(*c == '0' || !text_to_number(text, 0, UINT64_MAX, &number), "number of %c",
		      *c);
		CHECK(*c == '0' || !text_to_milliseconds(text, 0, INT64_MAX, &ms), "time of %c",
		      *c);
	}
}

static void check_numbers(void)
{
	static const char *const bad[] = {"",	 "-1",	"+1",	    " 1",
					  "1 ",	 "0x1", "1e3",	    "1.0",
					  "one", "1_",	"\xd9\xa2", "18446744073709551616"};
	uint64_t value;

	TEST("a number is decimal digits between its limits");
	CHECK(text_to_number("0", 0, 0, &value) && value == 0);
	CHECK(text_to_number("007", 0, 7, &value) && value == 7);
	CHECK(text_to_number("18446744073709551615", 0, UINT64_MAX, &value) && value == UINT64_MAX);
	CHECK(text_to_number("3", 3, 3, &value) && value == 3);
	value = 42;
	CHECK(!text_to_number("2", 3, 10, &value));
	CHECK(!text_to_number("5", 0, 3, &value));
	CHECK(!text_to_number("11", 3, 10, &value));
	CHECK(!text_to_number("19", 0, 18, &value));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!text_to_number(bad[i], 0, UINT64_MAX, &value), "'%s' read", bad[i]);
	CHECK(value == 42, "result touched: %llu", (unsigned long long)value);
}

static void check_milliseconds(void)
{
	static const char *const bad[] = {"",
					  ".",
					  ".5",
					  "1.",
					  "1.2345",
					  "1.-1",
					  "1..2",
					  "1.2.3",
					  "-1",
					  "1s",
					  "1.0000",
					  "1e1",
					  "9223372036854775807",
					  "1. 5"};
	int64_t value;

	TEST("seconds have up to three decimals");
	CHECK(text_to_milliseconds("0", 0, 0, &value) && value == 0);
	CHECK(text_to_milliseconds("125", 0, INT64_MAX, &value) && value == 125000);
	CHECK(text_to_milliseconds("1.5", 0, 2000, &value) && value == 1500);
	CHECK(text_to_milliseconds("0.05", 0, 50, &value) && value == 50);
	CHECK(text_to_milliseconds("12.345", 12345, 12345, &value) && value == 12345);
	CHECK(text_to_milliseconds("1.008", 0, 2000, &value) && value == 1008);
	CHECK(text_to_milliseconds("9223372036854774.999", 0, INT64_MAX, &value) &&
	      value == 9223372036854774999);
	value = 42;
	CHECK(!text_to_milliseconds("1", 1001, 5000, &value));
	CHECK(!text_to_milliseconds("5.001", 1001, 5000, &value));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!text_to_milliseconds(bad[i], 0, INT64_MAX, &value), "'%s' read", bad[i]);
	CHECK(value == 42, "result touched: %lld", (long long)value);
}

static void check_copies(void)
{
	struct scanner scanner;
	char copy[6] = "......";

	TEST("a token is copied where there is room for it and its end, without its quotes");
	scan_start(&scanner, "\"four\"", 6);
	CHECK(!scan_copy(&scanner.token, copy, 4) && !memcmp(copy, "......", 6));
	CHECK(scan_copy(&scanner.token, copy, 5) && !memcmp(copy, "four\0.", 6));
}

int main(void)
{
	RUN(check_copies, check_forms, check_round_trips, check_like_libc, check_hostile_lengths,
	    check_numbers, check_milliseconds);
	return test_end();
}
