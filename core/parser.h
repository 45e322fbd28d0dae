/* SPDX-License-Identifier: MIT */
/* What the rules of the configuration language are written with. Each function takes what it is
 * named after from the text and stands behind it then; or it fails: false (or NULL), and the error
 * is written. */
#ifndef CORE_PARSER_H
#define CORE_PARSER_H

#include "conf.h"
#include "scan.h"

struct parser {
	struct scanner scanner;
	const char *name; /* of the text, for errors */
	char *error;	  /* CONF_ERROR bytes */
	/* The text is read twice. First time: every rule is checked, `protocol`, the instance and
	 * what is set for the whole of it take effect. Second time: what is set for interfaces
	 * does. */
	bool declaring;
	bool defined;		    /* the instance is */
	uint8_t highest[PROTOCOLS]; /* version by statement `protocol`; 0: none given */
	uint32_t selected;	    /* interfaces that the present statement sets something for */
	struct token interval[PROXY_VIFS];			/* last one that set QI or QRI */
	struct static_join *static_join[PROXY_VIFS][PROTOCOLS]; /* the lists in CONF */
	struct conf conf;
	struct conf_instance instance; /* the one in CONF, until the end */
	struct conf_interface interface[PROXY_VIFS];
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
/* An address, or a prefix of addresses that are all multicast, or none of them. */
bool parser_prefix(struct parser *, bool multicast, struct prefix *);
/* One of those that are built in. */
bool parser_version(struct parser *, enum protocol *, uint8_t *version);

/* Memory that lives as long as the struct conf. */
void *parser_allocate(struct parser *, size_t);
/* Makes room for one more behind the COUNT items of SIZE bytes in LIST, which began as NULL;
 * returns where the list is now. */
void *parser_grow(struct parser *, void *list, size_t count, size_t size);
/* Frees all that was allocated for a struct conf. */
void parser_release(void *memory);

#endif
