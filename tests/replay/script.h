/* SPDX-License-Identifier: MIT */
/*
 * The language of transcripts: a line is cut into words, a statement takes them one by one. What
 * does not fit fails the case, with the line; parsing then goes on with something harmless.
 */
#ifndef TESTS_REPLAY_SCRIPT_H
#define TESTS_REPLAY_SCRIPT_H

#include "world.h"

/* ---- statements ---- */

/* Bits: may stand before the clock starts, too; may stand between a change of the configuration and
 * the time when it is in force; asserts something. */
enum { SETS_UP = 1, CONFIGURES = 2, ASSERTS = 4 };

struct statement {
	const char *name; /* NULL: behind the last one */
	void (*run)(struct world *, struct words *);
	unsigned properties;
};

/* Of the configuration, of what happens, of what is looked at. */
const struct statement *setup_statements(void);
const struct statement *act_statements(void);
const struct statement *look_statements(void);

/* Is that the statement that is being run? */
bool is_statement(const struct words *, const char *name);

/* ---- words.c ---- */

void need_word(struct world *, struct words *, const char *word);
unsigned number(struct world *, const char *text);
/* Seconds with up to three decimals, as milliseconds. */
int64_t seconds(struct world *, const char *text);
/* The VIF of that name. */
unsigned interface_named(struct world *, const char *name);
/* The entry of that name: "up:NAME", "down:NAME", or just NAME if it has only one. */
unsigned entry_named(struct world *, const char *name);
/* The same, or all: "*", "up:*", "down:*". */
bool entry_matches(struct world *, const char *name, unsigned entry);
/* 10.0.VIF.HOST, fe80::HOST: who is on the link of an interface. */
struct addr on_link(const struct world *, unsigned vif, unsigned host);
bool number_to_addr(const char *text, struct addr *);
/* An address or one of the names; those of the link are those of VIF's. */
struct addr parse_addr(struct world *, const char *text, unsigned vif);
struct prefix parse_prefix(struct world *, const char *text);
/* "ADDRESS" or "FIRST-LAST". */
void parse_range(struct world *, const char *text, struct list *);
/* "*", "FIRST-LAST", "ADDRESS/LENGTH", "ADDRESS"; "*" may be an end, too. */
void parse_bounds(struct world *, const char *text, struct addr range[2]);

/* (SOURCE,GROUP) */
void parse_key(struct world *, struct words *, struct route *);
/* INTERFACE SOURCE GROUP */
struct route parse_flow(struct world *, struct words *);

/* ---- message.c ---- */

/* Where it is said: addresses of the link are those of VIF's. */
struct place {
	struct world *world;
	unsigned vif;
};

struct speaker speaker_at(struct place *, const struct values *);

/* ---- setup.c ---- */

/* The addresses that an interface has unless the transcript says otherwise. */
void default_addresses(struct world *, unsigned vif);
void set_up(struct world *, unsigned vif);
/* What RFC 3376 section 8 and RFC 3810 section 9 make of what is set. */
void complete_values(struct world *);

/* ---- look.c ---- */

/* -> INTERFACE...: is that where it goes? */
void expect_outputs(struct world *, struct words *, const struct route *);

/* ---- expect.c ---- */

/* Is all that was expected sent, and nothing else? */
void check_expectations(struct world *);

#endif
