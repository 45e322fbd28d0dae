/* SPDX-License-Identifier: MIT */
/*
 * Any text as a configuration. It is refused with one line that says where, and nothing has
 * changed; or it is accepted, and then it is one that a proxy can run with for a while.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/conf.h"
#include "../unit/ignore.h"
#include "fuzz.h"
#include "seams.h"

enum { UNTOUCHED = 0xa5, RUN = 600000 /* ms */, TURNS = 3000 };

static const char out_of_memory[] = "f: out of memory";
static const char present[][IF_NAMESIZE] = {"lo", "eth0", "eth1", "eth9", "ppp0", "br-lan.1", "d"};

/* ---- refused ---- */

/* A number from 1 to MOST and the colon behind it; NULL: it is not there. */
static const char *skip_number(const char *text, size_t most)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	return *text >= '1' && *text <= '9' && number <= most && *end == ':' ? end + 1 : NULL;
}

static void check_error(const char *error, const uint8_t *data, size_t size)
{
	size_t lines = 1;
	const char *rest = NULL;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (!strcmp(error, out_of_memory) && seams()->fail_at)
		return;
	if (!strncmp(error, "f:", 2))
		rest = skip_number(error + 2, lines);
	if (rest)
		rest = skip_number(rest, size + 1);
	if (!rest || strncmp(rest, " found ", 7) || !strstr(rest, ", expected "))
		fuzz_fail("this is no error: '%s'", error);
	for (const char *c = error; *c; c++)
		if (*c < ' ' || *c > '~')
			fuzz_fail("a character that cannot be printed: '%s'", error);
}

static void check_untouched(const struct conf *conf)
{
	const uint8_t *byte = (const uint8_t *)conf;

	for (size_t i = 0; i < sizeof(*conf); i++)
		if (byte[i] != UNTOUCHED)
			fuzz_fail("octet %zu of the configuration was written", i);
}

/* ---- accepted ---- */

static void check_range(const char *what, int64_t value, int64_t least, int64_t most)
{
	if (value < least || value > most)
		fuzz_fail("%s is %lld", what, (long long)value);
}

static void check_values(const struct values *set, enum protocol protocol)
{
	struct values complete = *set;
	const struct values *values = &complete;

	values_complete(&complete, protocol);
	check_range("version", values->version, 1, protocol == PROTOCOL_IGMP ? 3 : 2);
	check_range("robustness", values->robustness, 1, 7);
	check_range("last-member-query-count", values->last_member_query_count, 1, 255);
	check_range("startup-query-count", values->startup_query_count, 1, 255);
	check_range("query-interval", values->query_interval, 1000, 31744000);
	check_range("query-response-interval", values->query_response_interval, 100,
		    values->query_interval - 1);
	check_range("last-member-query-interval", values->last_member_query_interval, 100, 3174400);
	check_range("startup-query-interval", values->startup_query_interval, 250, 31744000);
	check_range("unsolicited-report-interval", values->unsolicited_report_interval, 0, 3174400);
}

static void check_prefixes(const struct prefix *prefix, size_t count, enum protocol protocol)
{
	for (size_t i = 0; i < count; i++) {
		if (addr_is_ipv4(&prefix[i].address) != (protocol == PROTOCOL_IGMP))
			fuzz_fail("a prefix of the other family");
		check_range("the length of a prefix", prefix[i].length,
			    protocol == PROTOCOL_IGMP ? 96 : 0, 128);
	}
}

static void check_interface(const struct conf_interface *interface, enum protocol protocol)
{
	const struct proxy_interface_config *config = &interface->proxy[protocol];

	if (!*interface->name || !memchr(interface->name, 0, sizeof(interface->name)))
		fuzz_fail("an interface without a name");
	if (interface->upstream != config->upstream)
		fuzz_fail("an entry with two sides");
	check_values(&config->values, protocol);
	check_range("querier", config->querier, QUERIER_AUTO, QUERIER_NEVER);
	check_prefixes(config->accept_from, config->accept_from_count, protocol);
	for (size_t i = 0; i < config->static_join_count; i++)
		if (!addr_is_multicast(&config->static_join[i].group))
			fuzz_fail("a static join of no group");
}

static void ignore_send(void *ctx, unsigned vif, const struct addr *src, const struct addr *dst,
			const uint8_t *msg, size_t length)
{
	(void)ctx;
	(void)vif;
	(void)src;
	(void)dst;
	(void)msg;
	(void)length;
}

/* The VIF of entry N: that of the first entry with its name. */
static uint8_t vif_of(const struct conf_instance *instance, unsigned n)
{
	uint8_t vif = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned first = 0;

		while (strcmp(instance->interface[first].name, instance->interface[i].name) != 0)
			first++;
		if (!strcmp(instance->interface[i].name, instance->interface[n].name))
			return vif_of(instance, i);
		vif = (uint8_t)(vif + (first == i));
	}
	if (vif >= PROXY_VIFS)
		fuzz_fail("too many interfaces");
	return vif;
}

/* Up it goes, for some minutes. */
static void run_proxy(const struct conf_instance *instance, enum protocol protocol,
		      struct digest *digest)
{
	static const struct proxy_out out = {
		.send = ignore_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	struct proxy_interface_config interface[PROXY_ENTRIES];
	struct proxy_config config = {.protocol = protocol,
				      .interface_count = instance->interface_count,
				      .interface = interface,
				      .out_first = instance->out_first,
				      .mutex = instance->mutex,
				      .per_source = instance->per_source,
				      .ssm_range = instance->ssm_range[protocol],
				      .ssm_range_count = instance->ssm_range_count[protocol],
				      .max_routes = instance->max_routes,
				      .ssdp_upstream = instance->ssdp_upstream};
	struct interface_state up = {.exists = true, .up = true, .mtu = 1500};
	struct proxy *proxy;
	int64_t now = 0;

	up.address = protocol == PROTOCOL_IGMP ? addr_ipv4(0x0a000002)
					       : (struct addr){{0xfe, 0x80, [15] = 2}};
	for (unsigned i = 0; i < instance->interface_count; i++) {
		interface[i] = instance->interface[i].proxy[protocol];
		interface[i].vif = vif_of(instance, i);
	}
	proxy = proxy_new(&config, &out, NULL, 1);
	if (!proxy)
		return;
	for (unsigned i = 0; i < instance->interface_count; i++) {
		up.vif = interface[i].vif;
		proxy_interface(proxy, now, &up);
	}
	for (unsigned turn = 0; turn < TURNS && now < RUN; turn++) {
		int64_t next;

		proxy_tick(proxy, now);
		next = proxy_deadline(proxy);
		/* It may be that nothing is to be done any more. */
		now = next > RUN ? RUN : next > now ? next : now;
		digest_number(digest, now);
	}
	proxy_shutdown(proxy, now);
	proxy_free(proxy);
}

static void check_range_of(const struct addr end[2])
{
	if (addr_compare(&end[0], &end[1]) > 0)
		fuzz_fail("a range that ends before it begins");
}

static void check_filter(const struct conf_filter *filter, struct digest *digest)
{
	for (size_t i = 0; filter && i < filter->count; i++) {
		check_range_of(filter->rule[i].group);
		check_range_of(filter->rule[i].source);
	}
	digest_number(digest, filter ? (int64_t)filter->count : -1);
}

static void check_instance(const struct conf_instance *instance, struct digest *digest)
{
	if (instance->interface_count > PROXY_ENTRIES || !memchr(instance->name, 0, CONF_NAME))
		fuzz_fail("%u entries", instance->interface_count);
	for (unsigned i = 0; i < instance->interface_count; i++)
		for (unsigned n = 0; n < CONF_ORIGINS; n++) {
			check_filter(instance->interface[i].in[n], digest);
			check_filter(instance->interface[i].out[n], digest);
		}
	for (size_t n = 0; n < PROTOCOLS; n++) {
		enum protocol protocol = (enum protocol)n;

		check_prefixes(instance->ssm_range[n], instance->ssm_range_count[n], protocol);
		for (unsigned i = 0; i < instance->interface_count; i++)
			check_interface(&instance->interface[i], protocol);
		if (instance->protocol[n] && instance->interface_count)
			run_proxy(instance, protocol, digest);
	}
}

static void check_conf(const struct conf *conf, struct digest *digest)
{
	if (!conf->disabled && !conf->instance_count)
		fuzz_fail("there is no instance");
	if (!memchr(conf->control, 0, CONF_PATH) || !memchr(conf->pidfile, 0, CONF_PATH) ||
	    !memchr(conf->control_group, 0, CONF_NAME))
		fuzz_fail("a name without an end");
	check_range("log-level", conf->log_level, LOG_LEVEL_ERROR, LOG_LEVEL_DEBUG);
	for (unsigned i = 0; i < conf->instance_count; i++)
		check_instance(&conf->instance[i], digest);
}

void fuzz_conf(const uint8_t *data, size_t size, struct digest *digest)
{
	static struct conf conf;
	struct conf_source source = {.name = "f",
				     .text = (const char *)data,
				     .size = size,
				     .present = present,
				     .present_count = sizeof(present) / sizeof(present[0])};
	char error[CONF_ERROR] = "";
	long blocks = seams()->blocks;

	memset(&conf, UNTOUCHED, sizeof(conf));
	if (conf_parse(&conf, &source, error)) {
		check_error(error, data, size);
		check_untouched(&conf);
		digest_text(digest, error);
	} else {
		if (*error)
			fuzz_fail("accepted, and yet: '%s'", error);
		check_conf(&conf, digest);
		conf_free(&conf);
	}
	if (seams()->blocks != blocks)
		fuzz_fail("%ld blocks were not freed", seams()->blocks - blocks);
}
