/* SPDX-License-Identifier: MIT */
/* From the configuration to a proxy's; see plan.h. */
#include "core/daemon/plan.h"

#include <stdlib.h>
#include <string.h>

#include "proto/policy/filter.h"

/* ---- lists: behind the plan, in the same block ---- */

static size_t list_size(const struct conf_instance *conf, enum protocol protocol)
{
	size_t size = conf->proxy[protocol].ssm_range_count * sizeof(struct prefix);

	for (unsigned i = 0; i < conf->interface_count; i++) {
		const struct proxy_interface_config *c = &conf->interface[i].proxy[protocol];

		size += c->accept_from_count * sizeof(*c->accept_from) +
			c->static_join_count * sizeof(*c->static_join);
	}
	return size;
}

static const void *copy_list(uint8_t **end, const void *list, size_t size)
{
	uint8_t *at = *end;

	if (size)
		memcpy(at, list, size);
	*end += size;
	return at;
}

static unsigned find_vif(const char *const name[PROXY_VIFS], const char *wanted)
{
	unsigned vif = 0;

	while (vif < PROXY_VIFS && (!name[vif] || strcmp(name[vif], wanted) != 0))
		vif++;
	return vif;
}

/* Peers (RFC 7287 section 5) all ask, as all forward; an election would silence all but one. */
static void set_queriers(struct proxy_config *config, struct proxy_interface_config *entry)
{
	uint32_t upstreams = 0;

	for (unsigned i = 0; i < config->interface_count; i++)
		if (entry[i].upstream)
			upstreams |= UINT32_C(1) << entry[i].vif;
	for (unsigned i = 0; i < config->interface_count; i++)
		if (!entry[i].upstream && upstreams >> entry[i].vif & 1 &&
		    entry[i].querier == QUERIER_AUTO)
			entry[i].querier = QUERIER_ALWAYS;
}

static void fill_entries(struct plan *plan, const struct conf_instance *conf,
			 const char *const name[PROXY_VIFS], uint8_t *end)
{
	enum protocol protocol = plan->config.protocol;

	plan->config.ssm_range = copy_list(&end, plan->config.ssm_range,
					   plan->config.ssm_range_count * sizeof(struct prefix));
	for (unsigned i = 0; i < conf->interface_count; i++) {
		struct proxy_interface_config *e = &plan->entry[i];
		const struct conf_interface *interface = &conf->interface[i];

		*e = interface->proxy[protocol];
		e->vif = (uint8_t)find_vif(name, interface->name);
		e->upstream = interface->upstream;
		e->accept_from = copy_list(&end, e->accept_from,
					   e->accept_from_count * sizeof(*e->accept_from));
		e->static_join = copy_list(&end, e->static_join,
					   e->static_join_count * sizeof(*e->static_join));
		if (plan->threshold[e->vif] < interface->ttl_threshold)
			plan->threshold[e->vif] = interface->ttl_threshold;
	}
	set_queriers(&plan->config, plan->entry);
}

/* ---- filters ---- */

/* The rules by VIFs; those for an interface that the instance has not got match nothing. */
static size_t copy_rules(struct filter_rule *rule, const struct conf_filter *filter,
			 const char *const name[PROXY_VIFS])
{
	size_t count = 0;

	for (size_t i = 0; i < filter->count; i++) {
		const struct conf_rule *r = &filter->rule[i];
		unsigned vif = *r->interface ? find_vif(name, r->interface) : PROXY_VIFS;

		if (*r->interface && vif == PROXY_VIFS)
			continue;
		rule[count++] = (struct filter_rule){.vif = vif,
						     .group = {r->group[0], r->group[1]},
						     .source = {r->source[0], r->source[1]}};
	}
	return count;
}

/* Is the part for the other protocol only? */
static bool is_of_other(size_t origin, enum protocol protocol)
{
	return origin >= CONF_SOURCE && origin < CONF_SOURCE + PROTOCOLS &&
	       origin != CONF_SOURCE + (size_t)protocol;
}

/* NULL: no memory. */
static struct filter *make_filter(enum protocol protocol,
				  const struct conf_filter *const part[CONF_ORIGINS],
				  const char *const name[PROXY_VIFS])
{
	struct filter_list list[CONF_ORIGINS];
	struct filter *filter = NULL;
	struct filter_rule *rules;
	size_t i, lists = 0, count = 0;

	for (i = 0; i < CONF_ORIGINS; i++)
		count += part[i] ? part[i]->count : 0;
	rules = malloc((count + 1) * sizeof(*rules));
	if (!rules)
		return NULL;
	count = 0;
	for (i = 0; i < CONF_ORIGINS; i++) {
		if (!part[i] || is_of_other(i, protocol))
			continue;
		list[lists] = (struct filter_list){part[i]->whitelist, rules + count, 0};
		list[lists].count = copy_rules(rules + count, part[i], name);
		count += list[lists++].count;
	}
	filter = filter_new(protocol, list, lists);
	free(rules);
	return filter;
}

static const struct conf_filter *const *filter_parts(const struct conf_interface *interface,
						     bool out)
{
	return out ? interface->out : interface->in;
}

/* A table that is used at many interfaces is compiled once: the filter that an entry before the one
 * of NUMBER has (in: even, out: odd) made of the same parts. */
static const struct filter *find_filter(const struct plan *plan, const struct conf_instance *conf,
					unsigned number)
{
	const struct conf_filter *const *wanted =
		filter_parts(&conf->interface[number / 2], number & 1);

	for (unsigned i = 0; i < number; i++)
		if (!memcmp(filter_parts(&conf->interface[i / 2], i & 1), wanted,
			    CONF_ORIGINS * sizeof(*wanted)))
			return i & 1 ? plan->entry[i / 2].out : plan->entry[i / 2].in;
	return NULL;
}

/* False: no memory. */
static bool fill_filters(struct plan *plan, const struct conf_instance *conf,
			 const char *const name[PROXY_VIFS])
{
	static const struct conf_filter *const none[CONF_ORIGINS];

	for (unsigned i = 0; ENABLE_FILTER && i < 2 * conf->interface_count; i++) {
		const struct conf_filter *const *part =
			filter_parts(&conf->interface[i / 2], i & 1);
		const struct filter *filter = find_filter(plan, conf, i);

		if (!filter && memcmp(part, none, sizeof(none)) != 0) {
			struct filter *made = make_filter(plan->config.protocol, part, name);

			if (!made)
				return false;
			plan->filter[plan->filter_count++] = made;
			filter = made;
		}
		if (i & 1)
			plan->entry[i / 2].out = filter;
		else
			plan->entry[i / 2].in = filter;
	}
	return true;
}

struct plan *plan_new(const struct conf_instance *conf, enum protocol protocol,
		      const char *const name[PROXY_VIFS])
{
	size_t count = conf->interface_count;
	struct plan *plan = calloc(
		1, sizeof(*plan) + count * (sizeof(*plan->entry) + 2 * sizeof(*plan->filter)) +
			   list_size(conf, protocol));

	if (!plan)
		return NULL;
	plan->entry = (struct proxy_interface_config *)(plan + 1);
	plan->filter = (struct filter **)(plan->entry + count);
	plan->config = conf->proxy[protocol];
	plan->config.protocol = protocol;
	plan->config.interface_count = conf->interface_count;
	plan->config.interface = plan->entry;
	memset(plan->threshold, 1, sizeof(plan->threshold));
	fill_entries(plan, conf, name, (uint8_t *)(plan->filter + 2 * count));
	if (ENABLE_FILTER && !fill_filters(plan, conf, name)) {
		plan_free(plan);
		return NULL;
	}
	return plan;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; ENABLE_FILTER && i < plan->filter_count; i++)
		filter_free(plan->filter[i]);
	free(plan);
}
