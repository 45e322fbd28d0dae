/* SPDX-License-Identifier: MIT */
/*
 * The twelve rows of RFC 3376 section 6.4 (RFC 3810 section 7.4), each for all states and all
 * source lists that four sources can make: with long timers and with ones below the last member
 * query time, as the querier and not. The model (tests/model/table.c has the rows) hears the same,
 * and what is sent is compared after each turn; state, timers to the millisecond and routes before
 * the report, after it, and when the last member query time is over.
 */
#include "tests/model/model.h"
#include "test.h"

/* The tables do not know of families: of MLD there is one source less. */
enum { SOURCES = 4 };
enum { GMI = 270000, LMQT = 2000, SHORT = 1500 };
enum { UP, LAN };

/* Timers when the report comes: all long; those of the sources short; that of the group short. */
enum age { AGE_LONG, AGE_SHORT_SOURCES, AGE_SHORT_GROUP, AGES };

static const struct row {
	const char *text;
	bool exclude;
	enum record_type type;
} rows[] = {
	{"INCLUDE (A), IS_IN (B)", false, IS_IN},  {"INCLUDE (A), IS_EX (B)", false, IS_EX},
	{"EXCLUDE (X,Y), IS_IN (A)", true, IS_IN}, {"EXCLUDE (X,Y), IS_EX (A)", true, IS_EX},
	{"INCLUDE (A), ALLOW (B)", false, ALLOW},  {"INCLUDE (A), BLOCK (B)", false, BLOCK},
	{"INCLUDE (A), TO_EX (B)", false, TO_EX},  {"INCLUDE (A), TO_IN (B)", false, TO_IN},
	{"EXCLUDE (X,Y), ALLOW (A)", true, ALLOW}, {"EXCLUDE (X,Y), BLOCK (A)", true, BLOCK},
	{"EXCLUDE (X,Y), TO_EX (A)", true, TO_EX}, {"EXCLUDE (X,Y), TO_IN (A)", true, TO_IN},
};

/* ---- a proxy with its model ---- */

struct rig {
	enum protocol protocol;
	struct proxy *proxy;
	struct model *model;
	struct kernel kernel;
	int64_t now;
	const char *wrong; /* the first difference */
};

static struct addr address(enum protocol protocol, uint32_t ipv4, uint8_t first, uint8_t last)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(ipv4 | last);
	return (struct addr){{first, first == 0xfe ? 0x80 : first == 0xff ? 5 : 1, [15] = last}};
}

static struct addr host_address(enum protocol protocol, unsigned vif, uint8_t host)
{
	return address(protocol, 0x0a000000 | vif << 8, 0xfe, host);
}

static void differs(struct rig *rig, const char *wrong)
{
	if (!rig->wrong)
		rig->wrong = wrong;
}

static void on_send(void *ctx, unsigned vif, const struct addr *source,
		    const struct addr *destination, const uint8_t *data, size_t length)
{
	struct rig *rig = ctx;
	struct message message;

	differs(rig, codec_decode(rig->protocol, source, destination, data, length, &message));
	differs(rig, model_sent(rig->model, rig->now, vif, source, destination, &message, length));
	codec_free(&message);
}

static void on_route(void *ctx, const struct route *route)
{
	struct rig *rig = ctx;

	differs(rig, model_route(rig->model, rig->now, route));
	kernel_tell(&rig->kernel, rig->now, route);
}

static unsigned on_reverse_path(void *ctx, const struct addr *source)
{
	(void)ctx;
	(void)source;
	return PROXY_VIFS;
}

static void turn(struct rig *rig)
{
	model_advance(rig->model, rig->now);
	while (proxy_deadline(rig->proxy) <= rig->now)
		proxy_tick(rig->proxy, rig->now);
	differs(rig, model_check_sent(rig->model, rig->now));
}

static void look(struct rig *rig)
{
	differs(rig, model_check(rig->model, rig->now, rig->proxy));
}

static void advance(struct rig *rig, int64_t time)
{
	while (proxy_deadline(rig->proxy) <= time) {
		if (proxy_deadline(rig->proxy) > rig->now)
			rig->now = proxy_deadline(rig->proxy);
		turn(rig);
	}
	rig->now = time;
}

/* Someone on the LAN says it. */
static void hear(struct rig *rig, uint8_t host, struct message *message)
{
	static const struct damage none;
	struct addr source = host_address(rig->protocol, LAN, host);
	struct addr destination = codec_destination(rig->protocol, message);
	uint8_t data[MESSAGE_MAX];
	size_t length = codec_encode(rig->protocol, message, &source, &destination, &none, data);
	struct packet packet = {LAN, source, destination, 1, true, data, length};

	model_receive(rig->model, rig->now,
		      &(struct heard){LAN, source, destination, 1, true, message});
	proxy_packet(rig->proxy, rig->now, &packet);
	turn(rig);
	codec_free(message);
}

/* A report of one record, which lists the SOURCES that are bits. */
static void report(struct rig *rig, enum record_type type, unsigned sources)
{
	struct message message = {.kind = KIND_REPORT, .version = newest_version(rig->protocol)};
	struct addr group = address(rig->protocol, 0xef010100, 0xff, 1);
	struct record *record = codec_add(&message, type, &group);

	for (uint8_t i = 0; i < SOURCES; i++)
		if (sources >> i & 1) {
			struct addr source = address(rig->protocol, 0x0a090000, 0x20, i + 1);

			list_add(&record->source, &source);
		}
	hear(rig, 99, &message);
}

/* A general query from a router with a lower address. */
static void other_querier(struct rig *rig)
{
	struct message message = {.kind = KIND_QUERY,
				  .version = newest_version(rig->protocol),
				  .robustness = 2,
				  .interval_code = 125,
				  .response_code = float_code(10000, 12)};

	if (rig->protocol == PROTOCOL_IGMP)
		message.response_code = 100;
	hear(rig, 1, &message);
}

static bool rig_open(struct rig *rig, enum protocol protocol, bool querier)
{
	static const struct proxy_interface_config interfaces[] = {{.upstream = true}, {.vif = 1}};
	static const struct proxy_out out = {
		.send = on_send, .route = on_route, .reverse_path = on_reverse_path};
	static const struct proxy_config config[PROTOCOLS] = {
		{PROTOCOL_IGMP, 2, interfaces, .routes = ROUTES_WILDCARD},
		{PROTOCOL_MLD, 2, interfaces, .routes = ROUTES_WILDCARD},
	};
	static const struct model_filter none[2];

	*rig = (struct rig){.protocol = protocol, .now = 5000};
	rig->proxy = proxy_new(&config[protocol], &out, rig, 1);
	rig->model = model_new(&config[protocol], none, &rig->kernel, on_reverse_path, rig);
	if (!rig->proxy)
		return false;
	for (unsigned vif = UP; vif <= LAN; vif++) {
		struct interface_state state = {.vif = vif,
						.exists = true,
						.up = true,
						.address = host_address(protocol, vif, 2),
						.mtu = 1500};

		model_interface(rig->model, rig->now, &state);
		model_advance(rig->model, rig->now);
		proxy_interface(rig->proxy, rig->now, &state);
	}
	turn(rig);
	if (!querier)
		other_querier(rig);
	return true;
}

static void rig_close(struct rig *rig)
{
	proxy_free(rig->proxy);
	model_free(rig->model);
	kernel_free(&rig->kernel);
}

/* ---- the state before ---- */

/* Each source with a timer of its own. */
static void include(struct rig *rig, unsigned sources)
{
	for (unsigned i = 0; i < SOURCES; i++)
		if (sources >> i & 1) {
			advance(rig, rig->now + 7);
			report(rig, IS_IN, 1U << i);
		}
}

/* The timers that are to be short began when SHORT is left of GMI; the others 10 s ago. */
static void prepare(struct rig *rig, bool exclude, unsigned x, unsigned y, enum age age)
{
	int64_t began = rig->now;

	if (age == AGE_SHORT_GROUP) {
		report(rig, IS_EX, x | y);
		advance(rig, rig->now + GMI - SHORT - 10000);
		include(rig, x);
		advance(rig, began + GMI - SHORT);
		return;
	}
	include(rig, x);
	if (age == AGE_SHORT_SOURCES)
		advance(rig, rig->now + GMI - SHORT - 10000);
	if (exclude)
		report(rig, IS_EX, x | y);
	advance(rig, rig->now + 10000);
}

/* ---- the tests ---- */

static unsigned sets(enum protocol protocol)
{
	return 1U << (SOURCES - (protocol == PROTOCOL_MLD) - test_is_slow());
}

static void check_row(enum protocol protocol, const struct row *row, bool querier, unsigned x,
		      unsigned y)
{
	for (unsigned list = 0; list < sets(protocol); list++)
		for (enum age age = AGE_LONG; age < (row->exclude ? AGES : AGE_SHORT_GROUP);
		     age++) {
			struct rig rig;

			if (!CHECK(rig_open(&rig, protocol, querier)))
				return;
			prepare(&rig, row->exclude, x, y, age);
			if (!querier)
				other_querier(&rig);
			look(&rig);
			report(&rig, row->type, list);
			look(&rig);
			advance(&rig, rig.now + LMQT);
			look(&rig);
			CHECK(!rig.wrong, "X=%x Y=%x list %x age %d: %s", x, y, list, age,
			      rig.wrong);
			rig_close(&rig);
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
				for (unsigned x = 0; x < sets((enum protocol)protocol); x++)
					for (unsigned y = 0;
					     y <
					     (rows[i].exclude ? sets((enum protocol)protocol) : 1);
					     y++)
						if (!(x & y))
							check_row((enum protocol)protocol, &rows[i],
								  querier, x, y);
			}
	return test_end();
}
