/* SPDX-License-Identifier: MIT */
/* What a proxy runs with, made of a configuration. */
#include <string.h>

#include "core/config/conf_make.h"
#include "core/config/script.h"
#include "core/daemon/plan.h"
#include "proto/policy/filter.h"
#include "test.h"

static struct script script;
static struct conf conf;
static struct plan *plan;
static const char *const names[PROXY_VIFS] = {[0] = "lan", [3] = "ap", [7] = "wan"};

static void make(const char *text)
{
	char error[CONF_ERROR] = "";

	plan_free(plan);
	plan = NULL;
	conf_free(&conf);
	script_free(&script);
	script = (struct script){.name = "text",
				 .file = {.text = strdup(text), .size = strlen(text) + 1}};
	if (CHECK(script_scan(&script, error) && !conf_make(&conf, &script, NULL, 0, error), "%s",
		  error))
		plan = plan_new(&conf.instance[0], PROTOCOL_IGMP, names);
	CHECK(plan);
}

static const struct proxy_interface_config *entry(unsigned vif, bool upstream)
{
	static const struct proxy_interface_config none;

	for (unsigned i = 0; plan && i < plan->config.interface_count; i++)
		if (plan->entry[i].vif == vif && plan->entry[i].upstream == upstream)
			return &plan->entry[i];
	CHECK(false, "no entry of VIF %u", vif);
	return &none;
}

static void test_queriers(void)
{
	TEST("on a peering link all ask, however the peering is written");
	make("pinstance A: wan ==> lan peer ap;");
	CHECK(entry(3, false)->querier == QUERIER_ALWAYS);
	CHECK(entry(0, false)->querier == QUERIER_AUTO);
	make("pinstance A: ap wan ==> ap lan;");
	CHECK(entry(3, false)->querier == QUERIER_ALWAYS);
	make("pinstance A: wan ==> lan peer ap; pinstance A downstream ap set querier never;");
	CHECK(entry(3, false)->querier == QUERIER_NEVER);
}

static void test_filters(void)
{
	const struct addr group = addr_ipv4(0xef010101), source = addr_ipv4(0x0a090001);
	const struct filter *filter;

	TEST("rules are for VIFs; those for interfaces of others match nothing");
	make("pinstance A: wan ==> lan ap;"
	     "pinstance A downstream * out blacklist table {ap(*|*) other(239.1.1.1|*)};");
	filter = entry(0, false)->out;
	CHECK(filter && filter == entry(3, false)->out, "compiled once");
	CHECK(!filter_passes(filter, 3, &group, &source));
	CHECK(filter_passes(filter, 7, &group, &source));
	CHECK(!entry(0, false)->in && !entry(7, true)->out);

	TEST("ttl-threshold is the VIF's");
	make("pinstance A: wan ==> lan; pinstance A downstream lan set ttl-threshold 9;");
	CHECK(plan && plan->threshold[0] == 9 && plan->threshold[7] == 1);
}

int main(void)
{
	RUN(test_queriers, test_filters);
	plan_free(plan);
	conf_free(&conf);
	script_free(&script);
	return test_end();
}
