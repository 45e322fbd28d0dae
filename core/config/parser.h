/* SPDX-License-Identifier: MIT */
/* What the rules of the configuration language are written with. Each function takes what it is
 * named after from the text and stands behind it then; or it fails: false (or NULL), and the error
 * is written. */
#ifndef CORE_PARSER_H
#define CORE_PARSER_H

#include "core/config/conf.h"
#include "core/base/scan.h"

/* The text is read three times. */
enum phase {
	/* Every rule is checked; `protocol`, instances, tables and what is set for the program take
	 * effect. */
	PHASE_DECLARE,
	PHASE_INSTANCE, /* what is set for instances does */
	PHASE_INTERFACE /* what is set for interfaces does, and their filters */
};

enum { PARSER_NAMES = 1024 };

struct parser {
	struct scanner scanner;
	const struct conf_source *source;
	char *error; /* CONF_ERROR bytes */
	enum phase phase;
	uint8_t highest[PROTOCOLS]; /* version by statement `protocol`; 0: none given */
	bool runs[PROTOCOLS];
	struct definition *first, **end; /* of all instances */
	unsigned definitions;
	struct definition *its; /* what the present statement is about, behind PHASE_DECLARE */
	uint64_t selected;	/* its interfaces that the present statement is about */
	struct conf_binding *binding, **last_binding; /* those that are still to take effect */
	struct conf_rule *rule;			      /* the rules of tables that are open */
	size_t rule_count, rule_room;
	size_t rule_total; /* in CONF */
	const struct conf_filter *scope[16];
	struct name *name[PARSER_NAMES];
	void *scratch;
	struct conf conf;
};

/* Writes "NAME:LINE:COLUMN: found TOKEN, expected ..." and returns false. TOKEN NULL: the present
 * one. */
bool parser_fail_at(struct parser *, const struct token *, const char *expected, ...)
	__attribute__((format(printf, 3, 4)));
#define parser_fail(parser, ...) parser_fail_at(parser, NULL, __VA_ARGS__)
/* Appends to the error. */
void parser_explain(struct parser *, const char *text);

bool parser_symbol(struct parser *, int symbol);
/* These two do not fail: false, it is not there. */
bool parser_accept(struct parser *, int type);
bool parser_keyword(struct parser *, const char *word);

/* Takes a name, quoted or not, of 1 to SIZE - 1 bytes; WHAT it should be. */
bool parser_name(struct parser *, char *buf, size_t size, const char *what);
bool parser_number(struct parser *, uint32_t min, uint32_t max, const char *what, uint32_t *);
/* Takes an address, which TOKEN tells about then. */
bool parser_address(struct parser *, struct addr *, struct token *);
/* An address, or a prefix of addresses that are all multicast, or not all of them. TOKEN: that of
 * the address. */
bool parser_prefix(struct parser *, bool multicast, struct token *, struct prefix *);
/* One of those that are built in. */
bool parser_version(struct parser *, enum protocol *, uint8_t *version);

/* Whose names they are. */
enum name_kind {
	NAME_INSTANCE,
	NAME_TABLE,
	NAME_UPSTREAM, /* of an instance */
	NAME_DOWNSTREAM,
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

/* Memory, all zeros, that lives as long as the struct conf, or as the parser. */
void *parser_allocate(struct parser *, size_t);
void *parser_scratch(struct parser *, size_t);
/* Makes room for one more behind the COUNT items of SIZE bytes in LIST, which began as NULL;
 * returns where the list is now. */
void *parser_grow(struct parser *, void *list, size_t count, size_t size);
/* Writes that there is no memory, and returns false. */
bool parser_fail_memory(struct parser *);
/* Frees all that was allocated. */
void parser_release(void *memory);

#endif
