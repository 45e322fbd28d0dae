/* SPDX-License-Identifier: MIT */
/*
 * The floating point codes of queries (RFC 3376 sections 4.1.1 and 4.1.7, RFC 3810 sections 5.1.3
 * and 5.1.9), as a proxy reads and writes them: all values, all codes.
 */
#include <string.h>

#include "proto/proxy.h"
#include "proto/status.h"
#include "instance.h"
#include "tests/model/codec.h"
#include "test.h"

enum { LAN = 0, QUERY_MAX = 64 };

struct rig {
	enum protocol protocol;
	struct values values;
	uint8_t query[QUERY_MAX]; /* the last one that was sent */
	size_t length;
};

static void on_send(void *ctx, unsigned vif, const struct addr *source,
		    const struct addr *destination, const uint8_t *message, size_t length)
{
	struct rig *rig = ctx;

	(void)vif;
	(void)source;
	(void)destination;
	rig->length = length < QUERY_MAX ? length : QUERY_MAX;
	memcpy(rig->query, message, rig->length);
}

static struct addr on_link(enum protocol protocol, uint8_t host)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(0x0a000100 | host);
	return (struct addr){{0xfe, 0x80, [15] = host}};
}

/* Brings a querier up, which asks at once, and, as it is configured, a second later; keeps what it
 * sent; then hears QUERY, if any. */
static struct values run(struct rig *rig, const struct packet *query)
{
	static const struct proxy_out out = {
		.send = on_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	struct proxy_interface_config interface = {.values = rig->values};
	struct proxy_config config = {
		.protocol = rig->protocol, .interface_count = 1, .interface = &interface};
	struct interface_state state = {.vif = LAN,
					.exists = true,
					.up = true,
					.address = on_link(rig->protocol, 9),
					.mtu = 1500};
	struct proxy_interface_status status = {.values = {0}};
	struct proxy *proxy;

	interface.values.startup_query_interval = 1000;
	proxy = proxy_new(&config, &out, rig, 1);
	if (!CHECK(proxy))
		return status.values;
	proxy_interface(proxy, 0, &state);
	advance(proxy, 0);
	advance(proxy, 1000);
	if (query)
		proxy_packet(proxy, 1000, query);
	proxy_interface_status(proxy, LAN, &status);
	proxy_free(proxy);
	return status.values;
}

/* exp and mant as the drawings have them. */
static uint64_t value_of(unsigned code, unsigned mantissa_bits)
{
	unsigned hidden = 1U << mantissa_bits;

	if (code < hidden * 8)
		return code;
	return (uint64_t)(code % hidden + hidden) << (code / hidden % 8 + 3);
}

/* The code means VALUE, or the next lower one that there is a code for. */
static bool is_code_of(unsigned code, unsigned mantissa_bits, uint64_t value)
{
	unsigned last = (16U << mantissa_bits) - 1;

	if (value_of(code, mantissa_bits) > value)
		return false;
	return code == last || value_of(code + 1, mantissa_bits) > value;
}

static unsigned interval_code(const struct rig *rig)
{
	return rig->query[rig->protocol == PROTOCOL_IGMP ? 9 : 25];
}

static void write_intervals(enum protocol protocol)
{
	for (int32_t seconds = 11; seconds <= 32000; seconds += seconds < 300 ? 1 : 13) {
		struct rig rig = {.protocol = protocol,
				  .values = {.query_interval = seconds * 1000}};

		run(&rig, NULL);
		CHECK(is_code_of(interval_code(&rig), 4, (uint64_t)seconds), "%d s: %x",
		      (int)seconds, interval_code(&rig));
	}
}

static void write_igmp_response_times(void)
{
	for (int32_t tenths = 1; tenths <= 32000; tenths += tenths < 300 ? 1 : 11) {
		struct rig rig = {.protocol = PROTOCOL_IGMP,
				  .values = {.query_interval = 30000 * 1000,
					     .query_response_interval = tenths * 100}};

		run(&rig, NULL);
		CHECK(is_code_of(rig.query[1], 4, (uint64_t)tenths), "%d: %x", (int)tenths,
		      rig.query[1]);
	}
}

static void write_mld_response_times(void)
{
	for (int32_t ms = 1; ms <= 9000000; ms += ms < 100 ? 1 : ms / 100) {
		struct rig rig = {
			.protocol = PROTOCOL_MLD,
			.values = {.query_interval = 30000 * 1000, .query_response_interval = ms}};
		unsigned code;

		run(&rig, NULL);
		code = (unsigned)rig.query[4] << 8 | rig.query[5];
		CHECK(is_code_of(code, 12, (uint64_t)ms), "%d ms: %x", (int)ms, code);
	}
}

/* OWN: the query interval, four times of which is believed, in seconds. */
static void read_intervals(enum protocol protocol, int32_t own)
{
	for (unsigned code = 1; code < 256; code++) {
		struct rig rig = {.protocol = protocol, .values = {.query_interval = own * 1000}};
		uint64_t told = value_of(code, 4), most = 4 * (uint64_t)own;
		struct message query = {.version = newest_version(protocol),
					.robustness = 2,
					.interval_code = code};
		struct packet packet = {.vif = LAN,
					.source = on_link(protocol, 1),
					.destination = codec_well_known(protocol, 1),
					.ttl = 1,
					.router_alert = true};
		uint8_t data[MESSAGE_MAX];
		struct values values;

		packet.data = data;
		packet.length = codec_encode(protocol, &query, &packet.source, &packet.destination,
					     &(struct damage){0}, data);
		values = run(&rig, &packet);
		CHECK((uint64_t)values.query_interval == 1000 * (told < most ? told : most),
		      "%x: %d ms", code, (int)values.query_interval);
	}
}

int main(void)
{
	TEST("IGMP: each query interval has the code of it or of the next lower one");
	write_intervals(PROTOCOL_IGMP);
	TEST("MLD: each query interval has the code of it or of the next lower one");
	write_intervals(PROTOCOL_MLD);
	TEST("IGMP: each response time has the code of it or of the next lower one");
	write_igmp_response_times();
	TEST("MLD: each response time has the code of it or of the next lower one");
	write_mld_response_times();
	TEST("IGMP: each interval code is read as what it means");
	read_intervals(PROTOCOL_IGMP, 8000);
	TEST("MLD: each interval code is read as what it means");
	read_intervals(PROTOCOL_MLD, 8000);
	TEST("... as far as it is believed");
	read_intervals(PROTOCOL_IGMP, 125);
	read_intervals(PROTOCOL_MLD, 125);
	return test_end();
}
