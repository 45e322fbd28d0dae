/* SPDX-License-Identifier: MIT */
/* Test streams; see stream.h. */
#include <stdlib.h>

#include "proto/base/wire.h"
#include "core/traffic/stream.h"
#include "core/base/text.h"

/* A longer delay can only come from another machine's clock. */
static const int64_t longest_delay = 60 * (int64_t)1000000000;

static const uint8_t magic[4] = {'m', 'c', 'p', '1'};

struct stream {
	struct addr source;
	uint32_t id;
	struct stream_window window;
	struct stream *next;
};

static uint32_t low_bits(const struct addr *addr)
{
	return (uint32_t)addr->byte[12] << 24 | (uint32_t)addr->byte[13] << 16 |
	       (uint32_t)addr->byte[14] << 8 | addr->byte[15];
}

struct addr stream_range_at(const struct stream_range *range, uint32_t index)
{
	struct addr addr = range->first;
	uint64_t carry = index;

	for (size_t i = sizeof(addr.byte); i-- && carry;) {
		carry += addr.byte[i];
		addr.byte[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return addr;
}

uint32_t stream_range_find(const struct stream_range *range, const struct addr *group)
{
	uint32_t index = low_bits(group) - low_bits(&range->first);
	struct addr addr = stream_range_at(range, index);

	return index < range->count && addr_equal(&addr, group) ? index : range->count;
}

bool stream_to_range(const char *text, struct stream_range *result)
{
	size_t length = (size_t)(strchrnul(text, '+') - text);
	char group[TEXT_ADDR];
	struct stream_range range;
	uint64_t count = 1;
	struct addr last;

	if (length >= sizeof(group))
		return false;
	memcpy(group, text, length);
	group[length] = '\0';
	if (text[length] && !text_to_number(text + length + 1, 1, STREAM_GROUPS, &count))
		return false;
	if (!text_to_addr(group, &range.first) || !addr_is_multicast(&range.first))
		return false;
	range.count = (uint32_t)count;
	last = stream_range_at(&range, range.count - 1);
	if (!addr_is_multicast(&last))
		return false;
	*result = range;
	return true;
}

static void put64(struct wire_writer *writer, uint64_t value)
{
	for (unsigned shift = 64; shift; shift -= 16)
		wire_put16(writer, (uint16_t)(value >> (shift - 16)));
}

static uint64_t get64(struct wire_reader *reader)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 4; i++)
		value = value << 16 | wire_get16(reader);
	return value;
}

void stream_put_header(const struct stream_header *header, uint8_t payload[STREAM_HEADER])
{
	struct wire_writer writer = {.start = payload, .size = STREAM_HEADER};

	for (size_t i = 0; i < sizeof(magic); i++)
		wire_put8(&writer, magic[i]);
	wire_put16(&writer, (uint16_t)(header->id >> 16));
	wire_put16(&writer, (uint16_t)header->id);
	put64(&writer, header->sequence);
	put64(&writer, (uint64_t)header->sent);
}

bool stream_get_header(const uint8_t *payload, size_t held, struct stream_header *header)
{
	struct wire_reader reader = {.at = payload, .left = held};
	const uint8_t *start = wire_take(&reader, sizeof(magic));

	if (!start || memcmp(start, magic, sizeof(magic)))
		return false;
	header->id = (uint32_t)wire_get16(&reader) << 16;
	header->id |= wire_get16(&reader);
	header->sequence = get64(&reader);
	header->sent = (int64_t)get64(&reader);
	return !reader.overrun && header->sequence < UINT64_C(1) << 63;
}

static void mark(struct stream_window *window, uint64_t sequence, bool seen)
{
	uint64_t *word = &window->seen[sequence % STREAM_WINDOW / 64];
	uint64_t bit = UINT64_C(1) << sequence % 64;

	*word = seen ? *word | bit : *word & ~bit;
}

static bool is_marked(const struct stream_window *window, uint64_t sequence)
{
	return window->seen[sequence % STREAM_WINDOW / 64] >> sequence % 64 & 1;
}

static void move_window(struct stream_window *window, uint64_t sequence)
{
	if (sequence - window->next >= STREAM_WINDOW) {
		memset(window->seen, 0, sizeof(window->seen));
		window->next = sequence;
	}
	while (window->next <= sequence)
		mark(window, window->next++, false);
}

void stream_window_add(struct stream_window *window, uint64_t sequence,
		       struct stream_counts *counts)
{
	if (!window->next)
		window->first = window->next = sequence;
	if (sequence >= window->next) {
		counts->lost += sequence - window->next;
		move_window(window, sequence);
	} else if (window->next - sequence > STREAM_WINDOW) {
		counts->reordered++;
		return;
	} else if (is_marked(window, sequence)) {
		counts->duplicated++;
		return;
	} else {
		counts->reordered++;
		if (sequence >= window->first)
			counts->lost--;
	}
	mark(window, sequence, true);
	if (sequence < window->first) {
		counts->lost += window->first - sequence - 1;
		window->first = sequence;
	}
}

/* The stream of that source and id; NULL beyond the limits. */
static struct stream *find_stream(struct stream_group *group, const struct addr *source,
				  uint32_t id, unsigned *room)
{
	struct stream *stream = group->streams;

	while (stream && !(stream->id == id && addr_equal(&stream->source, source)))
		stream = stream->next;
	if (stream || group->stream_count >= STREAM_PER_GROUP || !*room)
		return stream;
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return NULL;
	stream->source = *source;
	stream->id = id;
	stream->next = group->streams;
	group->streams = stream;
	group->stream_count++;
	(*room)--;
	return stream;
}

static void add_delays(struct stream_counts *counts, const struct stream_counts *more)
{
	if (!more->timed)
		return;
	if (!counts->timed || more->delay_min < counts->delay_min)
		counts->delay_min = more->delay_min;
	if (!counts->timed || more->delay_max > counts->delay_max)
		counts->delay_max = more->delay_max;
	counts->delay_sum += more->delay_sum;
	counts->timed += more->timed;
}

static void add_delay(struct stream_counts *counts, int64_t delay)
{
	struct stream_counts one = {
		.timed = 1, .delay_sum = (uint64_t)delay, .delay_min = delay, .delay_max = delay};

	if (delay >= 0 && delay <= longest_delay)
		add_delays(counts, &one);
}

void stream_group_add(struct stream_group *group, const struct stream_packet *packet,
		      unsigned *room)
{
	struct stream_counts *counts = &group->counts;
	struct stream_header header;
	struct stream *stream;

	if (!counts->received++)
		counts->first = packet->arrival;
	counts->last = packet->arrival;
	counts->bytes += packet->length;
	if (!stream_get_header(packet->payload, packet->held, &header)) {
		counts->foreign++;
		return;
	}
	if (header.sent >= 0)
		add_delay(counts, packet->arrival - header.sent);
	stream = find_stream(group, &packet->source, header.id, room);
	if (stream)
		stream_window_add(&stream->window, header.sequence, counts);
	else
		counts->untracked++;
}

void stream_group_clear(struct stream_group *group)
{
	while (group->streams) {
		struct stream *stream = group->streams;

		group->streams = stream->next;
		free(stream);
	}
	*group = (struct stream_group){0};
}

void stream_counts_add(struct stream_counts *total, const struct stream_counts *counts)
{
	if (counts->received && (!total->received || counts->first < total->first))
		total->first = counts->first;
	if (counts->received && (!total->received || counts->last > total->last))
		total->last = counts->last;
	add_delays(total, counts);
	total->received += counts->received;
	total->bytes += counts->bytes;
	total->foreign += counts->foreign;
	total->untracked += counts->untracked;
	total->lost += counts->lost;
	total->duplicated += counts->duplicated;
	total->reordered += counts->reordered;
}
