/* SPDX-License-Identifier: MIT */
/*
 * The language of transcripts: a line is cut into words, a statement takes them one by one. What
 * does not fit fails the case, with the line; parsing then goes on with something harmless.
 */
#ifndef TESTS_REPLAY_SCRIPT_H
#define TESTS_REPLAY_SCRIPT_H

#include "world.h"

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
void run_set(struct world *, struct words *);
void run_filter(struct world *, struct words *);
void run_interfaces(struct world *, struct words *);
void run_reconfigure(struct world *, struct words *);
void run_restart(struct world *, struct words *);
void run_rpf(struct world *, struct words *);
void run_config(struct world *, struct words *);

/* ---- act.c: statements that happen ---- */

void run_rx(struct world *, struct words *);
void run_may(struct world *, struct words *);
void run_expected_tx(struct world *, struct words *);
void run_up(struct world *, struct words *);
void run_down(struct world *, struct words *);
void run_upcall(struct world *, struct words *);
void run_data(struct world *, struct words *);
void run_stream(struct world *, struct words *);
void run_packets(struct world *, struct words *);
void run_lose(struct world *, struct words *);
void run_have(struct world *, struct words *);
void run_hold(struct world *, struct words *);
void run_release(struct world *, struct words *);
void run_shutdown(struct world *, struct words *);
void run_ignore(struct world *, struct words *);
void run_heed(struct world *, struct words *);
void run_silence(struct world *, struct words *);
void run_audit(struct world *, struct words *);

/* ---- look.c: statements that look ---- */

void run_group(struct world *, struct words *);
void run_nogroup(struct world *, struct words *);
void run_hosts(struct world *, struct words *);
void run_route(struct world *, struct words *);
void run_noroute(struct world *, struct words *);
void run_routes(struct world *, struct words *);
void run_forward(struct world *, struct words *);
void run_forwarding(struct world *, struct words *);
/* (SOURCE,GROUP) */
void parse_key(struct world *, struct words *, struct route *);
/* "-> INTERFACE..." */
uint32_t parse_outputs(struct world *, struct words *);
void run_counter(struct world *, struct words *);
void run_querier(struct world *, struct words *);
void run_value(struct world *, struct words *);
void run_wakeups(struct world *, struct words *);
void run_upcalls(struct world *, struct words *);
void run_told(struct world *, struct words *);
void run_deadline(struct world *, struct words *);

/* ---- expect.c ---- */

/* Is all that was expected sent, and nothing else? */
void check_expectations(struct world *);

#endif
