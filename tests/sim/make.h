/* SPDX-License-Identifier: MIT */
/* What the inventors of worlds share; see make.c. */
#ifndef TESTS_SIM_MAKE_H
#define TESTS_SIM_MAKE_H

#include "sim.h"

enum { HOUR = 3600000, TAIL = 1200000, DOWN_LINKS = 3 };

struct maker {
	char *text;
	size_t length, room;
	uint64_t seed, draws;
	bool mld;
	bool tracks;	/* hosts; not where sources are few: who gets the last room is nobody's
			   business */
	unsigned links; /* 0 is upstream; 1 and so on */
	unsigned routers, stations, askers;
	unsigned vifs[ROUTERS], station_link[STATIONS];
	unsigned router_link[ROUTERS][ROUTER_VIFS];
	bool side[ROUTERS][SIDES][ROUTER_VIFS];
	bool root, has_upstream[ROUTERS];
	unsigned below[LINKS], below_count; /* where stations are, if there are several... */
	bool peer[ROUTERS];		    /* it peers */
	unsigned host[ROUTERS][ROUTER_VIFS];
	bool several;		  /* upstreams, filters: make_policy.c */
	bool plain;		  /* as far as wildcard routes go */
	uint64_t taken[LINKS][4]; /* addresses, as bits */
};

/* ---- make.c ---- */
void make_put(struct maker *, const char *format, ...) __attribute__((format(printf, 2, 3)));
unsigned make_pick(struct maker *, unsigned below);
bool make_maybe(struct maker *, unsigned percent);
unsigned make_between(struct maker *, unsigned low, unsigned high);
/* An address of a router of its own on the link. */
unsigned make_host(struct maker *, unsigned link);
void make_link(struct maker *, unsigned link, bool pulls);
char make_group(struct maker *);
void make_at(struct maker *, unsigned time);
/* One setting, as it may stand behind "set ROUTER VIF". */
void make_setting(struct maker *, bool upstream);

/* ---- make_policy.c: several upstreams, filters, peers ---- */
void policy_network(struct maker *);
void policy_askers(struct maker *);
void policy_settings(struct maker *);
void policy_streams(struct maker *);
void policy_event(struct maker *, unsigned time);

#endif
