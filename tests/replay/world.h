/* SPDX-License-Identifier: MIT */
/*
 * A proxy in a world of text: its interfaces, its virtual clock, all that it sent, and the kernel's
 * routes as its callbacks made them. One world lives for one case of a transcript.
 */
#ifndef TESTS_REPLAY_WORLD_H
#define TESTS_REPLAY_WORLD_H

#include "../../proto/proxy.h"
#include "codec.h"

enum { NAME_MAX_LENGTH = 16, INTERFACE_PREFIXES = 8, INTERFACE_LIST = 32, FAILURE_TEXT = 3072 };

/* What may happen unasked on an interface: bits. */
enum { IGNORE_GENERAL = 1, IGNORE_SPECIFIC = 2, IGNORE_REPORTS = 4 };

struct node {
	char name[NAME_MAX_LENGTH];
	struct values values; /* what the standard makes of what is configured */
	struct interface_state state;
	struct prefix prefix[INTERFACE_PREFIXES];
	struct prefix accept_from[INTERFACE_LIST];
	struct static_join static_join[INTERFACE_LIST];
	unsigned ignored;
};

struct output {
	int64_t time;
	unsigned vif;
	struct message message;
	bool ignorable, taken;
};

/* What the upstream's router knows of a group, if nothing was lost. */
struct view {
	struct addr group;
	bool exclude;
	struct list source;
};

struct expectation {
	unsigned line;
	int64_t after, until; /* after < time <= until */
	unsigned vif;
	struct message message;
	bool any_response, any_robustness, any_interval, any_list;
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

struct world {
	const char *file;
	unsigned line;
	bool verbose;
	enum protocol protocol;
	struct proxy_config config;
	struct proxy_interface_config interface[PROXY_VIFS];
	struct node node[PROXY_VIFS];
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
	unsigned wakeups, assertions;

	struct output *output;
	unsigned output_count, output_room;
	struct expectation *expectation;
	unsigned expectation_count, expectation_room;
	struct route *route;
	unsigned route_count, route_room;
	struct view *view;
	unsigned view_count, view_room;
	bool view_lost; /* an older querier heard less than there was to tell */

	unsigned failed_line; /* 0: all is well */
	char failure[FAILURE_TEXT];
};

enum { WORLD_EPOCH = 1000000 }; /* the proxy's clock when a case begins */

/* The first failure is kept; it is reported with the line that is being run. */
void world_fail(struct world *, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *world_route_text(const struct world *, const struct route *);
/* "1.500": milliseconds as seconds since the case began; "never" and "static" too. */
const char *world_time_text(int64_t ms);

void world_start(struct world *);
/* Runs the clock to TIME, with a tick at each deadline on the way. */
void world_advance(struct world *, int64_t time);
/* Lets the proxy act on what just happened to it. */
void world_settle(struct world *);
void world_free(struct world *);
/* The upstream's router is another one, which knows nothing yet. */
void world_forget_views(struct world *);
/* INPUT tells (*,G) and (*,*) apart, as in the kernel; PROXY_VIFS: any. */
struct route *world_find_route(struct world *, const struct addr *source, const struct addr *group,
			       unsigned input);
/* The interfaces to which the kernel would forward a packet: its rules for (S,G), (*,G), (*,*). */
uint32_t world_forward(struct world *, unsigned vif, const struct addr *source,
		       const struct addr *group);

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
};

void snapshot_take(struct world *, struct snapshot *);
void snapshot_free(struct snapshot *);
/* PERMANENT: the static join, not what hosts reported. */
const struct held *snapshot_find(const struct snapshot *, unsigned vif, const struct addr *group,
				 bool permanent);

/* Compares the proxy's state with the rules that always hold: the merge of RFC 4605 section 4.1,
 * the forwarding rules of section 4.2, no timer in the past, status and callbacks of one opinion.
 */
void audit(struct world *);

#endif
