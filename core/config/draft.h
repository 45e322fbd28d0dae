/* SPDX-License-Identifier: MIT */
/* A configuration while it is made of statements: the instances, and what defines them. */
#ifndef CORE_DRAFT_H
#define CORE_DRAFT_H

#include "core/config/parser.h"

enum {
	DRAFT_INSTANCES = 128,
	DRAFT_ITEMS = 128 /* names and patterns in one, those that were deleted included */
};

/* A name or pattern in a definition. */
struct item {
	struct item *next;
	const struct token *token;
	char name[IF_NAMESIZE];
	bool pattern, deleted;
	uint8_t place; /* enum place; PLACE_PEER: both */
};

/* An interface on a side of an instance. */
struct choice {
	const char *name;
	bool upstream, peer;
};

struct definition {
	struct definition *next;
	unsigned number;
	char name[CONF_NAME];
	uint32_t table; /* 0: automatic */
	struct item *item, **end;
	unsigned item_count;
	/* what was not deleted: */
	unsigned names;		 /* interfaces that are named */
	unsigned upstreams;	 /* items that are upstreams */
	unsigned upstream_names; /* those of them that are no patterns */
	/* from choose_interfaces() on: */
	struct choice *choice;
	unsigned choices;
	struct conf_instance *conf;
};

struct draft {
	struct parser *parser;
	/* The names of the interfaces that patterns may mean. */
	const char (*present)[IF_NAMESIZE];
	size_t present_count;
	uint8_t highest[PROTOCOLS]; /* version by statement `protocol`; 0: none given */
	bool runs[PROTOCOLS];
	struct definition *first, **end; /* of all instances */
	unsigned definitions;
	struct conf conf;
	/* of conf_make.c: */
	bool added; /* the present statement was, at run time */
	const struct conf_instance *instance;
	const struct conf_interface *interface;
	const struct statement *interval;
};

#endif
