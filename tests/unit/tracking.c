/* SPDX-License-Identifier: MIT */
/*
 * Explicit tracking (RFC 6636 section 3) with hosts that change their minds at random, by the rules
 * of RFC 3376 section 5: whatever they do, what one of them wants goes on, what none of them wants
 * ends in the same turn, and no timer is put to a question but where the last one in EXCLUDE mode
 * leaves others.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/proxy.h"
#include "proto/status.h"
#include "instance.h"
#include "test.h"
#include "tests/model/walk.h"

enum { HOSTS = 4, SOURCES = 4, SETS = 1 << SOURCES, STEPS = 40000 };
enum { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };
enum { UP, LAN };
enum { STRANGER = SOURCES, LMQT = 2000 };

struct host {
	bool exclude;
	unsigned sources;
};

struct rig {
	struct proxy *proxy;
	int64_t now;
	struct host host[HOSTS];
	bool general, asked; /* queries since the last look */
	unsigned asked_count;
};

static uint32_t source_number(unsigned source)
{
	return 0x0a090001 + source;
}

static void put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static size_t put_record(uint8_t *to, uint8_t type, unsigned sources)
{
	size_t length = 8;

	memset(to, 0, length);
	to[0] = type;
	put32(to + 4, 0xef010101);
	for (unsigned i = 0; i < SOURCES; i++)
		if (sources >> i & 1) {
			put32(to + length, source_number(i));
			length += 4;
			to[3]++;
		}
	return length;
}

static void pass(struct rig *rig, int64_t time)
{
	while (proxy_deadline(rig->proxy) <= time) {
		if (proxy_deadline(rig->proxy) > rig->now)
			rig->now = proxy_deadline(rig->proxy);
		proxy_tick(rig->proxy, rig->now);
	}
	rig->now = time;
}

/* Section 5.1: the records that tell of a change. */
static void change(struct rig *rig, unsigned number, struct host to)
{
	struct host *host = &rig->host[number];
	unsigned added = to.sources & ~host->sources, gone = host->sources & ~to.sources;
	uint8_t data[8 + 2 * (8 + 4 * SOURCES)] = {0x22};
	size_t length = 8;

	if (to.exclude != host->exclude) {
		length += put_record(data + length, to.exclude ? TO_EX : TO_IN, to.sources);
		data[7]++;
	}
	if (to.exclude == host->exclude && added) {
		length += put_record(data + length, to.exclude ? BLOCK : ALLOW, added);
		data[7]++;
	}
	if (to.exclude == host->exclude && gone) {
		length += put_record(data + length, to.exclude ? ALLOW : BLOCK, gone);
		data[7]++;
	}
	*host = to;
	if (length > 8)
		receive(rig->proxy, rig->now, LAN, 0x0a000163 + number, 0xe0000016, data, length);
}

/* All hosts tell what they have. */
static void answer(struct rig *rig)
{
	for (unsigned i = 0; i < HOSTS; i++) {
		const struct host *host = &rig->host[i];
		uint8_t data[8 + 8 + 4 * SOURCES] = {0x22, [7] = 1};

		if (host->exclude || host->sources)
			receive(rig->proxy, rig->now, LAN, 0x0a000163 + i, 0xe0000016, data,
				8 + put_record(data + 8, host->exclude ? IS_EX : IS_IN,
					       host->sources));
	}
}

static void on_send(void *ctx, unsigned vif, const struct addr *source,
		    const struct addr *destination, const uint8_t *data, size_t length)
{
	struct rig *rig = ctx;
	static const uint8_t none[4];

	(void)source;
	(void)destination;
	if (vif != LAN)
		return;
	/* With the S flag it is for switches. */
	if (memcmp(data + 4, none, sizeof(none)))
		rig->asked |= length < 12 || !(data[8] & 8);
	else
		rig->general = true;
}

/* ---- what is wanted, and what is forwarded ---- */

static bool wanted(const struct rig *rig, unsigned source)
{
	for (unsigned i = 0; i < HOSTS; i++)
		if ((rig->host[i].sources >> source & 1) != rig->host[i].exclude)
			return true;
	return false;
}

static unsigned excluding(const struct rig *rig)
{
	unsigned count = 0;

	for (unsigned i = 0; i < HOSTS; i++)
		count += rig->host[i].exclude;
	return count;
}

struct seen {
	bool exclude;
	unsigned listed; /* INCLUDE: wanted ones; EXCLUDE: unwanted ones */
	unsigned hosts;
	int64_t now;
};

static bool on_group(void *ctx, const struct group_status *status)
{
	struct seen *seen = ctx;

	if (status->upstream || addr_to_ipv4(&status->group) != 0xef010101)
		return true;
	seen->exclude = status->filter_mode == EXCLUDE;
	seen->hosts = status->host_count;
	for (unsigned i = 0; i < status->source_count; i++) {
		struct source_status source;

		status->source(status, i, &source);
		if (!seen->exclude || !source.expires)
			seen->listed |= 1U << (addr_to_ipv4(&source.address) - source_number(0));
	}
	return true;
}

static struct seen look(struct rig *rig)
{
	struct seen seen = {.now = rig->now};

	walk_all(rig->proxy, rig->now, 100, on_group, NULL, &seen);
	return seen;
}

/* A source that all of several hosts exclude may come until their filters have met. */
static void check(struct rig *rig, int step)
{
	struct seen seen = look(rig);
	unsigned members = 0;

	for (unsigned source = 0; source <= STRANGER; source++) {
		bool forwarded = (seen.listed >> source & 1) != seen.exclude;

		CHECK(forwarded || !wanted(rig, source), "step %d: source %u is missed", step,
		      source);
		CHECK(!forwarded || wanted(rig, source) || excluding(rig),
		      "step %d: nobody wants source %u", step, source);
	}
	for (unsigned i = 0; i < HOSTS; i++)
		members += rig->host[i].exclude || rig->host[i].sources;
	CHECK(seen.hosts == members, "step %d: %u hosts, not %u", step, seen.hosts, members);
}

static void step(struct rig *rig, int number)
{
	unsigned host = (unsigned)rand() % HOSTS, before = excluding(rig), others = 0;
	struct host to = {.exclude = rand() % 3 == 0, .sources = (unsigned)rand() % SETS};

	if (rand() % 3 == 0)
		to = (struct host){0};
	rig->general = rig->asked = false;
	change(rig, host, to);
	pass(rig, rig->now);
	for (unsigned i = 0; i < HOSTS; i++)
		others += i != host && rig->host[i].sources;
	CHECK(!rig->asked || (before && !excluding(rig) && others), "step %d: asked in vain",
	      number);
	rig->asked_count += rig->asked;
	if (rig->asked) {
		answer(rig);
		pass(rig, rig->now + LMQT);
	}
	check(rig, number);
	rig->general = false;
	pass(rig, rig->now + rand() % 60000);
	if (rig->general)
		answer(rig);
	pass(rig, rig->now);
	check(rig, number);
}

static void start(struct rig *rig, struct proxy_config *config, const struct proxy_out *out)
{
	*rig = (struct rig){.proxy = proxy_new(config, out, rig, 1), .now = 1000};
	for (unsigned vif = UP; vif <= LAN; vif++)
		bring_up(rig->proxy, rig->now, vif);
	/* until the startup queries have been answered */
	pass(rig, rig->now + 45000);
}

int main(void)
{
	static const struct proxy_out out = {
		.send = on_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	static const struct proxy_interface_config interface[] = {
		[UP] = {.upstream = true},
		[LAN] = {.vif = LAN, .quick_leave = QUICK_LEAVE_TRACKED, .max_hosts = HOSTS},
	};
	struct proxy_config config = {.interface_count = 2, .interface = interface};
	const struct addr group = addr_ipv4(0xef010101);
	struct rig rig;

	srand(6636);
	start(&rig, &config, &out);
	TEST("what one tracked host wants goes on, what none wants ends at once");
	for (int i = 0; i < STEPS && !test.failure[0]; i++)
		step(&rig, i);
	printf("# %d changes, asked %u times\n", STEPS, rig.asked_count);
	CHECK(rig.asked_count);

	TEST("hosts that fall silent end when their time is over");
	pass(&rig, rig.now + 270000);
	CHECK(!proxy_has_group(rig.proxy, &group, LAN));
	proxy_free(rig.proxy);
	return test_end();
}
