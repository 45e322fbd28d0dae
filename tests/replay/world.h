/* SPDX-License-Identifier: MIT */
/*
 * A proxy in a world of text: its interfaces, its virtual clock, all that it sent, and the kernel's
 * routes as its callbacks made them. One world lives for one case of a transcript.
 */
#ifndef TESTS_REPLAY_WORLD_H
#define TESTS_REPLAY_WORLD_H

#include "proto/policy/filter.h"
#include "proto/proxy.h"
#include "proto/status.h"
#include "tests/model/codec.h"
#include "tests/model/reading.h"
#include "tests/model/said.h"

enum { NAME_MAX_LENGTH = 16, INTERFACE_PREFIXES = 8, INTERFACE_LIST = 32, FAILURE_TEXT = 3072 };
enum { ENTRIES = PROXY_ENTRIES, RULES = 32, RULE_LISTS = READING_LISTS };

/* What may happen unasked on an interface: bits. */
enum {
	IGNORE_GENERAL = 1,
	IGNORE_SPECIFIC = 2,
	IGNORE_REPORTS = 4,
	IGNORE_DISCOVERY = 8,
	IGNORE_S_FLAG = 16
};

/* An interface; its VIF is its position. Without a name there is none. */
/* A General Query that another proxy is to hear, too. */
struct heard {
	int64_t at;
	struct packet packet; /* its data are these */
	uint8_t data[64];
};

struct node {
	char name[NAME_MAX_LENGTH];
	struct interface_state state;
	struct prefix prefix[INTERFACE_PREFIXES];
	unsigned ignored;
	struct heard heard[3]; /* by version */
};

/* What a filter says: all of its lists have to let pass. */
struct rules {
	unsigned list_count;
	struct rule_list {
		bool whitelist;
		unsigned count;
		struct filter_rule rule[RULES];
	} list[RULE_LISTS];
};

/* One side of an interface; its position is that in the configuration. */
struct entry {
	struct values values; /* what the standard makes of what is configured */
	struct prefix accept_from[INTERFACE_LIST];
	struct static_join static_join[INTERFACE_LIST];
	struct rules in, out;
	bool view_lost; /* an older querier heard less than there was to tell */
};

/* A configuration as the proxy was given it: a copy, so that nothing can be used any more once
 * another one has taken its place. */
struct given {
	struct proxy_config config;
	struct proxy_interface_config interface[ENTRIES];
	struct entry entry[ENTRIES];
	struct filter *in[ENTRIES], *out[ENTRIES];
	struct prefix ssm_range[INTERFACE_LIST];
};

struct output {
	int64_t time;
	unsigned vif;
	struct message message;
	bool ignorable, taken;
};

/* What an upstream's router knows of a group, if nothing was lost. */
struct view {
	unsigned vif;
	struct addr group;
	bool exclude;
	struct list source;
};

struct expectation {
	unsigned line;
	int64_t after, until; /* after < time <= until */
	unsigned vif;
	struct said said;
	bool optional;	  /* `may` */
	bool spread;	  /* over as many packets as it likes */
	unsigned moments; /* ... which leave at this many times at least */
	int64_t last_moment;
	bool met;
};

struct reverse_path {
	struct addr source;
	unsigned vif;
};

/* Data that come again and again. */
struct stream {
	struct addr source, group;
	unsigned vif;
	int64_t interval, next;
};

struct world {
	const char *file;
	unsigned line;
	bool verbose;
	enum protocol protocol;
	/* What is configured now or, before `reconfigure`, will be. */
	struct proxy_config config;
	struct proxy_interface_config interface[ENTRIES];
	struct entry entry[ENTRIES];
	bool changed; /* it is not in force yet */
	struct given *given;
	struct node node[PROXY_VIFS];
	unsigned vif_count; /* beyond there is none */
	unsigned ignored;   /* on those that come, too */
	uint64_t no_memory; /* counted by interfaces that are gone */
	struct prefix ssm_range[INTERFACE_LIST];
	struct reverse_path reverse_path[INTERFACE_LIST];
	unsigned reverse_path_count;

	struct proxy *proxy;
	int64_t now;
	bool may_act;	/* callbacks are allowed now */
	bool holding;	/* events are collected, no tick between them */
	bool no_audit;	/* `audit off` */
	bool repeat_ok; /* an upcall or an interface asks for routes anew */
	bool ended;	/* after `shutdown` nothing but checks may follow */
	unsigned wakeups, upcalls, told, assertions;

	struct output *output;
	unsigned output_count, output_room;
	struct expectation *expectation;
	unsigned expectation_count, expectation_room;
	struct kernel kernel;
	struct view *view;
	unsigned view_count, view_room;
	struct stream stream[INTERFACE_LIST];
	unsigned stream_count;
	bool no_packet_counts; /* the kernel cannot tell */
	bool astray;	       /* the packet came in where its route does not take it */

	unsigned failed_line; /* 0: all is well */
	char failure[FAILURE_TEXT];
};

enum { WORLD_EPOCH = 1000000 }; /* the proxy's clock when a case begins */

/* The first failure is kept; it is reported with the line that is being run. */
void world_fail(struct world *, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *world_route_text(const struct world *, const struct route *);

void world_start(struct world *);
/* Runs the clock to TIME, with a tick at each deadline on the way. */
void world_advance(struct world *, int64_t time);
/* Lets the proxy act on what just happened to it. */
void world_settle(struct world *);
void world_free(struct world *);
/* The router of the upstream VIF is another one, which knows nothing yet. */
void world_forget_views(struct world *, unsigned vif);
/* The position of the entry of that side of VIF; ENTRIES: there is none. */
unsigned entry_of(const struct world *, unsigned vif, bool upstream);
/* How often memory was short, interfaces included that are gone. */
uint64_t world_no_memory(const struct world *);
/* Gives the proxy what is configured now. */
void world_reconfigure(struct world *);
/* The proxy hears a message; what holds for a while the next one is told of, too. */
void world_hear(struct world *, const struct packet *);
/* The proxy dies without a word; another one, with what is configured now, takes its place, and
 * over what the kernel has, which it is told so many TIMES. */
void world_restart(struct world *, unsigned times);
/* Are its interfaces there? */
bool world_route_is_possible(const struct world *, const struct route *);
/* The kernel's route of a packet of (S,G), but for wildcards; NULL: there is none. */
const struct route *world_find_route(const struct world *, const struct addr *source,
				     const struct addr *group);

/* ---- data.c ---- */

/* A packet comes in; the kernel asks the proxy if need be. Where it went in the end. */
uint32_t world_data(struct world *, unsigned vif, const struct addr *source,
		    const struct addr *group);
/* The callback of struct proxy_out. */
bool world_packets(void *ctx, const struct route *, uint64_t *count);
/* When the next packet of a stream comes; INT64_MAX: never. */
int64_t world_next_packet(const struct world *);
/* Lets the packets come that are due. */
void world_run_streams(struct world *);

/* The groups that the proxy holds, as its status says. */
struct held_source {
	struct addr address;
	int64_t expires;
};

struct held {
	unsigned vif;
	bool upstream, permanent, tracked;
	unsigned host_count;
	struct addr group;
	enum filter_mode filter_mode;
	unsigned version;
	int64_t expires;
	struct held_source *source;
	unsigned source_count;
};

struct snapshot {
	struct held *held;
	unsigned held_count, held_room;
	struct route *route;
	unsigned route_count, route_room;
	unsigned calls, next_pause;
	struct reading reading;
};

void snapshot_take(struct world *, struct snapshot *);
void snapshot_free(struct snapshot *);
/* UPSTREAM: the side of VIF; PERMANENT: the static join, not what hosts reported. */
const struct held *snapshot_find(const struct snapshot *, unsigned vif, bool upstream,
				 const struct addr *group, bool permanent);

/* ---- policy.c ---- */

/* Up, with the address that the protocol needs. */
bool is_active(const struct world *, unsigned vif);
/* What is asked about a snapshot that is complete. */
void snapshot_read(const struct world *, struct snapshot *);
/* Sources for which the answers for GROUP may differ: NAMED are those that some host lists, OTHER
 * is the first of each range between them and those of rules. */
void sample_sources(const struct snapshot *, const struct addr *group, struct list *named,
		    struct list *other);

/* Compares the proxy's state with the rules that always hold: the merge of RFC 4605 section 4.1,
 * the forwarding rules of section 4.2, no timer in the past, status and callbacks of one opinion.
 */
void audit(struct world *);

#endif
