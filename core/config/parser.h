/* SPDX-License-Identifier: MIT */
/* What reads statements and what makes a configuration of them share: errors with where they are,
 * names, and memory for lists. And what the rules of the language are written with: each function
 * takes what it is named after from the text and stands behind it then; or it fails: false, and the
 * error is written. */
#ifndef CORE_PARSER_H
#define CORE_PARSER_H

#include "core/config/statement.h"

enum { PARSER_NAMES = 1024 };

struct parser {
	struct scanner scanner;
	const struct script *script;
	const struct part *added; /* where a token is that is not in the script's file */
	char *error;		  /* CONF_ERROR bytes */
	char warning[CONF_ERROR]; /* "": none */
	const char **gap;	  /* see grammar_scan() */
	struct conf_rule *rule;	  /* the rules of tables that are open */
	size_t rule_count, rule_room;
	size_t rule_total;   /* of the script */
	struct table *table; /* those of the text that is read, the last one first */
	struct name *name[PARSER_NAMES];
	void *memory, *scratch;
};

/* One for the script, whose tokens are in its file or in ADDED. NULL: no memory, and that is the
 * error. */
struct parser *parser_new(const struct script *, const struct part *added, char error[CONF_ERROR]);
/* All but what lives as long as what is made. */
void parser_free(struct parser *);

/* Writes "NAME:LINE:COLUMN: found TOKEN, expected ..." and returns false. TOKEN NULL: the present
 * one. */
bool parser_fail_at(struct parser *, const struct token *, const char *expected, ...)
	__attribute__((format(printf, 3, 4)));
#define parser_fail(parser, ...) parser_fail_at(parser, NULL, __VA_ARGS__)
/* The same, but it goes on: the first one is the script's warning. */
void parser_warn_at(struct parser *, const struct token *, const char *expected);
/* Appends to the error. */
void parser_explain(struct parser *, const char *text);

bool parser_symbol(struct parser *, int symbol);
/* These two do not fail: false, it is not there. */
bool parser_accept(struct parser *, int type);
bool parser_keyword(struct parser *, const char *word);

/* Takes a name, quoted or not, of 1 to SIZE - 1 bytes; WHAT it should be. TOKEN is it then. */
bool parser_name(struct parser *, struct token *, size_t size, const char *what);
bool parser_number(struct parser *, uint32_t min, uint32_t max, const char *what, uint32_t *);
/* Takes an address, which TOKEN tells about then. */
bool parser_address(struct parser *, struct addr *, struct token *);
/* An address, or a prefix, of these KINDS. TOKEN: that of the address. */
enum { PREFIX_UNICAST = 1, PREFIX_MULTICAST = 2 };
bool parser_prefix(struct parser *, unsigned kinds, struct token *, struct prefix *);
/* One of those that are built in. */
bool parser_version(struct parser *, enum protocol *, uint8_t *version);
/* Of an address. */
enum protocol parser_protocol(const struct addr *);

/* Whose names they are. */
enum name_kind {
	NAME_TABLE,
	NAME_INSTANCE,
	NAME_CLAIMED,  /* is a downstream */
	NAME_RESERVED, /* by a definition that names it */
	NAME_TAKEN,    /* by a pattern */
	NAME_PATTERN
};

/* What NAME is among the names of KIND and OWNER (an instance's number, or 0); NULL: none. */
void *parser_known(const struct parser *, enum name_kind, unsigned owner, const char *name);
/* It is VALUE from now on. False: no memory, and that is the error. */
bool parser_remember(struct parser *, enum name_kind, unsigned owner, const char *name,
		     void *value);

/* Memory, all zeros, that lives as long as what is made, or as the parser. */
void *parser_allocate(struct parser *, size_t);
void *parser_scratch(struct parser *, size_t);
/* A copy in such memory, as long as what is made. NULL: no memory. */
void *parser_copy(struct parser *, const void *, size_t);
/* Makes room for one more behind the COUNT items of SIZE bytes in LIST, which began as NULL;
 * returns where the list is now. */
void *parser_grow(struct parser *, const void *list, size_t count, size_t size);
/* Writes that there is no memory, and returns false. */
bool parser_fail_memory(struct parser *);
/* Frees all that was allocated. */
void parser_release(void *memory);

#endif
