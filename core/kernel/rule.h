/* SPDX-License-Identifier: MIT */
/*
 * The kernel's multicast policy rules (ip mrule): in which table is looked up what arrives at an
 * interface, and what this machine itself sends out of it. They go by the interface's name, so they
 * may come before it and outlive it. What somebody else deletes is put back.
 *
 * Of several tables for one interface the kernel looks into the first one only: which one that is,
 * is not ours to choose.
 */
#ifndef CORE_RULE_H
#define CORE_RULE_H

#include <net/if.h>

#include "core/base/loop.h"
#include "core/kernel/netlink.h"

/* What is to be: two rules, one for what arrives, one for what is sent. */
struct rule {
	char name[IF_NAMESIZE];
	enum protocol protocol;
	uint32_t table;
	bool missing; /* is to be put back */
};

/* Adds or removes one of the two: what ATTRIBUTE says, ABI_FRA_IIFNAME or ABI_FRA_OIFNAME. By the
 * socket, or however else. 0 or -errno: EEXIST, ENOENT too. */
typedef int rule_changer(void *ctx, struct netlink *, bool add, const struct rule *,
			 uint16_t attribute);

struct rules {
	struct loop_source source;
	struct loop *loop;
	rule_changer *change; /* by who has the right to; NULL: this process has */
	void *ctx;
	struct netlink events, request;
	struct rule *rule;
	size_t count, room;
	int64_t repair_at;	    /* INT64_MAX: nothing is missing */
	int64_t repaired_at, delay; /* the last repair; how long the next one waits */
};

/* 0 or -errno. A struct rules that is not open has -1 as events.fd and request.fd; rule_sweep() and
 * rule_count() need the latter only. CHANGE, with CTX, as who has the right to; NULL: as this
 * process. */
int rule_open(struct rules *, struct loop *, rule_changer *change, void *ctx);
/* From now on TABLE serves the interface. A rule that is there already is taken over. 0, or -errno
 * and nothing has changed: EAFNOSUPPORT the kernel knows one table only
 * (CONFIG_IP_MROUTE_MULTIPLE_TABLES, CONFIG_IPV6_MROUTE_MULTIPLE_TABLES), EPERM. */
int rule_add(struct rules *, enum protocol, const char *name, uint32_t table);
/* No error if there is no such rule (any more). */
int rule_remove(struct rules *, enum protocol, const char *name, uint32_t table);
/* Removes rules for TABLE that were not asked for: what a daemon that was killed has left behind.
 * To be called by who holds the table. 0 or -errno. */
int rule_sweep(struct rules *, enum protocol, uint32_t table);
/* How many rules for TABLE there are that were not asked for. Or -errno. */
int rule_count(struct rules *, enum protocol, uint32_t table);
/* Puts back what is missing, at once when it is the first time, then after 1 to 64 s. Returns the
 * next deadline. To be called after the events of each turn. */
int64_t rule_turn(struct rules *, int64_t now);
/* Is there a rule to be put back? */
bool rule_waits(const struct rules *);
/* Removes all rules. No harm if it is not open. */
void rule_close(struct rules *);

/* By the socket, for a rule_changer. */
int rule_change(struct netlink *, bool add, const struct rule *, uint16_t attribute);

#endif
