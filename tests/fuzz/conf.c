/* SPDX-License-Identifier: MIT */
/*
 * Any text as a configuration. It is refused with one line that says where, and nothing has
 * changed; or it is accepted, and then it is one that a proxy can run with for a while. What stands
 * behind a zero byte are commands, one a line: each changes the script, or nothing.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/config/conf_make.h"
#include "core/config/script.h"
#include "core/daemon/plan.h"
#include "../unit/instance.h"
#include "fuzz.h"
#include "seams.h"

enum { UNTOUCHED = 0xa5, RUN = 400000 /* ms */, TURNS = 500, INSTANCES = 4 };

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

static void check_error(const char *error, const struct script *script)
{
	size_t lines = 1, size = script->file.size + script->added.size;
	const char *rest = NULL;

	for (size_t i = 0; i < script->file.size - 1; i++)
		lines += script->file.text[i] == '\n';
	for (size_t i = 0; i < script->added.size; i++)
		lines += script->added.text[i] == '\n';
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

/* ---- what runs with it ---- */

/* Nothing comes any more. */
static bool no_packets(void *ctx, const struct route *route, uint64_t *count)
{
	(void)ctx;
	(void)route;
	*count = 1;
	return true;
}

static void ignore_join(void *ctx, unsigned vif, const struct addr *group, enum filter_mode mode,
			const struct addr *source, size_t count)
{
	(void)ctx;
	(void)vif;
	(void)group;
	(void)mode;
	(void)source;
	(void)count;
}

static const struct proxy_out out = {.send = ignore_send,
				     .route = ignore_route,
				     .reverse_path = ignore_reverse_path,
				     .packets = no_packets,
				     .join = ignore_join};

/* The names of an instance's VIFs. */
static unsigned list_names(const struct conf_instance *instance, const char *name[PROXY_VIFS])
{
	unsigned count = 0;

	for (unsigned i = 0; i < instance->interface_count; i++) {
		unsigned vif = 0;

		while (vif < count && strcmp(name[vif], instance->interface[i].name) != 0)
			vif++;
		if (vif == PROXY_VIFS)
			fuzz_fail("too many interfaces");
		if (vif == count)
			name[count++] = instance->interface[i].name;
	}
	return count;
}

/* Some minutes, in which data come in everywhere. */
static void run_proxy(struct proxy *proxy, enum protocol protocol, unsigned vifs, int64_t *now,
		      struct digest *digest)
{
	struct interface_state up = {.exists = true, .up = true, .mtu = 1500};
	struct upcall upcall = {.type = UPCALL_NOCACHE};
	int64_t end = *now + RUN;

	up.address = protocol == PROTOCOL_IGMP ? addr_ipv4(0x0a000002)
					       : (struct addr){{0xfe, 0x80, [15] = 2}};
	upcall.group = protocol == PROTOCOL_IGMP ? addr_ipv4(0xef010101)
						 : (struct addr){{0xff, 0x0e, [15] = 1}};
	upcall.source = protocol == PROTOCOL_IGMP ? addr_ipv4(0x0a000001)
						  : (struct addr){{0x20, 0x01, [15] = 1}};
	for (up.vif = 0; up.vif < vifs; up.vif++)
		proxy_interface(proxy, *now, &up);
	for (unsigned turn = 0; turn < TURNS && *now < end; turn++) {
		int64_t next;

		if (vifs && turn < 3 * vifs) {
			upcall.vif = turn % vifs;
			upcall.source.byte[14] = (uint8_t)turn;
			proxy_upcall(proxy, *now, &upcall);
		}
		proxy_tick(proxy, *now);
		next = proxy_deadline(proxy);
		/* It may be that nothing is to be done any more. */
		*now = next > end ? end : next > *now ? next : *now;
		digest_number(digest, *now);
	}
}

/* The interfaces of BARE are there, then those of FULL that patterns bring, then they go. */
static void run_instance(const struct conf_instance *bare, const struct conf_instance *full,
			 enum protocol protocol, struct digest *digest)
{
	const char *name[PROXY_VIFS] = {NULL};
	unsigned vifs = list_names(full, name);
	struct plan *few = plan_new(bare, protocol, name);
	struct plan *all = plan_new(full, protocol, name);
	struct proxy *proxy = few && all ? proxy_new(&few->config, &out, NULL, 1) : NULL;
	int64_t now = 0;

	if (proxy) {
		run_proxy(proxy, protocol, vifs, &now, digest);
		if (proxy_reconfigure(proxy, now, &all->config))
			run_proxy(proxy, protocol, vifs, &now, digest);
		if (proxy_reconfigure(proxy, now, &few->config))
			run_proxy(proxy, protocol, vifs, &now, digest);
		proxy_shutdown(proxy, now);
		proxy_free(proxy);
	}
	plan_free(few);
	plan_free(all);
}

/* ---- the whole ---- */

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

		check_prefixes(instance->proxy[n].ssm_range, instance->proxy[n].ssm_range_count,
			       protocol);
		for (unsigned i = 0; i < instance->interface_count; i++)
			check_interface(&instance->interface[i], protocol);
	}
}

static void check_conf(const struct conf *conf, struct digest *digest)
{
	if (!conf->disabled && !conf->instance_count)
		fuzz_fail("there is no instance");
	if (!memchr(conf->control, 0, CONF_PATH) || !memchr(conf->pidfile, 0, CONF_PATH) ||
	    !memchr(conf->control_group, 0, CONF_NAME))
		fuzz_fail("a name without an end");
	if (!memchr(conf->user, 0, CONF_NAME) || !memchr(conf->group, 0, CONF_NAME) ||
	    !memchr(conf->chroot, 0, CONF_PATH))
		fuzz_fail("a name without an end");
	check_range("log-level", conf->log_level, LOG_LEVEL_ERROR, LOG_LEVEL_DEBUG);
	for (unsigned i = 0; i < conf->instance_count; i++)
		check_instance(&conf->instance[i], digest);
}

static void run(const struct conf *bare, const struct conf *full, struct digest *digest)
{
	if (bare->instance_count != full->instance_count)
		fuzz_fail("%u instances, and then %u", bare->instance_count, full->instance_count);
	for (unsigned i = 0; i < bare->instance_count && i < INSTANCES; i++)
		for (size_t n = 0; n < PROTOCOLS; n++)
			if (bare->instance[i].protocol[n])
				run_instance(&bare->instance[i], &full->instance[i],
					     (enum protocol)n, digest);
}

/* With the interfaces of PRESENT_COUNT names. */
static bool make(struct conf *conf, const struct script *script, size_t present_count,
		 char error[CONF_ERROR], struct digest *digest)
{
	error[0] = '\0';
	memset(conf, UNTOUCHED, sizeof(*conf));
	if (conf_make(conf, script, present, present_count, error)) {
		check_untouched(conf);
		return false;
	}
	if (*error)
		fuzz_fail("accepted, and yet: '%s'", error);
	check_conf(conf, digest);
	return true;
}

/* False: it is refused. */
static bool try(const struct script *script, struct digest *digest)
{
	static struct conf bare, full;
	char error[CONF_ERROR], other[CONF_ERROR];
	bool valid = make(&bare, script, 0, error, digest);
	bool again = make(&full, script, sizeof(present) / sizeof(present[0]), other, digest);

	if (!valid) {
		check_error(error, script);
		digest_text(digest, error);
	}
	if (!seams()->fail_at && (valid != again || strcmp(error, other) != 0))
		fuzz_fail("'%s' without interfaces, '%s' with some", error, other);
	if (valid && again)
		run(&bare, &full, digest);
	if (valid)
		conf_free(&bare);
	if (again)
		conf_free(&full);
	return valid;
}

/* What was added is as before, or can be read again. */
static void give(struct script *script, const char *command, struct digest *digest)
{
	struct part before, old = script->added;
	char error[CONF_ERROR] = "";

	if (script_add(script, command, &before, error)) {
		for (size_t i = 0; i < script->added.size; i++)
			digest_number(digest, script->added.text[i]);
		script_settle(script, &before, try(script, digest));
	} else {
		if (!*error || memcmp(&old, &script->added, sizeof(old)) != 0)
			fuzz_fail("refused with '%s', and yet something has changed", error);
		digest_text(digest, error);
	}
}

static void give_all(struct script *script, const char *text, size_t size, struct digest *digest)
{
	char command[1024];

	for (const char *end = text + size; text < end; text++) {
		size_t length = 0;

		while (text < end && *text != '\n' && length < sizeof(command) - 1)
			command[length++] = *text++;
		command[length] = '\0';
		give(script, command, digest);
	}
}

void fuzz_conf(const uint8_t *data, size_t size, struct digest *digest)
{
	const uint8_t *zero = memchr(data, 0, size);
	size_t length = zero ? (size_t)(zero - data) : size;
	/* The byte behind it is not looked at. */
	struct script script = {.name = "f",
				.file = {.text = (char *)(uintptr_t)data, .size = length + 1}};
	char error[CONF_ERROR] = "";
	long blocks = seams()->blocks;

	if (!script_scan(&script, error)) {
		check_error(error, &script);
		digest_text(digest, error);
	} else if (try(&script, digest) && zero) {
		give_all(&script, (const char *)zero + 1, size - length - 1, digest);
	}
	script.file.text = NULL;
	script_free(&script);
	if (seams()->blocks != blocks)
		fuzz_fail("%ld blocks were not freed", seams()->blocks - blocks);
}
