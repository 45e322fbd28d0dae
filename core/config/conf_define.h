/* SPDX-License-Identifier: MIT */
/* Instances and the interfaces that they name: what the statements that define them say, and what
 * comes of it. */
#ifndef CORE_CONF_DEFINE_H
#define CORE_CONF_DEFINE_H

#include "core/config/parser.h"

enum {
	DEFINE_PEER_MUTEX = 10, /* ms, of an instance with peers */
	DEFINE_INSTANCES = 128,
	DEFINE_ITEMS = 128 /* names and patterns in one, those that were deleted included */
};

enum define_side {
	DEFINE_UPSTREAM = 1,
	DEFINE_DOWNSTREAM = 2,
	DEFINE_PEER = DEFINE_UPSTREAM | DEFINE_DOWNSTREAM
};

/* A name or pattern in a definition. */
struct item {
	struct item *next;
	struct token token;
	char name[IF_NAMESIZE];
	bool pattern, peer, deleted;
	uint8_t sides; /* enum define_side */
};

/* What the parser keeps of an interface's entry. */
struct entry {
	struct token interval;			    /* the last one that set QI or QRI */
	struct static_join *static_join[PROTOCOLS]; /* the lists in CONF */
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
	/* from conf_define_all() on: */
	struct choice *choice;
	unsigned choices;
	struct conf_instance *conf;
	struct entry *entry; /* beside conf->interface */
};

/* Takes what is behind the NAME of an instance, which TOKEN is, from the table's number or the
 * colon on, and defines it. */
bool conf_define(struct parser *, const struct token *, const char *name);
/* Takes the old form, UPSTREAM... ==> DOWNSTREAM..., to the end of its line. */
bool conf_define_line(struct parser *);
/* Takes what is behind `add` or `del`. */
bool conf_define_change(struct parser *, struct definition *, bool add);
/* Takes the name of an interface, or a pattern, which TOKEN is then. */
bool conf_define_name(struct parser *, const char *expected, struct token *, char name[IF_NAMESIZE],
		      bool *pattern);
/* Has the instance an interface of that name on that side, or had it, or can it have? */
bool conf_define_knows(const struct parser *, const struct definition *, bool upstream,
		       const char *name);
/* The next of the interfaces that the statement is about, from number *I on, which it is then;
 * NULL: no more. */
struct conf_interface *conf_define_selected(const struct parser *, unsigned *i);
/* After PHASE_DECLARE: makes the instances of the struct conf. */
bool conf_define_all(struct parser *);

#endif
