/* SPDX-License-Identifier: MIT */
/* core/base/error.c: the texts of errors. */
#include "core/base/error.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

int main(void)
{
	TEST("an error has the C library's text");
	CHECK(!strcmp(error_text(-EPERM), strerror(EPERM)), "%s", error_text(-EPERM));
	CHECK(!strcmp(error_text(-ENOBUFS), strerror(ENOBUFS)), "%s", error_text(-ENOBUFS));
	CHECK(!strcmp(error_text(-EHOSTUNREACH), "No route to host"));
	TEST("one that is not known has its number");
	for (int error = 0; error < 4096; error++) {
		const char *text = error_text(-error);
		char number[16];

		snprintf(number, sizeof(number), "error %d", error);
		CHECK(!strcmp(text, number) || !strcmp(text, strerror(error)) || error == ENOMEM,
		      "%d: %s", error, text);
	}
	CHECK(!strcmp(error_text(-INT_MAX), "error 2147483647"));
	return test_end();
}
