/* SPDX-License-Identifier: MIT */
/*
 * Multicast policy rules by rtnetlink; see rule.h.
 *
 * All have one priority, so that the kernel itself knows one that is there (EEXIST). So a repair is
 * to add everything that might be missing, and nothing has to be compared.
 */
#include "core/kernel/rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "core/base/backoff.h"
#include "core/base/error.h"
#include "core/base/log.h"

enum {
	PRIORITY = 32000, /* before that of the default table, 32767 */
	LEFTOVERS = 1024  /* that are removed at most */
};

static const uint16_t direction[] = {ABI_FRA_IIFNAME, ABI_FRA_OIFNAME};

static uint8_t family_of(enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? ABI_RTNL_FAMILY_IPMR : ABI_RTNL_FAMILY_IP6MR;
}

static void ignore_message(void *ctx, uint16_t type, struct wire_reader *body)
{
	(void)ctx;
	(void)type;
	(void)body;
}

int rule_change(struct netlink *netlink, bool add, const struct rule *rule, uint16_t attribute)
{
	const struct abi_fib_rule_hdr header = {.family = family_of(rule->protocol),
						.action = ABI_FR_ACT_TO_TBL};
	const uint32_t priority = PRIORITY;
	const uint8_t origin = ABI_RTPROT_MROUTED;
	struct netlink_request request;

	netlink_begin(&request, add ? ABI_RTM_NEWRULE : ABI_RTM_DELRULE,
		      (uint16_t)(ABI_NLM_F_ACK | (add ? ABI_NLM_F_CREATE | ABI_NLM_F_EXCL : 0)),
		      &header, sizeof(header));
	netlink_put(&request, ABI_FRA_PRIORITY, &priority, sizeof(priority));
	netlink_put(&request, ABI_FRA_TABLE, &rule->table, sizeof(rule->table));
	netlink_put(&request, attribute, rule->name, strlen(rule->name) + 1);
	if (add)
		netlink_put(&request, ABI_FRA_PROTOCOL, &origin, sizeof(origin));
	return netlink_ask(netlink, &request, ignore_message, NULL);
}

static int change_rule(struct rules *rules, bool add, const struct rule *rule, uint16_t attribute)
{
	return rules->change ? rules->change(rules->ctx, &rules->request, add, rule, attribute)
			     : rule_change(&rules->request, add, rule, attribute);
}

/* If it fails, once more: nobody will do it later. */
static int uninstall(struct rules *rules, const struct rule *rule)
{
	int error = 0;

	for (int i = 0; i < 2; i++) {
		int its = change_rule(rules, false, rule, direction[i]);

		if (its && its != -ENOENT)
			its = change_rule(rules, false, rule, direction[i]);
		if (its && its != -ENOENT)
			error = its;
	}
	return error;
}

/* 1: it was missing; 0: it was there; or -errno. */
static int install(struct rules *rules, const struct rule *rule)
{
	int result = 0;

	for (int i = 0; i < 2; i++) {
		int error = change_rule(rules, true, rule, direction[i]);

		if (error && error != -EEXIST)
			return error;
		result |= !error;
	}
	return result;
}

static size_t find_rule(const struct rules *rules, const struct rule *rule)
{
	size_t at = 0;

	while (at < rules->count && (rules->rule[at].protocol != rule->protocol ||
				     rules->rule[at].table != rule->table ||
				     strcmp(rules->rule[at].name, rule->name) != 0))
		at++;
	return at;
}

static struct rule make_rule(enum protocol protocol, const char *name, uint32_t table)
{
	struct rule rule = {.protocol = protocol, .table = table};
	size_t length = strlen(name);

	memcpy(rule.name, name, length < IF_NAMESIZE ? length : IF_NAMESIZE - 1);
	return rule;
}

int rule_add(struct rules *rules, enum protocol protocol, const char *name, uint32_t table)
{
	struct rule rule = make_rule(protocol, name, table);
	int result;

	if (find_rule(rules, &rule) < rules->count)
		return 0;
	if (rules->count == rules->room) {
		size_t room = rules->room ? 2 * rules->room : 8;
		void *grown = realloc(rules->rule, room * sizeof(rule));

		if (!grown)
			return -ENOMEM;
		rules->rule = grown;
		rules->room = room;
	}
	result = install(rules, &rule);
	if (result < 0) {
		uninstall(rules, &rule);
		return result;
	}
	rules->rule[rules->count++] = rule;
	return 0;
}

int rule_remove(struct rules *rules, enum protocol protocol, const char *name, uint32_t table)
{
	struct rule rule = make_rule(protocol, name, table);
	size_t at = find_rule(rules, &rule);

	if (at == rules->count)
		return 0;
	rules->rule[at] = rules->rule[--rules->count];
	return uninstall(rules, &rule);
}

/* ---- what others do ---- */

/* Whether the message is of one of our rules, as they would be. */
static bool read_rule(struct wire_reader *body, struct rule *rule, uint16_t *attribute)
{
	struct abi_fib_rule_hdr header;
	struct wire_reader name;

	if (!netlink_take(body, &header, sizeof(header)) ||
	    netlink_number(body, ABI_FRA_PRIORITY, 0) != PRIORITY)
		return false;
	*rule = (struct rule){.table = netlink_number(body, ABI_FRA_TABLE, header.table)};
	rule->protocol = header.family == ABI_RTNL_FAMILY_IPMR ? PROTOCOL_IGMP : PROTOCOL_MLD;
	for (int i = 0; i < 2; i++) {
		*attribute = direction[i];
		if (netlink_attribute(body, direction[i], &name) && name.left <= IF_NAMESIZE) {
			memcpy(rule->name, name.at, name.left);
			rule->name[IF_NAMESIZE - 1] = '\0';
			return header.family == family_of(rule->protocol);
		}
	}
	return false;
}

/* Something is missing: when to put it back. */
static void plan(struct rules *rules)
{
	int64_t now = loop_now();

	if (rules->repair_at != INT64_MAX)
		return;
	if (now - rules->repaired_at > 2 * BACKOFF_MOST)
		rules->delay = 0;
	rules->repair_at = now + rules->delay;
}

static void note_deletion(void *ctx, uint16_t type, struct wire_reader *body)
{
	struct rules *rules = ctx;
	struct rule rule;
	uint16_t attribute;
	size_t at;

	if (type != ABI_RTM_DELRULE || !read_rule(body, &rule, &attribute))
		return;
	at = find_rule(rules, &rule);
	if (at == rules->count)
		return;
	rules->rule[at].missing = true;
	plan(rules);
}

static void events_ready(void *ctx, uint32_t events)
{
	struct rules *rules = ctx;

	(void)events;
	if (!netlink_listen(&rules->events, note_deletion, rules) || !rules->count)
		return;
	for (size_t i = 0; i < rules->count; i++)
		rules->rule[i].missing = true;
	plan(rules);
}

/* 0: it was there; 1: it was missing; or -errno. */
static int repair(struct rules *rules, struct rule *rule)
{
	int result = install(rules, rule);

	rule->missing = result < 0;
	if (result < 0)
		log_warning("%s: the rule for table %u cannot be put back: %s", rule->name,
			    (unsigned)rule->table, error_text(result));
	else if (result)
		log_warning("%s: somebody has deleted the rule for table %u; it is put back",
			    rule->name, (unsigned)rule->table);
	return result;
}

int64_t rule_turn(struct rules *rules, int64_t now)
{
	bool needed = false, failed = false;

	if (now < rules->repair_at)
		return rules->repair_at;
	for (size_t i = 0; i < rules->count; i++) {
		int result = rules->rule[i].missing ? repair(rules, &rules->rule[i]) : 0;

		needed |= result;
		failed |= result < 0;
	}
	if (needed) {
		rules->repaired_at = now;
		rules->delay = backoff_longer(rules->delay, BACKOFF_FIRST, BACKOFF_MOST);
	}
	rules->repair_at = failed ? now + rules->delay : INT64_MAX;
	return rules->repair_at;
}

bool rule_waits(const struct rules *rules)
{
	return rules->events.fd >= 0 && rules->repair_at != INT64_MAX;
}

/* ---- leftovers ---- */

struct leftover {
	const struct rules *rules;
	struct rule rule; /* of the table and protocol that are looked for; the first one */
	uint16_t attribute;
	int count;
};

static void look(void *ctx, uint16_t type, struct wire_reader *body)
{
	struct leftover *leftover = ctx;
	uint16_t attribute;
	struct rule rule;

	if (type != ABI_RTM_NEWRULE || !read_rule(body, &rule, &attribute) ||
	    rule.table != leftover->rule.table || rule.protocol != leftover->rule.protocol ||
	    find_rule(leftover->rules, &rule) < leftover->rules->count)
		return;
	if (leftover->count++)
		return;
	leftover->rule = rule;
	leftover->attribute = attribute;
}

/* 0 or -errno. */
static int look_for(struct rules *rules, struct leftover *leftover)
{
	const struct abi_fib_rule_hdr header = {.family = family_of(leftover->rule.protocol)};
	struct netlink_request request;

	leftover->rules = rules;
	leftover->count = 0;
	netlink_begin(&request, ABI_RTM_GETRULE, ABI_NLM_F_DUMP, &header, sizeof(header));
	return netlink_ask(&rules->request, &request, look, leftover);
}

int rule_count(struct rules *rules, enum protocol protocol, uint32_t table)
{
	struct leftover leftover = {.rule = make_rule(protocol, "", table)};
	int error = look_for(rules, &leftover);

	return error ? error : leftover.count;
}

int rule_sweep(struct rules *rules, enum protocol protocol, uint32_t table)
{
	struct leftover leftover = {.rule = make_rule(protocol, "", table)};

	for (int i = 0; i < LEFTOVERS; i++) {
		int error = look_for(rules, &leftover);

		if (!error && leftover.count)
			error = change_rule(rules, false, &leftover.rule, leftover.attribute);
		if (error == -EINTR)
			continue;
		if (error || !leftover.count)
			return error;
	}
	return -EINTR;
}

/* ---- life ---- */

int rule_open(struct rules *rules, struct loop *loop, rule_changer *change, void *ctx)
{
	int error;

	*rules = (struct rules){.loop = loop,
				.change = change,
				.ctx = ctx,
				.source = {.ready = events_ready, .ctx = rules},
				.events.fd = -1,
				.repair_at = INT64_MAX,
				.repaired_at = loop_now()};
	error = netlink_open(&rules->request, 0);
	if (!error)
		error = netlink_open(&rules->events, 1u << (ABI_RTNLGRP_IPV4_RULE - 1) |
							     1u << (ABI_RTNLGRP_IPV6_RULE - 1));
	rules->source.fd = rules->events.fd;
	if (!error)
		error = loop_add(loop, &rules->source, EPOLLIN);
	if (error)
		rule_close(rules);
	return error;
}

void rule_close(struct rules *rules)
{
	while (rules->count)
		uninstall(rules, &rules->rule[--rules->count]);
	free(rules->rule);
	rules->rule = NULL;
	rules->room = 0;
	if (rules->events.fd >= 0)
		loop_remove(rules->loop, &rules->source);
	netlink_close(&rules->events);
	netlink_close(&rules->request);
}
