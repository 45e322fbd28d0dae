/* SPDX-License-Identifier: MIT */
/* What the model remembers; private to model*.c. */
#ifndef TESTS_MODEL_STATE_H
#define TESTS_MODEL_STATE_H

#include "tests/model/model.h"

enum { MODEL_TEXT = 2048, MODEL_PREFIXES = 16 };

#define NEVER INT64_MAX

/* A source of a group on a downstream. RFC 3376 section 6.2.3: one of Y is excluded. */
struct wanted {
	struct addr address;
	bool excluded;
	int64_t expires;
	unsigned queries; /* transmissions that are still to come (section 6.6.3.2) */
};

/* A group on a downstream, or what one host wants of it. */
struct member {
	struct addr group;
	struct addr reporter; /* of what one host wants */
	bool permanent;	      /* a static join */
	unsigned drawer;      /* who has drawn it from the reserve: its number, from 1 */
	bool untracked;	      /* it was when it began */
	bool exclude;
	int64_t expires; /* the group timer */
	struct wanted *source;
	unsigned source_count, source_room;
	int64_t v1_until, v2_until; /* older hosts (section 7.3.2) */
	unsigned queries;	    /* group-specific ones that are still to come */
	bool ended;		    /* the group timer, in the moment of one of them */
	int64_t query_at;	    /* the next one, of either kind */
	struct member *host;	    /* that are tracked (RFC 6636 section 3) */
	unsigned host_count, host_room;
	int64_t unknown_until; /* there may be hosts that are not */
};

/* Who has reported on a downstream. */
struct known {
	struct addr reporter;
	int64_t since, heard;
	int64_t debt, debt_at; /* microseconds until it is worn off */
	unsigned drawn;	       /* groups, from the reserve */
};

/* Queries with the S flag that are still to come, as nobody had to be asked. */
struct parting {
	struct addr group;
	unsigned left;
	int64_t at;
};

/* A query or leave that leaves at a certain time with certain contents. */
struct expected {
	unsigned entry;
	bool leave;
	enum kind sign; /* of RFC 4286; else KIND_QUERY */
	struct addr group;
	struct list source, maybe; /* maybe: sources that expire in this very moment */
	bool suppress, optional, met;
};

/* What the status of the proxy lists at an upstream. */
struct listed {
	unsigned entry;
	struct addr group;
	struct list source;
};

/* What has to be answered (RFC 3376 section 5.2). */
struct duty {
	struct addr group;
	bool whole;	    /* else SOURCE only */
	struct list source; /* asked for */
	int64_t until;
};

/* What may be answered: one record. */
struct allowance {
	struct addr group;
	bool general, whole;
	bool loose; /* nobody knows whether the answer to all or to the group is left */
	struct list source;
	int64_t after, until;
};

/* A source whose change is being reported (RFC 3376 section 5.1). */
struct repeat {
	struct addr address;
	unsigned left;
	bool fresh; /* changed in this turn */
};

/* A group at the upstream. */
struct subscribed {
	struct addr group;
	bool exclude; /* EXCLUDE (source), else INCLUDE (source) */
	struct list source;
	bool now;     /* a report is due in this turn */
	bool changed; /* in this turn, from this: */
	bool old_exclude;
	struct list old_source;
	bool was_pending;	       /* a repeat could have been due before that */
	bool mode_fresh;	       /* the filter mode changed in this turn */
	unsigned mode_left, mode_most; /* transmissions to come; at most, where that is unknown */
	struct repeat *repeat;
	unsigned repeat_count, repeat_room;
	int64_t by; /* the next transmission */
};

/* A record that was sent in this turn. */
struct told {
	unsigned type; /* of enum record_type; 0: an older report */
	struct addr group;
	struct list source;
	size_t room; /* sources that would still have fitted into a packet of their own */
	unsigned batch;
};

/* One side of an interface: an entry of the configuration. */
struct link {
	const struct proxy_interface_config *config;
	const struct model_filter *filter;
	bool exists, up;
	bool active; /* IGMP or MLD runs on it */
	struct addr address;
	struct prefix prefix[MODEL_PREFIXES];
	unsigned prefix_count, mtu;
	uint32_t own;			  /* bit n: the address of prefix n is an own one */
	struct values configured, values; /* values: in force */
	unsigned told_robustness;	  /* by a querier; 0: nothing */
	int64_t told_interval;
	/* a downstream's */
	bool querier;
	unsigned startup_left;
	unsigned urgent;  /* its members are unknown: these queries are to be answered soon */
	int32_t response; /* that the general query of this turn asks for */
	int64_t query_at;
	int64_t unknown_until;	 /* not all hosts have answered us */
	int64_t held_until;	 /* without address or carrier its members stay; 0: it is not so */
	int64_t renewed_until;	 /* what was not reported since the last time lasts no longer */
	int64_t asking;		 /* the next query about its group, when a record came */
	bool settled;		 /* a query was due, but the hosts are known */
	struct parting *parting; /* leaves that switches are told of */
	unsigned parting_count, parting_room;
	struct addr other;
	int64_t other_until, asked_at;
	bool forwards, alone; /* rivals.c */
	unsigned first_signs; /* advertisements still to come at the first interval */
	bool solicits;
	struct addr rival;  /* who else shows that he forwards */
	struct addr asker;  /* who else has asked last */
	int64_t data_until; /* of somebody else came in */
	int64_t own_until;  /* our own kernel receives there */
	int64_t rival_until, yield_at, shared_until, sign_at, hurried_at;
	int64_t started_at, began_at;
	struct member *member;
	unsigned member_count, member_room;
	struct known *known;
	unsigned known_count, known_room, known_most;
	unsigned reporter; /* of what is being heard, if it is no stranger: its number, from 1 */
	unsigned reserve;  /* percent, for that */
	/* an upstream's */
	unsigned version;
	int64_t v1_until, v2_until;
	int64_t unicast_again; /* a query to our address alone is answered */
	struct addr heard;
	struct subscribed *subscribed;
	unsigned subscribed_count, subscribed_room;
	struct duty *duty;
	unsigned duty_count, duty_room;
	struct allowance *allowance;
	unsigned allowance_count, allowance_room;
	int64_t unsolicited_at;
	struct told *told;
	unsigned told_count, told_room;
	size_t packet_left; /* octets that the last packet of this turn had room for */
	bool packet_sent;
	unsigned batch; /* of packets that were filled together */
};

/* Data about which the kernel has asked. */
struct flow {
	struct addr source, group;
	unsigned vif;
	bool now; /* in this turn: the answer is due */
};

struct model {
	const struct proxy_config *config;
	enum protocol protocol;
	unsigned (*reverse_path)(void *ctx, const struct addr *);
	void *ctx;
	int64_t now;
	unsigned link_count; /* as in the configuration */
	unsigned retired;    /* behind them: those that have gone in this turn */
	struct link link[2 * PROXY_ENTRIES];
	bool per_source;
	struct reading reading; /* as of the end of the turn */
	struct listed *listed;
	unsigned listed_count, listed_room;
	struct flow *flow;
	unsigned flow_count, flow_room;
	struct expected *expected;
	unsigned expected_count, expected_room;
	const struct kernel *kernel; /* the routes: the world has it */
	bool repeat_ok;		     /* routes may be told again */
	bool routes_limited;	     /* there was no room for all of them */
	bool flows_limited;	     /* nor for flows of groups that nobody has joined */
	bool ended;
	bool jumped; /* in this turn: what of many things is done first is up to the proxy */
	char failure[MODEL_TEXT];
};

/* The first failure is kept. */
void model_fail(struct model *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* All groups that any downstream has; item is malloc'ed. */
void model_groups(const struct model *, struct list *group);
/* Something that has to be sent in this turn. */
struct expected *model_expect(struct model *, unsigned entry, const struct addr *group);
bool model_is_ssm(const struct model *, const struct addr *group);
/* 239.255.255.250 and its like, unless they are proxied. */
bool model_is_local(const struct model *, const struct addr *group);
const char *model_link_text(const struct link *);
const char *model_entry_text(const struct model *, unsigned entry);
/* The downstream and the upstream side of an interface; NULL: it has none. */
const struct link *model_router(const struct model *, unsigned vif);
const struct link *model_host(const struct model *, unsigned vif);
/* The entry; model->link_count: there is none. */
unsigned model_side(const struct model *, unsigned vif, bool upstream);
/* Is SOURCE one of the own addresses there? */
bool model_is_own(const struct link *, const struct addr *source);

/* ---- variables.c ---- */
void variables_fill(struct values *, enum protocol);
int64_t variables_membership(const struct link *);
int64_t variables_other_querier(const struct link *);
int64_t variables_last_member(const struct link *);
/* Until members have answered another router's queries, each of which gives them so long; no less
 * than our own give. */
int64_t variables_answers(const struct link *, int64_t response);
int64_t variables_older_host(const struct link *);
void variables_combine(struct link *);
/* RFC 3376 section 4.1.6, 4.1.7. */
void variables_adopt(const struct model *, struct link *, const struct message *);

/* ---- merge.c: what is wanted of a group, and in which lists an upstream is told ---- */
/* Brings model->reading up to date. */
void merge_read(struct model *);
/* What is known of GROUP by its address; list is appended to. */
void merge_listed(const struct model *, const struct addr *group, struct list *listed);
/* What of GROUP is to be subscribed there. False: nothing. SOURCE is appended to. */
bool merge_upstream(const struct model *, const struct link *host, const struct addr *group,
		    enum filter_mode *, struct list *source);

/* ---- held.c: groups on a downstream ---- */
struct member *held_find(struct link *, const struct addr *group, bool permanent);
struct member *held_add(struct link *, const struct addr *group, bool permanent);
void held_delete(struct link *, struct member *);
void held_delete_host(struct member *, unsigned i);
/* RFC 3376 section 7.3.2. */
unsigned held_version(const struct model *, const struct member *);
/* RFC 3376 section 6.3. */
bool held_wants(const struct member *, const struct addr *source);
struct wanted *held_source(const struct member *, const struct addr *address);
/* Is it in INCLUDE (A), or in X of EXCLUDE (X,Y)? In Y? */
bool held_in_x(const struct member *, const struct addr *address);
bool held_in_y(const struct member *, const struct addr *address);
/* Not above a limit: then nothing happens. */
void held_run(const struct link *, struct member *, const struct addr *address, int64_t expires);
void held_exclude(const struct link *, struct member *, const struct addr *address);
void held_delete_source(struct member *, const struct addr *address);
/* Sources, and what hosts take of the same limit; of groups that are drawn from the reserve, or of
 * all others. */
unsigned held_total(const struct link *, bool drawn);
/* What one host wants, of whose timers nobody takes care. */
bool held_is_host(const struct member *);
bool held_is_exclude(const struct model *, const struct member *host);
bool held_is_running(const struct model *, const struct wanted *);
bool held_wants_anything(const struct model *, const struct member *host);
/* True: nothing of it is left. */
bool held_expire(struct model *, unsigned entry, struct member *);

/* ---- table.c ---- */
void table_apply(struct model *, struct link *, struct member *, unsigned type,
		 const struct list *sources);

/* ---- reporter.c ---- */
/* False: that is too much. */
bool reporter_hear(struct model *, struct link *, const struct heard *);
/* In what is not kept: a group, so many sources. */
bool reporter_finds_group(const struct link *);
bool reporter_finds_sources(const struct link *, unsigned count);
bool reporter_may_draw(const struct link *);
void reporter_draw(struct link *, struct member *);
void reporter_return(struct link *, const struct member *);
unsigned reporter_drawn(const struct link *);
/* Is there room for one more source of it? */
bool reporter_finds_source(const struct link *, const struct member *);

/* ---- hearing.c ---- */
void hearing_report(struct model *, unsigned entry, const struct heard *);
/* Is it a group of which there is any state? */
bool hearing_is_kept(const struct model *, const struct addr *group);

/* ---- downstream.c: the router part ---- */
/* ANEW: not only with another address. */
void downstream_start(struct model *, unsigned entry, bool anew);
void downstream_stop(struct model *, unsigned entry);
/* It has no address or carrier: what it has is held, if it may be; else it stops. */
void downstream_pause(struct model *, unsigned entry);
/* It has none, but a proxy before has held groups there. */
void downstream_adopt(struct model *, unsigned entry);
/* Its configuration was OLD. */
void downstream_configure(struct model *, unsigned entry, const struct proxy_interface_config *old);
void downstream_renew_static(struct model *, unsigned entry);
void downstream_set_static(struct model *, unsigned entry);
void downstream_query(struct model *, unsigned entry, const struct heard *);
int64_t downstream_deadline(const struct model *, unsigned entry);
void downstream_expire(struct model *, unsigned entry);
void downstream_ask(struct model *, unsigned entry);
void downstream_sent(struct model *, unsigned entry, const struct message *);

/* ---- rivals.c: whether we forward there ---- */
void rivals_forget(struct link *);
/* ANEW: not only with another address. */
void rivals_start(struct model *, unsigned entry, bool anew);
void rivals_stop(struct link *);
/* A solicitation, an advertisement or a termination. */
void rivals_hear(struct model *, unsigned entry, const struct heard *);
void rivals_share(struct model *, struct link *);
/* Data that come from upstream have come in there. */
/* One of our own addresses asks for something there. */
void rivals_own(struct model *, struct link *);
void rivals_data(struct model *, struct link *);
void rivals_query(struct model *, struct link *, const struct heard *);
int64_t rivals_deadline(const struct link *);
/* True: the members are to be asked, and it is to be called once more. */
bool rivals_expire(struct model *, unsigned entry);
/* An upstream has become usable, or is so no more. */
void rivals_root(struct model *);
void rivals_sent(struct model *, unsigned entry, const struct message *);
void rivals_end(struct model *, unsigned entry);
/* What status should say. */
enum proxy_forwarder rivals_state(const struct link *);

/* ---- upstream.c: the host part ---- */
struct subscribed *subscribed_find(struct link *, const struct addr *group);
void subscribed_delete(struct link *, struct subscribed *);
bool subscribed_exists(const struct subscribed *);
bool subscribed_is_pending(const struct subscribed *);
/* What it says of the sources ASKED for is added to ANSWER. */
void subscribed_answer(const struct subscribed *, const struct list *asked, struct list *answer);
/* It is there, has another address, or is moved. */
void upstream_start(struct model *, struct link *);
void upstream_stop(struct link *);
/* What comes in its place is another one: no querier of it is known. */
void upstream_forget(struct link *);
/* A proxy before has asked for the group. */
void upstream_adopt(struct link *, const struct addr *group);
/* Its configuration was OLD. */
void upstream_configure(struct model *, struct link *, const struct proxy_interface_config *old);
bool upstream_is_old(const struct model *, const struct link *);
void upstream_query(struct model *, struct link *, const struct heard *);
int64_t upstream_deadline(const struct model *, const struct link *);
void upstream_expire(struct model *, struct link *);
/* The turn ends: what the merged database has become. */
void upstream_update(struct model *, struct link *);
void upstream_shutdown(struct model *, struct link *);
void upstream_free(struct link *);
void upstream_delete_duty(struct link *, unsigned i);
void upstream_delete_allowance(struct link *, unsigned i);
void upstream_drop_allowances(struct model *, struct link *);
void upstream_forget_duties(struct link *);
void upstream_forget_told(struct link *);

/* ---- told.c: what was sent upstream ---- */
void told_sent(struct model *, struct link *, const struct message *, size_t length);
void told_check(struct model *, struct link *);
/* The clock has jumped: what is late is due now. */
void told_jump(const struct model *, struct link *);

/* ---- routes.c ---- */
const char *routes_tell(struct model *, const struct route *);
void routes_asked(struct model *, const struct upcall *);
/* The kernel has it from a proxy before. */
void routes_adopt(struct model *, const struct route *);
void routes_check(struct model *);

/* ---- check.c ---- */
/* What it lists upstream, where it is free to. */
void status_list(struct model *, struct proxy *);
void status_forget_listed(struct model *);
void status_check(struct model *, struct proxy *);

#endif
