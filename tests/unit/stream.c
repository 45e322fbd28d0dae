/* SPDX-License-Identifier: MIT */
/* core/traffic/stream.c: ranges of groups, the payload header, and the count of loss, duplicates
 * and reordering, also against a model that remembers every number. */
#include <stdlib.h>
#include <string.h>

#include "core/traffic/stream.h"
#include "core/base/text.h"
#include "test.h"

static struct addr address(const char *text)
{
	struct addr addr = {{0}};

	CHECK(text_to_addr(text, &addr), "%s", text);
	return addr;
}

static void check_ranges(void)
{
	static const char *const bad[] = {"",
					  "+",
					  "+5",
					  "239.1.1.1+",
					  "239.1.1.1+0",
					  "239.1.1.1+-1",
					  "239.1.1.1+1048577",
					  "239.1.1.1+1+1",
					  "239.255.255.255+2",
					  "192.0.2.1",
					  "192.0.2.1+4",
					  "223.255.255.255+2",
					  "ff3e::1 +2",
					  "2001:db8::1",
					  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff+2",
					  "ff05:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111"};
	struct stream_range range = {.count = 77};
	struct addr addr;

	TEST("a range of groups is GROUP or GROUP+COUNT, all multicast");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!stream_to_range(bad[i], &range) && range.count == 77, "'%s' read", bad[i]);
	CHECK(stream_to_range("239.1.1.1", &range) && range.count == 1);
	CHECK(stream_to_range("ff05::fffe+1048576", &range) && range.count == 1048576);

	TEST("the members of a range carry over into the higher bytes");
	CHECK(stream_to_range("239.0.255.254+70000", &range));
	addr = stream_range_at(&range, 2);
	CHECK(addr_to_ipv4(&addr) == 0xef010000);
	addr = stream_range_at(&range, 69999);
	CHECK(addr_to_ipv4(&addr) == 0xef00fffe + 69999);
	CHECK(stream_to_range("ff3e::ffff:ffff:ffff+3", &range));
	addr = stream_range_at(&range, 1);
	CHECK(addr_equal(&addr, &(struct addr){{0xff, 0x3e, [9] = 1}}));

	TEST("a group is found in its range, and only there");
	for (uint32_t i = 0; i < range.count; i++) {
		addr = stream_range_at(&range, i);
		CHECK(stream_range_find(&range, &addr) == i, "%u", i);
	}
	addr = stream_range_at(&range, 3);
	CHECK(stream_range_find(&range, &addr) == 3);
	addr = address("ff3e::fffe:ffff:ffff");
	CHECK(stream_range_find(&range, &addr) == 3, "the low 32 bits alone decide");
	addr = address("ff3e::ffff:ffff:fffe");
	CHECK(stream_range_find(&range, &addr) == 3);
	addr = address("239.1.1.1");
	CHECK(stream_range_find(&range, &addr) == 3);
}

static void check_header(void)
{
	static const uint8_t wire[STREAM_HEADER] = {'m', 'c', 'p', '1', 1,  2,	3,  4,
						    5,	 6,   7,   8,	9,  10, 11, 12,
						    13,	 14,  15,  16,	17, 18, 19, 20};
	struct stream_header header = {0x01020304, 0x05060708090a0b0c, 0x0d0e0f1011121314}, read;
	uint8_t payload[STREAM_HEADER];

	TEST("the payload header is in network order");
	stream_put_header(&header, payload);
	CHECK(!memcmp(payload, wire, sizeof(wire)));
	CHECK(stream_get_header(payload, sizeof(payload), &read));
	CHECK(read.id == header.id && read.sequence == header.sequence && read.sent == header.sent);

	TEST("other payloads are foreign: short, without the magic, or with an absurd number");
	for (size_t held = 0; held < STREAM_HEADER; held++)
		CHECK(!stream_get_header(payload, held, &read), "%zu bytes", held);
	payload[8] = 0x80;
	CHECK(!stream_get_header(payload, sizeof(payload), &read));
	payload[8] = 5;
	payload[3] = '2';
	CHECK(!stream_get_header(payload, sizeof(payload), &read));
}

struct expectation {
	const char *description;
	uint64_t lost, duplicated, reordered;
	unsigned count;
	uint64_t sequence[12];
};

static const struct expectation expectations[] = {
	{"numbers in order count as nothing", 0, 0, 0, 5, {0, 1, 2, 3, 4}},
	{"a stream that is met in the middle begins there", 0, 0, 0, 3, {500, 501, 502}},
	{"a gap is lost", 3, 0, 0, 4, {7, 8, 12, 13}},
	{"a gap that is filled later is reordering", 0, 0, 1, 5, {1, 2, 4, 3, 5}},
	{"two late packets are two reordered", 0, 0, 2, 6, {1, 4, 2, 3, 5, 6}},
	{"a packet that comes again is a duplicate", 0, 2, 0, 6, {1, 2, 2, 3, 1, 4}},
	{"a late packet that comes twice is both", 0, 1, 1, 5, {1, 3, 2, 2, 4}},
	{"the duplicate of a lost packet's successor fills no gap", 1, 1, 0, 3, {1, 3, 3}},
	{"what precedes the first packet extends the stream", 2, 0, 1, 3, {10, 7, 11}},
	{"and what lies between is found again", 0, 0, 3, 4, {10, 7, 8, 9}},
	{"number 0 can be the late one", 0, 0, 1, 3, {1, 0, 2}},
	{"beyond the window a packet is reordered, and stays lost",
	 2 * 1023,
	 0,
	 1,
	 4,
	 {0, 1024, 2048, 1023}},
	{"the last one within the window is known again", 1022, 1, 0, 3, {0, 1023, 0}},
	{"a jump over the whole window forgets it", 5000 - 2, 0, 0, 3, {0, 1, 5000}},
	{"a number that shares its place with an older one is no duplicate",
	 1023,
	 0,
	 0,
	 2,
	 {3, 3 + 1024}},
	{"the highest number is counted like any other",
	 INT64_MAX - 2,
	 1,
	 0,
	 3,
	 {0, INT64_MAX - 1, INT64_MAX - 1}},
};

static void check_expectations(void)
{
	for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
		const struct expectation *expectation = &expectations[i];
		struct stream_window window = {0};
		struct stream_counts counts = {0};

		TEST(expectation->description);
		for (unsigned j = 0; j < expectation->count; j++)
			stream_window_add(&window, expectation->sequence[j], &counts);
		CHECK(counts.lost == expectation->lost, "%llu lost",
		      (unsigned long long)counts.lost);
		CHECK(counts.duplicated == expectation->duplicated, "%llu duplicated",
		      (unsigned long long)counts.duplicated);
		CHECK(counts.reordered == expectation->reordered, "%llu reordered",
		      (unsigned long long)counts.reordered);
	}
}

enum { NUMBERS = 20000 };

/* Sends numbers through a link that loses, repeats and delays them by less than the window, and
 * counts with an array of all numbers. */
static bool agrees_with_model(unsigned seed)
{
	static unsigned seen[NUMBERS + 512];
	struct stream_window window = {0};
	struct stream_counts counts = {0};
	uint64_t low = UINT64_MAX, next = 0, duplicated = 0, reordered = 0, missing = 0;

	srand(seed);
	memset(seen, 0, sizeof(seen));
	for (unsigned i = 0; i < NUMBERS; i++) {
		uint64_t sequence = i + (uint64_t)(rand() % (1 + rand() % 512));

		if (rand() % 3 == 0)
			continue;
		stream_window_add(&window, sequence, &counts);
		duplicated += seen[sequence] > 0;
		reordered += !seen[sequence]++ && sequence < next;
		next = sequence >= next ? sequence + 1 : next;
		low = sequence < low ? sequence : low;
	}
	for (uint64_t i = low; i < next; i++)
		missing += !seen[i];
	return CHECK(counts.lost == missing && counts.duplicated == duplicated &&
			     counts.reordered == reordered,
		     "seed %u: %llu %llu %llu", seed, (unsigned long long)counts.lost,
		     (unsigned long long)counts.duplicated, (unsigned long long)counts.reordered);
}

static void check_model(void)
{
	TEST("50 random links of 20,000 packets are counted like by a model that forgets nothing");
	for (unsigned seed = 1; seed <= 50 && agrees_with_model(seed); seed++)
		;
}

static void feed(struct stream_group *group, uint32_t source, uint32_t id, uint64_t sequence,
		 unsigned *room)
{
	struct stream_header header = {id, sequence, 1000};
	uint8_t payload[STREAM_HEADER];
	struct stream_packet packet = {.source = addr_ipv4(source),
				       .payload = payload,
				       .held = sizeof(payload),
				       .length = 1316,
				       .arrival = 4000 + (int64_t)sequence};

	stream_put_header(&header, payload);
	stream_group_add(group, &packet, room);
}

static void check_groups(void)
{
	struct stream_group group = {0}, other = {0};
	struct stream_counts total = {0};
	unsigned room = 4;
	struct stream_packet foreign = {.source = addr_ipv4(1),
					.payload = (const uint8_t *)"x",
					.held = 1,
					.length = 1,
					.arrival = 4002};

	TEST("streams of a group are told apart by source and id");
	feed(&group, 1, 1, 0, &room);
	feed(&group, 2, 1, 0, &room);
	feed(&group, 1, 2, 0, &room);
	feed(&group, 1, 1, 1, &room);
	feed(&group, 2, 1, 2, &room);
	CHECK(group.counts.duplicated == 0 && group.counts.lost == 1 && room == 1);
	CHECK(group.counts.received == 5 && group.counts.bytes == 5 * 1316);

	TEST("delays have a minimum, a maximum and a sum");
	CHECK(group.counts.timed == 5 && group.counts.delay_min == 3000 &&
	      group.counts.delay_max == 3002 && group.counts.delay_sum == 15003);
	CHECK(group.counts.first == 4000 && group.counts.last == 4002);

	TEST("a payload from elsewhere counts as a packet and no more");
	stream_group_add(&group, &foreign, &room);
	CHECK(group.counts.received == 6 && group.counts.foreign == 1 && group.counts.timed == 5);

	TEST("streams beyond the limit are counted, not kept");
	feed(&other, 1, 1, 0, &room);
	feed(&other, 1, 2, 0, &room);
	feed(&other, 1, 2, 9, &room);
	CHECK(room == 0 && other.counts.untracked == 2 && other.counts.lost == 0);
	room = 100;
	for (uint32_t id = 0; id < 2 * STREAM_PER_GROUP; id++)
		feed(&other, 1, id, 0, &room);
	CHECK(other.stream_count == STREAM_PER_GROUP);

	TEST("a total is the sum of its groups");
	stream_counts_add(&total, &group.counts);
	stream_counts_add(&total, &other.counts);
	CHECK(total.received == group.counts.received + other.counts.received);
	CHECK(total.first == 4000 && total.last == 4002 && total.delay_min == 3000 &&
	      total.delay_max == 3009);
	CHECK(total.timed == group.counts.timed + other.counts.timed);
	stream_group_clear(&group);
	stream_group_clear(&other);
}

/* Clocks of two machines have nothing in common: 60 s of delay, or less than none, is no delay. */
static void check_clocks(void)
{
	static const int64_t sent[] = {INT64_MIN, -1, 100000000001, 0, INT64_MAX};
	struct stream_group group = {0};
	uint8_t payload[STREAM_HEADER];
	struct stream_packet packet = {
		.payload = payload, .held = sizeof(payload), .arrival = 100000000000};
	unsigned room = 1;

	TEST("a time that is not of our clock gives no delay");
	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		struct stream_header header = {1, i, sent[i]};

		stream_put_header(&header, payload);
		stream_group_add(&group, &packet, &room);
		CHECK(group.counts.timed == 0, "%lld", (long long)sent[i]);
	}
	stream_group_clear(&group);
}

int main(void)
{
	RUN(check_ranges, check_header, check_expectations, check_model, check_groups,
	    check_clocks);
	return test_end();
}
