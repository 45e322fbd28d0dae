/* SPDX-License-Identifier: MIT */
/*
 * A simulated network: links, on them proxies under test (routers), a plain older querier (asker),
 * the root of the tree, hosts (stations) and senders, on one virtual clock. What there is of it and
 * what happens is a text, see README.md; make.c invents one from a seed.
 *
 * Sources and groups are few and have names of one letter; sets of sources are bits.
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "proto/proxy.h"
#include "proto/status.h"
#include "tests/model/codec.h"
#include "chance.h"
#include "tests/model/model.h"
#include "tests/model/words.h"

enum {
	LINKS = 8,
	ROUTERS = 4,
	ROUTER_VIFS = 6,
	ROUTER_ENTRIES = 2 * ROUTER_VIFS,
	RULES = 8,
	STREAMS = 32,
	STATIONS = 16,
	APPLICATIONS = 3,
	ASKERS = 4,
	GROUPS = 12,
	SOURCES = 12,
	PORTS = 48,
	NAME = 16,
	FAILURE = 4096,
	FOREVER_BACK = -1000000000, /* long before the world began */
};

#define NEVER INT64_MAX

typedef uint32_t sources;

/* RFC 3376 section 3.1: INCLUDE {} is no interest at all. */
struct interest {
	bool exclude;
	sources list;
};

/* What somebody on a link wants, and what of it can be told to a router. */
struct member {
	unsigned link;
	bool present;
	bool old; /* tells of groups only: its querier is an older one */
	struct interest want[GROUPS];
	sources wanted[GROUPS], told[GROUPS];
	int64_t told_since[GROUPS];	/* of the group, whatever its sources */
	int64_t since[GROUPS][SOURCES]; /* wants it without a break; NEVER: does not */
};

struct frame {
	unsigned references;
	unsigned link, from; /* a port; PORTS: nobody's */
	int64_t sent;
	struct addr source, destination;
	bool router_alert;
	struct message message;
	size_t length;
	uint8_t data[];
};

enum port_kind { PORT_ROUTER, PORT_STATION, PORT_ASKER, PORT_ROOT };

struct port {
	enum port_kind kind;
	unsigned node, vif, link;
	/* of the switch, if the link has one */
	int64_t router_until, group_until[GROUPS];
	/* what is lost between it and the others; per port, of the last times */
	int64_t lost[16];
	unsigned lost_count;
};

struct link {
	bool exists, snoops;
	bool pulls;		   /* from far away comes only what somebody wants */
	unsigned loss, duplicates; /* of 1000 */
	int64_t delay, jitter;
	/* When the last who wanted it left; CLEAN: by a leave that was sent as it has to be. */
	struct gone {
		int64_t at;
		bool clean;
	} gone[GROUPS][SOURCES];
	int64_t excluded[GROUPS]; /* when somebody's filter mode was last EXCLUDE */
	int64_t double_since, none_since;
	int64_t disorder; /* when somebody last went without telling as he should */
};

/* What a downstream of a router was told, as far as it matters to who wants to receive. */
struct heard_of {
	/* By the router's clock: it must forward until then, or, if nobody answers a query, until
	 * that. For the source has been asked, or for all but others. */
	int64_t source_until, source_queried;
	int64_t group_until, group_queried;
};

struct downstream {
	struct heard_of heard[GROUPS][SOURCES];
	sources holds[GROUPS];		  /* what its status says that it wants */
	int64_t dropped[GROUPS][SOURCES]; /* since when it does not, by the world's clock */
	int64_t v1_heard[GROUPS], old_heard[GROUPS];
	int64_t forwards_since; /* by the world's clock; NEVER: does not */
	int64_t membership_max; /* the longest membership interval since the start */
	bool away;		/* no address, or down */
	int64_t held_until;	/* then, by the router's clock */
	int64_t returned;	/* by the world's clock, from that; NEVER: it has not been held */
};

enum side { DOWN, UP, SIDES };
enum direction { IN, OUT, DIRECTIONS };

struct rules {
	bool whitelist;
	unsigned count;
	struct filter_rule rule[RULES];
};

struct settings {
	struct proxy_config config;
	bool side[SIDES][ROUTER_VIFS]; /* what the interface is */
	unsigned order[ROUTER_VIFS];   /* upstreams, the first has priority */
	unsigned order_count;
	struct proxy_interface_config setting[ROUTER_VIFS]; /* of either side */
	struct rules rules[SIDES][ROUTER_VIFS][DIRECTIONS];
	struct static_join static_join[ROUTER_VIFS][4];
	struct prefix accept_from[ROUTER_VIFS][2];
	struct prefix ssm_range[16];
	/* made of these when they are taken */
	struct proxy_interface_config interface[ROUTER_ENTRIES];
	struct model_filter filter[ROUTER_ENTRIES];
	struct filter *compiled[ROUTER_ENTRIES][DIRECTIONS];
};

struct router {
	char name[NAME];
	unsigned index;
	unsigned vif_count;
	bool no_reverse_path; /* unicast routes tell it nothing */
	uint32_t peers;	      /* VIFs at which it peers (RFC 7287 section 5) */
	unsigned link[ROUTER_VIFS], port[ROUTER_VIFS];
	struct settings next, *now, slot[2]; /* NOW is one of the two */
	struct interface_state state[ROUTER_VIFS];
	struct prefix prefix[ROUTER_VIFS][2];
	struct proxy *proxy;
	struct model *model;
	struct sim *sim;
	int64_t offset;				     /* its clock is ahead by */
	int64_t started, reloaded, killed, switched; /* forwarding is by other routes since */
	bool cut_off, per_source;		     /* after the last turn */
	int64_t rooted_since;			     /* it was cut off before; 0: never */
	bool changed;				     /* settings were made that it has not taken */
	unsigned starts;
	int64_t deadline;
	bool held; /* has more to hear before its turn ends */
	struct kernel kernel;
	struct reading reading;
	struct kernel_route *dropped; /* removed in this turn while data flow */
	unsigned dropped_count, dropped_room;
	bool disturbed; /* its interfaces, settings or clock changed in this turn */
	bool limited;	/* it had met a limit when it was reloaded or died: counters begin anew */
	size_t memory_count, memory_bytes, memory_first;
	struct member member[ROUTER_VIFS]; /* as a host on its upstreams' links */
	struct downstream down[ROUTER_VIFS];
};

struct station_group {
	struct interest application[APPLICATIONS], state;
	unsigned mode_left, left[SOURCES]; /* transmissions that are to come */
	int64_t repeat_at;
	int64_t reply_at;
	bool reply_whole;
	sources asked;
};

struct station {
	char name[NAME];
	unsigned index, link, port, version;
	struct addr address;
	bool on, no_router_alert, odd;
	int64_t v1_until, v2_until;
	unsigned spoken;
	int64_t spoken_since;
	unsigned robustness;
	int64_t query_interval;
	int64_t general_at;
	struct station_group group[GROUPS];
	struct member member;
};

struct asker {
	char name[NAME];
	unsigned index, link, port, version;
	bool root;
	bool on;
	struct addr address;
	unsigned robustness;
	int64_t query_interval, response_interval, last_member_interval;
	int64_t next_query, other_until;
	struct {
		int64_t at;
		unsigned left;
		bool whole;
		sources list;
	} specific[GROUPS];
};

struct arrival {
	int64_t time;
	uint64_t order;
	unsigned port;
	struct frame *frame;
};

struct stream {
	unsigned source, group;
	int64_t next, end, interval;
};

struct statement {
	unsigned line;
	int64_t time;
	const char *text; /* behind the time */
};

struct counts {
	unsigned long worlds, events, packets, probes, deliveries;
	uint64_t simulated; /* ms */
};

/* PLANTED: the comparison lies about something; NO_MODEL: the properties of the whole alone. */
enum { SIM_PLANTED = 1, SIM_NO_MODEL = 2 };

struct sim {
	uint64_t seed;
	enum protocol protocol;
	int64_t now, end;
	unsigned line;
	bool verbose;
	struct link link[LINKS];
	struct port port[PORTS];
	unsigned port_count;
	struct router router[ROUTERS];
	unsigned router_count;
	struct station station[STATIONS];
	unsigned station_count;
	struct asker asker[ASKERS];
	unsigned asker_count;
	sources origin[LINKS]; /* far sources that send there; on link 0 if on no other */
	struct stream stream[STREAMS];
	unsigned stream_count;
	struct statement *statement;
	unsigned statement_count, statement_room, next_statement;
	struct arrival *arrival;
	unsigned arrival_count, arrival_room;
	uint64_t order;
	struct counts counts;
	unsigned flags;
	/* the first failure */
	char kind[32], failure[FAILURE];
	bool bad_text;
	bool noisy; /* somebody said what nobody would */
};

/* ---- names.c ---- */

struct addr sim_group(const struct sim *, unsigned group);
struct addr sim_source(const struct sim *, unsigned source);
/* GROUPS or SOURCES if it is none of ours. */
unsigned sim_group_of(const struct sim *, const struct addr *);
unsigned sim_source_of(const struct sim *, const struct addr *);
char sim_group_name(unsigned group);
char sim_source_name(unsigned source);
unsigned sim_group_named(char name);
unsigned sim_source_named(char name);
bool sim_group_is_ssm(unsigned group);
bool sim_group_is_link_scope(unsigned group);
bool sim_group_is_discovery(unsigned group);
/* The link on which SOURCE sends; LINKS: it is far away, behind a root. */
unsigned sim_source_link(unsigned source);
/* The links on which its packets appear from outside, as bits. */
unsigned sim_source_links(const struct sim *, unsigned source);
/* 10.0.LINK.HOST, fe80::HOST */
struct addr sim_on_link(const struct sim *, unsigned link, unsigned host);
/* The other address of MLD: 2001:db8:0:LINK::HOST. */
struct addr sim_global(unsigned link, unsigned host);
sources sim_sources_of(const struct sim *, const struct list *);
void sim_list_of(const struct sim *, sources, struct list *);

/* ---- sim.c ---- */

enum { CLOCK_EPOCH = 1000000 };

/* The world of TEXT, played to its end or its first failure; sim_free() follows. */
void sim_run(struct sim *, const char *text);
void sim_free(struct sim *);
/* The first failure is kept. */
void sim_fail(struct sim *, const char *kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void sim_say(const struct sim *, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint64_t sim_key(const struct sim *, uint64_t a, uint64_t b, uint64_t c);

/* ---- text.c: statements before and while the clock runs ---- */

/* Takes TEXT apart: what there is goes into SIM, what happens into its statements. */
void text_read(struct sim *, const char *text);
void text_happen(struct sim *, const struct statement *);

/* ---- link.c ---- */

unsigned link_attach(struct sim *, unsigned link, enum port_kind, unsigned node, unsigned vif);
/* All that is on the link hears it, if it is not lost. */
void link_send(struct sim *, unsigned port, const struct addr *source,
	       const struct addr *destination, bool router_alert, const struct message *,
	       const struct damage *);
void link_send_octets(struct sim *, unsigned port, const struct addr *source,
		      const struct addr *destination, const struct message *, const uint8_t *data,
		      size_t length);
/* From nobody: to all routers on the link. */
void link_to_routers(struct sim *, unsigned link, struct frame *);
struct frame *link_frame(struct sim *, const struct addr *source, const struct addr *destination,
			 const uint8_t *data, size_t length);
void frame_drop(struct frame *);
int64_t link_next(const struct sim *);
/* The first that has arrived by now; false: none. */
bool link_take(struct sim *, struct arrival *);
const struct arrival *link_peek(const struct sim *);
/* The longest that anything takes. */
int64_t link_slowest(const struct link *);
/* Nothing is lost, doubled or overtaken. */
bool link_is_perfect(const struct link *);
/* How many frames to or from the port were lost since. */
unsigned link_lost(const struct sim *, unsigned port, int64_t since);
/* Does the switch, if there is one, give data of GROUP to the port? */
bool link_gives(const struct sim *, unsigned port, unsigned group);

/* ---- member.c ---- */

/* As bits: the last source stands for all that nobody names. */
sources interest_bits(const struct interest *);
void member_start(struct member *, unsigned link);
/* CLEAN: the change is told as the standards have it. */
void member_update(struct sim *, struct member *, unsigned group, const struct interest *, bool old,
		   bool clean);
/* Does anybody on the link but EXCEPT want it since before TIME; tell a router so? */
bool link_wanted_before(const struct sim *, unsigned link, const struct member *except,
			unsigned group, unsigned source, int64_t time);
bool link_told(const struct sim *, unsigned link, unsigned group, unsigned source);
/* Is somebody there whose filter mode is EXCLUDE? */
bool link_excludes(const struct sim *, unsigned link, unsigned group);

/* ---- station.c ---- */

void station_start(struct sim *, struct station *);
void station_filter(struct sim *, struct station *, unsigned application, unsigned group,
		    const struct interest *);
void station_crash(struct sim *, struct station *);
void station_leave_all(struct sim *, struct station *);
void station_receive(struct sim *, struct station *, const struct frame *);
int64_t station_next(const struct station *);
void station_tick(struct sim *, struct station *);
/* The version that it speaks now. */
unsigned station_version(const struct sim *, const struct station *);

/* ---- asker.c: the root of the tree, and other queriers that are no proxies ---- */

void asker_switch(struct sim *, struct asker *, bool on);
void asker_receive(struct sim *, struct asker *, const struct frame *);
int64_t asker_next(const struct asker *);
void asker_tick(struct sim *, struct asker *);

/* ---- router.c: a proxy, its model, its kernel ---- */

void router_prepare(struct sim *, struct router *);
void router_start(struct sim *, struct router *);
void router_stop(struct sim *, struct router *);
/* It dies without a word; another one, with the settings that were made since, takes over what its
 * kernel has. */
void router_kill(struct sim *, struct router *);
void router_receive(struct sim *, struct router *, unsigned vif, const struct frame *);
void router_interface(struct sim *, struct router *, unsigned vif);
void router_jump(struct sim *, struct router *, int64_t ms);
void router_settle(struct sim *, struct router *);
int64_t router_next(const struct router *); /* by the world's clock */
void router_upcall(struct sim *, struct router *, enum upcall_type, unsigned vif, unsigned source,
		   unsigned group);
/* Takes the settings that were made since. */
void router_reload(struct sim *, struct router *);
int64_t router_clock(const struct router *);
/* The VIF that its unicast route to there leads to; PROXY_VIFS: none. */
unsigned router_reverse_path(const struct router *, const struct addr *);
/* It is up, and this is ours to forward to and from. */
/* Can it hear hosts there? */
bool router_hears(const struct router *, unsigned vif);
bool router_forwards(const struct router *, unsigned vif);
/* Is an older version configured there, which knows no sources? */
bool router_is_old(const struct router *, unsigned vif);
/* Its upstream is up, with an address to report from (RFC 3590, RFC 3376 section 4.2.13). */
bool router_reports(const struct router *, unsigned vif);
/* Is there an entry of the configuration for this side of the interface? */
bool router_has(const struct router *, unsigned vif, enum side);
/* Does it let data of (S,G) that come from FROM pass? */
bool router_lets(const struct router *, unsigned vif, enum side, enum direction, unsigned from,
		 const struct addr *group, const struct addr *source);
/* (S,G) that come in at VIF are forwarded: as a downstream's; as an upstream's, to the downstream
 * DOWN, if that wants them. */
bool router_takes_up(const struct router *, unsigned vif, const struct addr *group,
		     const struct addr *source);
bool router_takes_down(const struct router *, unsigned vif, unsigned down, const struct addr *group,
		       const struct addr *source);
/* RFC 9776 section 8.4, or as RFC 3376 had it. */
int64_t router_membership_interval(const struct router *, unsigned vif);
/* It has upstreams, and none of them can be used. */
bool router_is_cut_off(const struct router *);
struct values router_values(const struct router *, unsigned vif, enum side);
bool router_is_limited(const struct router *);

/* ---- heard.c: what routers were told ---- */

void heard_start(struct router *, unsigned vif);
/* Another proxy takes over: what it has to forward by its kernel's routes, until it has to have
 * heard of it anew. WAS_FORWARDING: the one before. */
void heard_kill(struct sim *, struct router *, unsigned vif, bool was_forwarding);
/* What is taken over lasts so long. */
int64_t heard_sweep(const struct values *);
void heard_report(struct sim *, struct router *, unsigned vif, const struct frame *);
void heard_query(struct sim *, struct router *, unsigned vif, const struct message *, bool own);
/* After each turn: what it wants on a downstream, who forwards, and since when. */
void heard_holds(struct sim *, struct router *, unsigned vif, unsigned group, sources holds);
void heard_turn(struct sim *, struct router *);
/* Until when the router must forward, by its clock. */
int64_t heard_until(const struct router *, unsigned vif, unsigned group, unsigned source);

/* ---- probe.c: data, and the properties of the whole ---- */

void probe_send(struct sim *, unsigned source, unsigned group);
/* After each event. */
void probe_watch(struct sim *);
/* When all have left. */
void probe_end(struct sim *);

/* ---- noise.c ---- */

/* A message that is valid and makes no sense; WHICH picks it. */
void noise_send(struct sim *, unsigned link, unsigned which);

/* ---- memory.c ---- */

/* What is allocated until memory_leave() is counted. */
void memory_enter(size_t *count, size_t *bytes);
void memory_leave(void);

/* ---- make.c ---- */

/* The world of a seed, as text; malloc'ed. */
char *make_world(uint64_t seed);

/* ---- shrink.c ---- */

struct verdict {
	bool failed;
	char kind[32], failure[FAILURE];
	struct counts counts;
};

/* Plays TEXT in a process of its own. */
void shrink_play(const char *text, unsigned flags, struct verdict *);
/* The smallest text found within SECONDS that fails the same way; malloc'ed. */
char *shrink_text(const char *text, unsigned flags, const char *kind, unsigned long seconds);
unsigned shrink_lines(const char *text);

#endif
