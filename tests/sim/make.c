/* SPDX-License-Identifier: MIT */
/* Invents a world from a seed: links, who is on them, how they are set, and an hour of events. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum { HOUR = 3600000, TAIL = 1200000, DOWN_LINKS = 3 };

struct maker {
	char *text;
	size_t length, room;
	uint64_t seed, draws;
	bool mld;
	bool tracks;	/* hosts; not where sources are few: who gets the last room is nobody's
			   business */
	unsigned links; /* 0 is upstream; 1 and so on */
	unsigned routers, stations, askers;
	unsigned vifs[ROUTERS], station_link[STATIONS];
	unsigned router_link[ROUTERS][ROUTER_VIFS];
	bool root, has_upstream[ROUTERS];
	uint64_t taken[LINKS][4]; /* addresses, as bits */
};

static void put(struct maker *maker, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct maker *maker, const char *format, ...)
{
	va_list arguments;
	int length;

	if (maker->room - maker->length < 512) {
		maker->room = 2 * maker->room + 4096;
		maker->text = realloc(maker->text, maker->room);
		if (!maker->text)
			abort();
	}
	va_start(arguments, format);
	length = vsnprintf(maker->text + maker->length, maker->room - maker->length, format,
			   arguments);
	va_end(arguments);
	maker->length += (size_t)length;
}

static unsigned pick(struct maker *maker, unsigned below)
{
	return (unsigned)chance_below(chance_mix(maker->seed, maker->draws++), below);
}

static bool maybe(struct maker *maker, unsigned percent)
{
	return pick(maker, 100) < percent;
}

static unsigned between(struct maker *maker, unsigned low, unsigned high)
{
	return low + pick(maker, high - low + 1);
}

/* An address of its own on the link. */
static unsigned host_in(struct maker *maker, unsigned link, unsigned low, unsigned high)
{
	for (;;) {
		unsigned host = between(maker, low, high);

		if (maker->taken[link][host / 64] >> host % 64 & 1)
			continue;
		maker->taken[link][host / 64] |= (uint64_t)1 << host % 64;
		return host;
	}
}

static unsigned router_host(struct maker *maker, unsigned link)
{
	return maybe(maker, 50) ? host_in(maker, link, 2, 19) : host_in(maker, link, 200, 250);
}

/* ---- what there is ---- */

static void make_links(struct maker *maker)
{
	maker->links = between(maker, 2, DOWN_LINKS + 1);
	for (unsigned link = 0; link < maker->links + 1; link++) {
		put(maker, "link %u delay=%u", link,
		    between(maker, 1, maybe(maker, 80) ? 20 : 200));
		if (maybe(maker, 40)) {
			put(maker, " jitter=%u", between(maker, 1, 200));
			if (maybe(maker, 70))
				put(maker, " loss=%u",
				    between(maker, 1, maybe(maker, 70) ? 50 : 300));
			if (maybe(maker, 50))
				put(maker, " duplicates=%u", between(maker, 1, 100));
		}
		put(maker, "%s\n", maybe(maker, 25) ? " switch" : "");
	}
}

static void make_router(struct maker *maker, unsigned upstream, unsigned first, unsigned count)
{
	unsigned index = maker->routers++, vif = 0;

	put(maker, "proxy p%u", index);
	maker->has_upstream[index] = upstream < LINKS;
	if (upstream < LINKS) {
		maker->router_link[index][vif++] = upstream;
		put(maker, " %u:%u", upstream, router_host(maker, upstream));
	}
	put(maker, " ==>");
	for (unsigned link = first; link < first + count; link++) {
		maker->router_link[index][vif++] = link;
		put(maker, " %u:%u", link, router_host(maker, link));
	}
	put(maker, "\n");
	maker->vifs[index] = vif;
}

static void make_routers(struct maker *maker)
{
	unsigned down = maker->links - 1;
	bool root = !maybe(maker, 6);

	make_router(maker, root ? 0 : LINKS, 1, down);
	if (root && maybe(maker, 30))
		make_router(maker, 0, 1, between(maker, 1, down));
	if (root && maker->routers == 2 && maybe(maker, 30))
		make_router(maker, 0, 1, 1);
	if (maybe(maker, 20))
		make_router(maker, down, maker->links, 1);
}

static unsigned old_or_new(struct maker *maker, unsigned percent_old)
{
	unsigned newest = maker->mld ? 2 : 3;

	if (!maybe(maker, percent_old))
		return newest;
	return maker->mld || maybe(maker, 30) ? 1 : 2;
}

static void make_askers(struct maker *maker)
{
	if (maker->has_upstream[0] && maybe(maker, 90)) {
		put(maker, "asker u 0:1 root version=%u robustness=%u query-interval=%u\n",
		    old_or_new(maker, 25), between(maker, 1, 3), between(maker, 20, 125));
		maker->root = true;
	}
	if (!maybe(maker, 20))
		return;
	put(maker, "asker q %u:%u version=%u query-interval=%u\n",
	    between(maker, 1, maker->links - 1), maybe(maker, 50) ? 1 : 251, old_or_new(maker, 60),
	    between(maker, 20, 125));
	maker->askers = 1;
}

static void make_stations(struct maker *maker)
{
	unsigned count = between(maker, 1, 10), old = maybe(maker, 50) ? 0 : between(maker, 10, 60);

	for (unsigned i = 0; i < count; i++) {
		unsigned link = between(maker, 1, maker->links - (maker->routers < 2));

		maker->station_link[i] = link;
		put(maker, "station h%u %u:%u version=%u%s%s\n", i, link,
		    host_in(maker, link, 60, 190), old_or_new(maker, old),
		    maybe(maker, 8) ? " ra=no" : "", maybe(maker, 15) ? " odd" : "");
	}
	maker->stations = count;
}

/* One setting, as it may stand behind "set ROUTER VIF". */
static void make_setting(struct maker *maker, bool upstream, unsigned link)
{
	static const char *const names = "ABCDEFSTUV";
	unsigned which = pick(maker, upstream ? 9 : 24);
	char name;

	switch (which) {
	case 0:
		put(maker, "robustness %u", between(maker, 1, 3));
		break;
	case 1:
		put(maker, "query-interval %u", between(maker, 20, 125));
		break;
	case 2:
		put(maker, "query-response-interval %u.%u", between(maker, 1, 12), pick(maker, 10));
		break;
	case 3:
		put(maker, "version %u", old_or_new(maker, 70));
		break;
	case 4:
		put(maker, "unsolicited-report-interval 0.%u", between(maker, 1, 9));
		break;
	case 5:
		put(maker, "rfc3376-timers on");
		break;
	case 6:
	case 7:
		if (upstream)
			put(maker, "report-interval %u", between(maker, 20, 300));
		else
			put(maker, "last-member-query-interval %u.%u", pick(maker, 3),
			    between(maker, 2, 9));
		break;
	case 8:
		put(maker, "last-member-query-count %u", between(maker, 1, 3));
		break;
	case 9:
		put(maker, "startup-query-count %u", between(maker, 1, 4));
		break;
	case 10:
		put(maker, "startup-query-interval %u", between(maker, 1, 30));
		break;
	case 11:
		put(maker, "querier %s", maybe(maker, 50) ? "always" : "never");
		break;
	case 12:
	case 13:
	case 14:
		put(maker, "quick-leave %s", maker->tracks && maybe(maker, 70) ? "tracked" : "on");
		break;
	case 15:
		put(maker, "router-alert strict");
		break;
	case 16:
		put(maker, "max-groups %u", between(maker, 2, 6));
		break;
	case 17:
		put(maker, "max-sources %u", maker->tracks ? 0 : between(maker, 1, 4));
		break;
	case 18:
		put(maker, "max-total-sources %u", maker->tracks ? 0 : between(maker, 2, 8));
		break;
	case 19:
		put(maker, "max-hosts %u", between(maker, 1, 3));
		break;
	case 20:
	case 21:
		name = names[pick(maker, 10)];
		put(maker, "static-join %c %s", name,
		    strchr("STUV", name) || maybe(maker, 50) ? "a" : "*");
		break;
	case 22:
		put(maker, "accept-from 64/%u", between(maker, 5, 6));
		break;
	default:
		put(maker, "robustness 2");
	}
	(void)link;
	put(maker, "\n");
}

static void make_settings(struct maker *maker)
{
	for (unsigned i = 0; i < maker->routers; i++) {
		unsigned interval = between(maker, 20, 125);
		bool timers = maybe(maker, 15);

		for (unsigned vif = 0; vif < maker->vifs[i]; vif++) {
			bool upstream = maker->has_upstream[i] && !vif;

			if (maybe(maker, 70))
				put(maker, "set p%u %u query-interval %u\n", i, vif, interval);
			if (maker->tracks && !upstream && maybe(maker, 30))
				put(maker, "set p%u %u quick-leave tracked\n", i, vif);
			if (maker->tracks && !upstream && maybe(maker, 10))
				put(maker, "set p%u %u max-hosts %u\n", i, vif,
				    between(maker, 1, 3));
			if (timers)
				put(maker, "set p%u %u rfc3376-timers on\n", i, vif);
			while (maybe(maker, 45)) {
				put(maker, "set p%u %u ", i, vif);
				make_setting(maker, upstream, maker->router_link[i][vif]);
			}
		}
		if (maybe(maker, 8))
			put(maker, "set p%u max-routes %u\n", i, between(maker, 1, 6));
		if (maybe(maker, 20))
			put(maker, "set p%u reverse-path none\n", i);
		if (maybe(maker, 10))
			put(maker, "set p%u ssdp-upstream yes\n", i);
	}
}

/* ---- what happens ---- */

static void at(struct maker *maker, unsigned time)
{
	put(maker, "at %u.%03u ", time / 1000, time % 1000);
}

static char some_group(struct maker *maker)
{
	static const char *const often = "AAABBCSTT", *const all = "ABCDEFSTUVKL";

	return maybe(maker, 70) ? often[pick(maker, 9)] : all[pick(maker, 12)];
}

static void put_set(struct maker *maker, unsigned most)
{
	static const char *const names = "abcdef123";
	unsigned count = pick(maker, most + 1);

	put(maker, "{");
	while (count--)
		put(maker, "%c%s", names[pick(maker, maybe(maker, 60) ? 3 : 9)], count ? " " : "");
	put(maker, "}\n");
}

static void make_filter(struct maker *maker, unsigned time, unsigned station, unsigned application)
{
	char group = some_group(maker);
	bool ssm = strchr("STUV", group);

	at(maker, time);
	put(maker, "h%u %u %c ", station, application, group);
	if (maybe(maker, 30))
		put(maker, "INCLUDE {}\n");
	else if (maybe(maker, ssm ? 5 : 60))
		put(maker, "EXCLUDE "), put_set(maker, maybe(maker, 50) ? 0 : 3);
	else
		put(maker, "INCLUDE "), put_set(maker, 3);
}

/* Leaves one, joins another. */
static void make_zap(struct maker *maker, unsigned time, unsigned station)
{
	char from = some_group(maker), to = some_group(maker);

	at(maker, time);
	put(maker, "h%u 0 %c INCLUDE {}\n", station, from);
	at(maker, time);
	put(maker, "h%u 0 %c %s\n", station, to, strchr("STUV", to) ? "INCLUDE {a}" : "EXCLUDE {}");
}

static void make_station_event(struct maker *maker, unsigned time)
{
	unsigned station = pick(maker, maker->stations), what = pick(maker, 100);

	if (what < 70) {
		make_filter(maker, time, station, maybe(maker, 70) ? 0 : pick(maker, APPLICATIONS));
		return;
	}
	if (what < 85) {
		make_zap(maker, time, station);
		return;
	}
	at(maker, time);
	put(maker, "h%u %s\n", station, what < 89 ? "crash" : what < 95 ? "boot" : "leave");
}

static void make_router_event(struct maker *maker, unsigned time)
{
	unsigned index = pick(maker, maker->routers), what = pick(maker, 100);
	unsigned vif = pick(maker, maker->vifs[index]), link = maker->router_link[index][vif];

	at(maker, time);
	put(maker, "p%u ", index);
	if (what < 25)
		put(maker, "down %u\n", vif);
	else if (what < 30)
		put(maker, "gone %u\n", vif);
	else if (what < 60)
		put(maker, "up %u\n", vif);
	else if (what < 70)
		put(maker, "address %u %u\n", vif, router_host(maker, link));
	else if (what < 73)
		put(maker, "address %u none\n", vif);
	else if (what < 80)
		put(maker, "jump %u.%03u\n", pick(maker, maybe(maker, 50) ? 5 : 500),
		    pick(maker, 1000));
	else if (what < 86)
		put(maker, "restart\n");
	else if (what < 89)
		put(maker, "stop\n");
	else if (what < 93)
		put(maker, "start\n");
	else {
		put(maker, "set %u ", vif);
		make_setting(maker, maker->has_upstream[index] && !vif, link);
		at(maker, time);
		put(maker, "p%u restart\n", index);
	}
}

static void make_asker_event(struct maker *maker, unsigned time)
{
	unsigned what = pick(maker, 100);

	if (maker->askers && maybe(maker, 50)) {
		at(maker, time);
		put(maker, "q %s\n", what < 50 ? "on" : "off");
	} else if (maker->root) {
		at(maker, time);
		if (what < 30)
			put(maker, "u version %u\n", old_or_new(maker, 50));
		else
			put(maker, "u %s\n", what < 70 ? "on" : "off");
	}
}

static void make_probe(struct maker *maker, unsigned time)
{
	static const char *const often = "abc1", *const all = "abcdef12345z";

	at(maker, time);
	put(maker, "probe %c %c\n", maybe(maker, 60) ? often[pick(maker, 4)] : all[pick(maker, 12)],
	    some_group(maker));
}

static void make_upcall(struct maker *maker)
{
	static const char *const names = "abc123";
	unsigned index = pick(maker, maker->routers);

	put(maker, "p%u upcall %u %c %c\n", index, pick(maker, maker->vifs[index]),
	    names[pick(maker, 6)], some_group(maker));
}

struct odds {
	unsigned gap, router, asker, spoil, noise;
};

static void make_event(struct maker *maker, unsigned time, const struct odds *odds)
{
	unsigned what = pick(maker, 1000);

	if (maybe(maker, odds->noise)) {
		at(maker, time);
		if (maybe(maker, 5))
			make_upcall(maker);
		else
			put(maker, "noise %u %u\n", pick(maker, maker->links),
			    pick(maker, 1000000));
	} else if (what < odds->router) {
		make_router_event(maker, time);
	} else if (what < odds->router + odds->asker) {
		make_asker_event(maker, time);
	} else if (what < odds->router + odds->asker + odds->spoil) {
		at(maker, time);
		put(maker, "spoil %u %u\n", pick(maker, maker->links), pick(maker, 100000));
	} else if (what < 550) {
		make_probe(maker, time);
	} else {
		make_station_event(maker, time);
	}
}

static void make_events(struct maker *maker)
{
	const struct odds odds = {.gap = between(maker, 500, maybe(maker, 50) ? 4000 : 12000),
				  .router = maybe(maker, 40) ? 0 : between(maker, 1, 60),
				  .asker = maybe(maker, 50) ? 0 : between(maker, 1, 40),
				  .spoil = between(maker, 0, 40),
				  .noise = maybe(maker, 80) ? 0 : between(maker, 1, 60)};
	unsigned time = 0;

	if (maker->root && maybe(maker, 90))
		put(maker, "at 0 u on\n");
	while ((time += 1 + pick(maker, maybe(maker, 30) ? 1500 : 2 * odds.gap)) < HOUR)
		make_event(maker, time, &odds);
	for (unsigned i = 0; i < maker->stations; i++) {
		at(maker, HOUR + 10 * i);
		put(maker, "h%u leave\n", i);
	}
}

char *make_world(uint64_t seed)
{
	struct maker maker = {.seed = chance_mix(seed, 0x3a4e)};

	maker.mld = maybe(&maker, 45);
	maker.tracks = maybe(&maker, 60);
	put(&maker, "world %s seed=%llu end=%u\n", maker.mld ? "mld" : "igmp",
	    (unsigned long long)seed, (HOUR + TAIL) / 1000);
	make_links(&maker);
	make_routers(&maker);
	make_askers(&maker);
	make_stations(&maker);
	make_settings(&maker);
	make_events(&maker);
	return maker.text;
}
