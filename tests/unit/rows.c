/* SPDX-License-Identifier: MIT */
/*
 * The twelve rows of RFC 3376 section 6.4 (RFC 3810 section 7.4), each for all states and all
 * source lists that four sources can make: with long timers and with ones below the last member
 * query time, as the querier and not. What is expected is computed from the rows as they stand in
 * the RFC, sets being bits, and compared to the millisecond, then again when the last member query
 * time is over.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/proxy.h"
#include "proto/status.h"
#include "ignore.h"
#include "test.h"

enum { SOURCES = 4, SETS = 1 << SOURCES };
enum { GMI = 270000, LMQT = 2000, SHORT = 1500 };
enum { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };
enum { UP, LAN };

/* Timers when the report comes: all long; those of the sources short; that of the group short. */
enum age { AGE_LONG, AGE_SHORT_SOURCES, AGE_SHORT_GROUP, AGES };

/* ---- what the RFC says ---- */

struct model {
	bool querier;
	bool exclude;
	unsigned x, y; /* INCLUDE (A): x is A */
	int64_t now, group_timer, timer[SOURCES];
	unsigned asked; /* Q(G,asked) */
	bool asked_group;
};

static void set_timer(struct model *model, unsigned sources, int64_t expires)
{
	for (unsigned i = 0; i < SOURCES; i++)
		if (sources >> i & 1)
			model->timer[i] = expires;
}

/* Send Q(G,sources): section 6.6.3.2. */
static void ask(struct model *model, unsigned sources)
{
	for (unsigned i = 0; i < SOURCES && model->querier; i++)
		if (sources >> i & 1 && model->timer[i] > model->now + LMQT) {
			model->timer[i] = model->now + LMQT;
			model->asked |= 1U << i;
		}
}

/* Send Q(G): section 6.6.3.1. */
static void ask_group(struct model *model)
{
	if (!model->querier)
		return;
	model->asked_group = true;
	if (model->group_timer > model->now + LMQT)
		model->group_timer = model->now + LMQT;
}

/* INCLUDE (A), IS_IN (B) or ALLOW (B): INCLUDE (A+B); (B)=GMI */
static void include_is_in(struct model *model, unsigned b)
{
	model->x |= b;
	set_timer(model, b, model->now + GMI);
}

/* INCLUDE (A), IS_EX (B): EXCLUDE (A*B,B-A); (B-A)=0, Delete (A-B), Group Timer=GMI */
static void include_is_ex(struct model *model, unsigned b)
{
	unsigned a = model->x;

	model->exclude = true;
	model->x = a & b;
	model->y = b & ~a;
	model->group_timer = model->now + GMI;
}

/* EXCLUDE (X,Y), IS_IN (A) or ALLOW (A): EXCLUDE (X+A,Y-A); (A)=GMI */
static void exclude_is_in(struct model *model, unsigned a)
{
	model->x |= a;
	model->y &= ~a;
	set_timer(model, a, model->now + GMI);
}

/* EXCLUDE (X,Y), IS_EX (A): EXCLUDE (A-Y,Y*A); (A-X-Y)=GMI, Delete (X-A), Delete (Y-A),
 * Group Timer=GMI */
static void exclude_is_ex(struct model *model, unsigned a)
{
	set_timer(model, a & ~model->x & ~model->y, model->now + GMI);
	model->x = a & ~model->y;
	model->y &= a;
	model->group_timer = model->now + GMI;
}

/* INCLUDE (A), BLOCK (B): INCLUDE (A); Send Q(G,A*B) */
static void include_block(struct model *model, unsigned b)
{
	ask(model, model->x & b);
}

/* INCLUDE (A), TO_EX (B): EXCLUDE (A*B,B-A); (B-A)=0, Delete (A-B), Send Q(G,A*B),
 * Group Timer=GMI */
static void include_to_ex(struct model *model, unsigned b)
{
	include_is_ex(model, b);
	ask(model, model->x);
}

/* INCLUDE (A), TO_IN (B): INCLUDE (A+B); (B)=GMI, Send Q(G,A-B) */
static void include_to_in(struct model *model, unsigned b)
{
	ask(model, model->x & ~b);
	include_is_in(model, b);
}

/* EXCLUDE (X,Y), BLOCK (A): EXCLUDE (X+(A-Y),Y); (A-X-Y)=Group Timer, Send Q(G,A-Y) */
static void exclude_block(struct model *model, unsigned a)
{
	set_timer(model, a & ~model->x & ~model->y, model->group_timer);
	model->x |= a & ~model->y;
	ask(model, a & ~model->y);
}

/* EXCLUDE (X,Y), TO_EX (A): EXCLUDE (A-Y,Y*A); (A-X-Y)=Group Timer, Delete (X-A), Delete (Y-A),
 * Send Q(G,A-Y), Group Timer=GMI */
static void exclude_to_ex(struct model *model, unsigned a)
{
	set_timer(model, a & ~model->x & ~model->y, model->group_timer);
	model->x = a & ~model->y;
	model->y &= a;
	ask(model, model->x);
	model->group_timer = model->now + GMI;
}

/* EXCLUDE (X,Y), TO_IN (A): EXCLUDE (X+A,Y-A); (A)=GMI, Send Q(G,X-A), Send Q(G) */
static void exclude_to_in(struct model *model, unsigned a)
{
	ask(model, model->x & ~a);
	exclude_is_in(model, a);
	ask_group(model);
}

/* Sections 6.2.2, 6.3, 6.5: what expires until NOW. */
static void expire(struct model *model, int64_t now)
{
	model->now = now;
	for (unsigned i = 0; i < SOURCES; i++)
		if (model->x >> i & 1 && model->timer[i] <= now) {
			model->x &= ~(1U << i);
			model->y |= 1U << i;
		}
	if (model->exclude && model->group_timer <= now)
		model->exclude = false;
	if (!model->exclude)
		model->y = 0;
}

static const struct row {
	const char *text;
	bool exclude;
	uint8_t type;
	void (*apply)(struct model *, unsigned list);
} rows[] = {
	{"INCLUDE (A), IS_IN (B)", false, IS_IN, include_is_in},
	{"INCLUDE (A), IS_EX (B)", false, IS_EX, include_is_ex},
	{"EXCLUDE (X,Y), IS_IN (A)", true, IS_IN, exclude_is_in},
	{"EXCLUDE (X,Y), IS_EX (A)", true, IS_EX, exclude_is_ex},
	{"INCLUDE (A), ALLOW (B)", false, ALLOW, include_is_in},
	{"INCLUDE (A), BLOCK (B)", false, BLOCK, include_block},
	{"INCLUDE (A), TO_EX (B)", false, TO_EX, include_to_ex},
	{"INCLUDE (A), TO_IN (B)", false, TO_IN, include_to_in},
	{"EXCLUDE (X,Y), ALLOW (A)", true, ALLOW, exclude_is_in},
	{"EXCLUDE (X,Y), BLOCK (A)", true, BLOCK, exclude_block},
	{"EXCLUDE (X,Y), TO_EX (A)", true, TO_EX, exclude_to_ex},
	{"EXCLUDE (X,Y), TO_IN (A)", true, TO_IN, exclude_to_in},
};

/* ---- the proxy ---- */

struct rig {
	enum protocol protocol;
	struct proxy *proxy;
	int64_t now;
	unsigned asked, asked_count, asked_group_count; /* queries since the last look */
	bool suppressed;
};

static struct addr address(enum protocol protocol, uint32_t ipv4, uint8_t first, uint8_t last)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(ipv4 | last);
	return (struct addr){{first, first == 0xfe ? 0x80 : first == 0xff ? 5 : 1, [15] = last}};
}

static struct addr source_address(enum protocol protocol, unsigned i)
{
	return address(protocol, 0x0a090000, 0x20, (uint8_t)(i + 1));
}

static struct addr group_address(enum protocol protocol)
{
	return address(protocol, 0xef010100, 0xff, 1);
}

static struct addr host_address(enum protocol protocol, unsigned vif, uint8_t host)
{
	return address(protocol, 0x0a000000 | vif << 8, 0xfe, host);
}

static size_t put_addr(enum protocol protocol, uint8_t *to, const struct addr *addr)
{
	size_t size = protocol == PROTOCOL_IGMP ? 4 : 16;

	memcpy(to, addr->byte + 16 - size, size);
	return size;
}

static uint32_t sum16(const uint8_t *data, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)data[i] << (i % 2 ? 0 : 8);
	return sum;
}

static void put_checksum(enum protocol protocol, const struct packet *packet, uint8_t *data)
{
	uint32_t sum = sum16(data, packet->length);

	if (protocol == PROTOCOL_MLD)
		sum += sum16(packet->source.byte, 16) + sum16(packet->destination.byte, 16) +
		       (uint32_t)packet->length + 58;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	data[2] = (uint8_t)(~sum >> 8);
	data[3] = (uint8_t)~sum;
}

static void tick(struct rig *rig)
{
	while (proxy_deadline(rig->proxy) <= rig->now)
		proxy_tick(rig->proxy, rig->now);
}

static void advance(struct rig *rig, int64_t time)
{
	while (proxy_deadline(rig->proxy) <= time) {
		if (proxy_deadline(rig->proxy) > rig->now)
			rig->now = proxy_deadline(rig->proxy);
		proxy_tick(rig->proxy, rig->now);
	}
	rig->now = time;
}

static void deliver(struct rig *rig, uint8_t host, const struct addr *destination, uint8_t *data,
		    size_t length)
{
	struct packet packet = {
		.vif = LAN,
		.source = host_address(rig->protocol, LAN, host),
		.destination = *destination,
		.ttl = 1,
		.router_alert = true,
		.data = data,
		.length = length,
	};

	put_checksum(rig->protocol, &packet, data);
	proxy_packet(rig->proxy, rig->now, &packet);
	tick(rig);
}

/* A report of one record, which lists the SOURCES that are bits. */
static void report(struct rig *rig, uint8_t type, unsigned sources)
{
	bool igmp = rig->protocol == PROTOCOL_IGMP;
	uint8_t data[8 + 20 + SOURCES * 16] = {igmp ? 0x22 : 143, [7] = 1, [8] = type};
	struct addr group = group_address(rig->protocol), destination = {{0xff, 2, [15] = 0x16}};
	size_t length = 12;

	if (igmp)
		destination = addr_ipv4(0xe0000016);
	length += put_addr(rig->protocol, data + length, &group);
	for (unsigned i = 0; i < SOURCES; i++)
		if (sources >> i & 1) {
			struct addr source = source_address(rig->protocol, i);

			length += put_addr(rig->protocol, data + length, &source);
			data[11]++;
		}
	deliver(rig, 99, &destination, data, length);
}

/* A general query from a router with a lower address. */
static void other_querier(struct rig *rig)
{
	bool igmp = rig->protocol == PROTOCOL_IGMP;
	uint8_t data[28] = {igmp ? 0x11 : 130, igmp ? 100 : 0};
	struct addr destination = {{0xff, 2, [15] = 1}};

	if (igmp)
		destination = addr_ipv4(0xe0000001);
	data[igmp ? 8 : 24] = 2;   /* QRV */
	data[igmp ? 9 : 25] = 125; /* QQIC */
	if (!igmp) {
		data[4] = 10000 >> 8;
		data[5] = 10000 & 0xff;
	}
	deliver(rig, 1, &destination, data, igmp ? 12 : 28);
}

/* Adds up the specific queries. */
static void on_send(void *ctx, unsigned vif, const struct addr *source,
		    const struct addr *destination, const uint8_t *data, size_t length)
{
	struct rig *rig = ctx;
	size_t size = rig->protocol == PROTOCOL_IGMP ? 4 : 16;
	size_t header = rig->protocol == PROTOCOL_IGMP ? 4 : 8;
	struct addr group = group_address(rig->protocol);

	(void)source;
	(void)destination;
	if (vif != LAN || memcmp(data + header, group.byte + 16 - size, size))
		return;
	rig->suppressed |= data[header + size] & 8;
	if (length == header + size + 4)
		rig->asked_group_count++;
	else
		rig->asked_count++;
	for (size_t at = header + size + 4; at + size <= length; at += size)
		rig->asked |= 1U << (data[at + size - 1] - 1);
}

static const struct proxy_interface_config interfaces[] = {{.upstream = true}, {.vif = 1}};

static bool rig_open(struct rig *rig, enum protocol protocol, bool querier)
{
	static const struct proxy_out out = {
		.send = on_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	static const struct proxy_config config[PROTOCOLS] = {
		{.protocol = PROTOCOL_IGMP, .interface_count = 2, .interface = interfaces},
		{.protocol = PROTOCOL_MLD, .interface_count = 2, .interface = interfaces},
	};

	*rig = (struct rig){.protocol = protocol, .now = 5000};
	rig->proxy = proxy_new(&config[protocol], &out, rig, 1);
	if (!rig->proxy)
		return false;
	for (unsigned vif = UP; vif <= LAN; vif++) {
		struct interface_state state = {.vif = vif,
						.exists = true,
						.up = true,
						.address = host_address(protocol, vif, 2),
						.mtu = 1500};

		proxy_interface(rig->proxy, rig->now, &state);
	}
	tick(rig);
	if (!querier)
		other_querier(rig);
	return true;
}

/* ---- the comparison ---- */

struct look {
	const struct model *model;
	struct addr group;
	bool found, right;
};

static bool same_sources(const struct model *model, const struct group_status *status)
{
	unsigned seen = 0;

	for (unsigned k = 0; k < status->source_count; k++) {
		struct source_status source;
		unsigned bit;

		status->source(status, k, &source);
		bit = 1U << (source.address.byte[15] - 1);
		seen |= bit;
		if (model->x & bit) {
			if (source.expires != model->timer[source.address.byte[15] - 1])
				return false;
		} else if (source.expires > model->now) {
			return false;
		}
	}
	return seen == (model->x | model->y);
}

static bool on_group(void *ctx, const struct group_status *status)
{
	struct look *look = ctx;
	const struct model *model = look->model;

	if (status->vif != LAN || !addr_equal(&status->group, &look->group))
		return true;
	look->found = true;
	look->right = (status->filter_mode == EXCLUDE) == model->exclude &&
		      (!model->exclude || status->expires == model->group_timer) &&
		      same_sources(model, status);
	return true;
}

static bool same_state(const struct rig *rig, const struct model *model)
{
	static const struct proxy_visitor visitor = {on_group, NULL};
	struct look look = {.model = model, .group = group_address(rig->protocol)};
	struct proxy_walk walk;

	proxy_walk_start(rig->proxy, &walk);
	while (proxy_walk(rig->proxy, &walk, rig->now, 8, &visitor, &look))
		;
	proxy_walk_stop(rig->proxy, &walk);
	if (!model->exclude && !model->x)
		return !look.found;
	return look.found && look.right;
}

static bool same_queries(struct rig *rig, const struct model *model)
{
	bool right = rig->asked == model->asked && rig->asked_count == (model->asked != 0) &&
		     rig->asked_group_count == model->asked_group && !rig->suppressed;

	rig->asked = rig->asked_count = rig->asked_group_count = 0;
	return right;
}

/* ---- the state before ---- */

/* Each source with a timer of its own. */
static void include(struct rig *rig, struct model *model, unsigned sources)
{
	for (unsigned i = 0; i < SOURCES; i++)
		if (sources >> i & 1) {
			advance(rig, rig->now + 7);
			report(rig, IS_IN, 1U << i);
			model->timer[i] = rig->now + GMI;
		}
}

static void exclude(struct rig *rig, struct model *model, unsigned sources)
{
	report(rig, IS_EX, sources);
	model->group_timer = rig->now + GMI;
}

/* The timers that are to be short began when SHORT is left of GMI; the others 10 s ago. */
static void prepare(struct rig *rig, struct model *model, enum age age)
{
	if (age == AGE_SHORT_GROUP) {
		exclude(rig, model, model->x | model->y);
		advance(rig, rig->now + GMI - SHORT - 10000);
		include(rig, model, model->x);
		advance(rig, model->group_timer - SHORT);
	} else {
		include(rig, model, model->x);
		if (age == AGE_SHORT_SOURCES)
			advance(rig, rig->now + GMI - SHORT - 10000);
		if (model->exclude)
			exclude(rig, model, model->x | model->y);
		advance(rig, rig->now + 10000);
	}
	if (!model->querier)
		other_querier(rig);
	model->now = rig->now;
}

/* ---- the tests ---- */

static void check_case(enum protocol protocol, const struct row *row, struct model model,
		       unsigned list, enum age age)
{
	unsigned x = model.x, y = model.y;
	struct rig rig;

	if (!CHECK(rig_open(&rig, protocol, model.querier)))
		return;
	prepare(&rig, &model, age);
	CHECK(same_state(&rig, &model), "before X=%x Y=%x age %d", x, y, age);
	rig.asked_count = rig.asked_group_count = 0;
	report(&rig, row->type, list);
	row->apply(&model, list);
	CHECK(same_state(&rig, &model), "X=%x Y=%x list %x age %d querier %d", x, y, list, age,
	      model.querier);
	CHECK(same_queries(&rig, &model), "X=%x Y=%x list %x age %d querier %d", x, y, list, age,
	      model.querier);
	advance(&rig, rig.now + LMQT);
	expire(&model, rig.now);
	CHECK(same_state(&rig, &model), "LMQT after X=%x Y=%x list %x age %d querier %d", x, y,
	      list, age, model.querier);
	proxy_free(rig.proxy);
}

static void check_row(enum protocol protocol, const struct row *row, bool querier)
{
	for (unsigned x = 0; x < SETS; x++)
		for (unsigned y = 0; y < (row->exclude ? SETS : 1U); y++)
			for (unsigned list = 0; list < SETS && !(x & y); list++)
				for (enum age age = AGE_LONG;
				     age < (row->exclude ? AGES : AGE_SHORT_GROUP); age++) {
					struct model model = {.querier = querier,
							      .exclude = row->exclude,
							      .x = x,
							      .y = y};

					check_case(protocol, row, model, list, age);
				}
}

int main(void)
{
	static const char *const names[PROTOCOLS] = {"IGMP", "MLD"};
	static char text[PROTOCOLS][sizeof(rows) / sizeof(rows[0])][2][100];

	for (unsigned protocol = 0; protocol < PROTOCOLS; protocol++)
		for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			for (unsigned querier = 0; querier < 2; querier++) {
				char *name = text[protocol][i][querier];

				snprintf(name, sizeof(text[0][0][0]), "%s %s, %s", names[protocol],
					 rows[i].text, querier ? "querier" : "not the querier");
				TEST(name);
				check_row((enum protocol)protocol, &rows[i], querier);
			}
	return test_end();
}
