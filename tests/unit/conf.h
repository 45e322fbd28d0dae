/* SPDX-License-Identifier: MIT */
/* What the tests of the configuration language share. Texts are parsed from a buffer of exactly
 * their size, so that a sanitizer sees every byte read beyond. */
#ifndef TESTS_UNIT_CONF_H
#define TESTS_UNIT_CONF_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/config/conf_make.h"
#include "core/config/script.h"
#include "keys.h"
#include "test.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

/* What several errors expect. */
#define STATEMENT "protocol, pinstance, table, set or disable"
#define INSTANCE "an instance's name of at most 63 bytes"
#define AFTER_INSTANCE "':', set, upstream, downstream, add or del"
#define INTERFACE "an interface's name of at most 15 bytes"
#define VERSION "IGMPv1, IGMPv2, IGMPv3, MLDv1 or MLDv2"
#define CLOSING_QUOTE "a closing quote, and no control character before it"

/* What was parsed last: */
static struct script script;
static struct conf conf;
static char error[CONF_ERROR];
/* Its first instance, and that one's interfaces. */
static struct conf_instance one;
static struct conf_interface ones[PROXY_ENTRIES];
/* The interfaces that there are. */
static const char (*present)[IF_NAMESIZE];
static size_t present_count;

static inline int look(int result)
{
	memset(&one, 0, sizeof(one));
	memset(ones, 0, sizeof(ones));
	if (result || !conf.instance_count)
		return result;
	one = conf.instance[0];
	memcpy(ones, one.interface, one.interface_count * sizeof(*ones));
	one.interface = ones;
	return 0;
}

static inline int parse_as(const char *name, const char *text, size_t size)
{
	int result;

	script_free(&script);
	/* The byte behind it is not looked at. */
	script = (struct script){.name = name,
				 .file = {.text = (char *)(uintptr_t)text, .size = size + 1}};
	result = script_scan(&script, error)
			 ? conf_make(&conf, &script, present, present_count, error)
			 : -1;
	script.file.text = NULL;
	return look(result);
}

static inline int parse_bytes(const char *text, size_t size)
{
	char *exact = malloc(size ? size : 1);
	int result;

	memcpy(exact, text, size);
	error[0] = '\0';
	result = parse_as("f", exact, size);
	free(exact);
	return result;
}

static inline bool good(const char *text)
{
	conf_free(&conf);
	return CHECK(!parse_bytes(text, strlen(text)), "'%s': %s", text, error);
}

static inline void bad_as(const char *text, const char *expected)
{
	char line[CONF_ERROR + 3];

	conf_free(&conf);
	snprintf(line, sizeof(line), "f:%s", expected);
	CHECK(parse_bytes(text, strlen(text)) == -1, "no error in '%s'", text);
	CHECK(!strcmp(error, line), "'%s': '%s', not '%s'", text, error, line);
}

/* What is found is at PLACE: "1:7 'x'". */
static inline void bad(const char *text, const char *place, const char *expected)
{
	char line[CONF_ERROR];

	snprintf(line, sizeof(line), "%.*s: found %s, expected %s", (int)strcspn(place, " "), place,
		 strchr(place, ' ') + 1, expected);
	bad_as(text, line);
}

#endif
