/* SPDX-License-Identifier: MIT */
/*
 * An instance of proto/ that speaks IGMP, for tests that look at one thing: callbacks that know no
 * route and drop what they are told, interfaces that are up, packets that are well-formed. VIF N is
 * on 10.0.N.0/24, where the proxy has the host number 2.
 */
#ifndef TESTS_UNIT_INSTANCE_H
#define TESTS_UNIT_INSTANCE_H

#include "proto/proxy.h"

static inline void ignore_send(void *ctx, unsigned vif, const struct addr *source,
			       const struct addr *destination, const uint8_t *data, size_t length)
{
	(void)ctx;
	(void)vif;
	(void)source;
	(void)destination;
	(void)data;
	(void)length;
}

static inline void ignore_route(void *ctx, const struct route *route)
{
	(void)ctx;
	(void)route;
}

static inline unsigned ignore_reverse_path(void *ctx, const struct addr *source)
{
	(void)ctx;
	(void)source;
	return PROXY_VIFS;
}

static inline bool ignore_packets(void *ctx, const struct route *route, uint64_t *count)
{
	(void)ctx;
	(void)route;
	(void)count;
	return false;
}

static inline bool bring_up(struct proxy *proxy, int64_t now, unsigned vif)
{
	struct prefix prefix = {addr_ipv4(0x0a000002 | vif << 8), 96 + 24};
	struct interface_state state = {.vif = vif,
					.exists = true,
					.up = true,
					.address = prefix.address,
					.prefix = &prefix,
					.prefix_count = 1,
					.mtu = 1500};

	return proxy_interface(proxy, now, &state);
}

static inline void advance(struct proxy *proxy, int64_t now)
{
	while (proxy_deadline(proxy) <= now)
		proxy_tick(proxy, now);
}

/* Of IGMP; the checksum is put into it. */
static inline void receive(struct proxy *proxy, int64_t now, unsigned vif, uint32_t source,
			   uint32_t destination, uint8_t *data, size_t length)
{
	struct packet packet = {vif,   addr_ipv4(source), addr_ipv4(destination), 1, true, data,
				length};
	uint32_t sum = 0;

	data[2] = data[3] = 0;
	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)data[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	data[2] = (uint8_t)(~sum >> 8);
	data[3] = (uint8_t)~sum;
	proxy_packet(proxy, now, &packet);
}

/* An IGMPv2 report of 239.1.0.0 + N, in the turn that goes on. */
static inline void join(struct proxy *proxy, int64_t now, unsigned vif, uint32_t reporter,
			unsigned n)
{
	uint8_t data[8] = {0x16, 0, 0, 0, 239, 1, (uint8_t)(n >> 8), (uint8_t)n};

	receive(proxy, now, vif, reporter, 0xef010000 + n, data, sizeof(data));
}

#endif
