/* SPDX-License-Identifier: MIT */
/* Statements of the configuration language: what each says, which key it sets in which place, and
 * where that stands in the text. What depends on other statements is not known here. */
#ifndef CORE_STATEMENT_H
#define CORE_STATEMENT_H

#include "core/base/scan.h"
#include "core/config/conf.h"

enum statement_kind {
	STATEMENT_SET,	    /* KEY in PLACE */
	STATEMENT_TABLE,    /* nothing else is to be done for it */
	STATEMENT_PROTOCOL, /* SET.BYTE: the version, of PROTOCOLS */
	STATEMENT_DISABLE,
	STATEMENT_DEFINE, /* INSTANCE */
	STATEMENT_ADD,	  /* INTERFACE in PLACE */
	STATEMENT_DEL
};

/* What a statement or a key belongs to; a set of them for a key. */
enum place {
	PLACE_PROGRAM = 1,
	PLACE_INSTANCE = 2,
	PLACE_DOWNSTREAM = 4,
	PLACE_UPSTREAM = 8,
	PLACE_PEER = PLACE_DOWNSTREAM | PLACE_UPSTREAM /* of `add`, `del` and definitions */
};

/* A name or pattern in a definition. */
struct named {
	struct named *next;
	struct token token;
	uint8_t place;
};

/* What is set, in the shape that it has where it goes. */
union setting {
	uint8_t byte;
	uint32_t number;
	struct {
		bool set;
		struct addr address;
	} source;
	struct {
		struct static_join join;
		struct token source;
	} static_join;
	struct {
		const void *item;
		size_t count;
	} list[PROTOCOLS]; /* or other pointers */
	struct {
		struct named *first;
		uint32_t table; /* 0: automatic */
	} define;
};

struct statement {
	struct statement *next;
	const struct key *key;
	uint8_t kind, place;
	uint8_t protocols; /* a set, those that it is about */
	const char *text;
	/* Empty where there is none: the name of the instance, that of the interface or a pattern,
	 * the value; its table of a definition. */
	struct token instance, interface, value;
	union setting set;
};

/* A text and its statements. */
struct part {
	char *text;
	size_t size;
	struct statement *first;
	struct table *table;
	size_t rule_count;
	void *memory; /* of the statements */
};

/* The script NAME: the text of the file, and the statements that were given while the program runs,
 * one a line. */
struct script {
	const char *name;
	struct part file, added;
	struct token end;	  /* of the file */
	char warning[CONF_ERROR]; /* of the file: what it says for nothing; "": nothing */
};

/* Is a word or quoted string the same name as another one, or a pattern the same pattern? */
bool statement_same(const struct token *, const struct token *);
bool statement_is_pattern(const struct token *);

#endif
