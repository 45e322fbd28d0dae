/* SPDX-License-Identifier: MIT */
/* Readers and writers that come to their end (wire.h) do nothing; a reader remembers it. */
#include "proto/base/wire.h"

#include "test.h"

enum { SIZE = 7, GUARD = 0xa5 };

static void read_beyond(void)
{
	static const uint8_t data[3] = {1, 2, 3};
	struct wire_reader r = {.at = data, .left = sizeof(data)};
	struct addr any;

	CHECK(wire_get16(&r) == 0x0102 && !r.overrun);
	CHECK(wire_get16(&r) == 0 && r.overrun && !r.left);
	CHECK(wire_get8(&r) == 0 && r.overrun);
	any = wire_get_addr(&r, PROTOCOL_IGMP);
	CHECK(addr_is_any(&any));
	CHECK(!wire_take(&r, 1));
	CHECK(wire_take(&r, 0), "nothing can always be had");
}

static void check_guard(const uint8_t *buffer, unsigned from)
{
	for (unsigned n = from; n < 2 * SIZE; n++)
		CHECK(buffer[n] == GUARD, "octet %u", n);
}

static void write_beyond(void)
{
	struct addr group = addr_ipv4(0xef010203);
	uint8_t buffer[2 * SIZE];
	struct wire_writer w = {.start = buffer, .size = SIZE};

	memset(buffer, GUARD, sizeof(buffer));
	wire_put_addr(&w, &group, PROTOCOL_IGMP);
	wire_put16(&w, 0x0405);
	CHECK(w.length == 6);
	wire_put_addr(&w, &group, PROTOCOL_IGMP);
	CHECK(w.length == 6);
	check_guard(buffer, 6);
	CHECK(!wire_grow(&w, 2) && w.length == 6);
	wire_put8(&w, 0x06);
	CHECK(w.length == 7 && buffer[6] == 0x06);
	wire_put8(&w, 0x07);
	check_guard(buffer, SIZE);
	wire_patch16(&w, 5, 0x0809);
	CHECK(buffer[5] == 0x08 && buffer[6] == 0x09);
	wire_patch16(&w, 6, 0x0a0b);
	CHECK(buffer[6] == 0x09, "what has not been written is not overwritten");
	check_guard(buffer, SIZE);
}

int main(void)
{
	RUN_AS(read_beyond, "beyond the end there is nothing to read");
	RUN_AS(write_beyond, "beyond the end nothing is written");
	return test_end();
}
