/* SPDX-License-Identifier: MIT */
/* Invents a world from a seed: links, who is on them, how they are set, and an hour of events. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "make.h"

enum { SEVERAL = 35 }; /* of 100 worlds */

void make_put(struct maker *maker, const char *format, ...)
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

unsigned make_pick(struct maker *maker, unsigned below)
{
	return (unsigned)chance_below(chance_mix(maker->seed, maker->draws++), below);
}

bool make_maybe(struct maker *maker, unsigned percent)
{
	return make_pick(maker, 100) < percent;
}

unsigned make_between(struct maker *maker, unsigned low, unsigned high)
{
	return low + make_pick(maker, high - low + 1);
}

/* An address of its own on the link. */
static unsigned host_in(struct maker *maker, unsigned link, unsigned low, unsigned high)
{
	for (;;) {
		unsigned host = make_between(maker, low, high);

		if (maker->taken[link][host / 64] >> host % 64 & 1)
			continue;
		maker->taken[link][host / 64] |= (uint64_t)1 << host % 64;
		return host;
	}
}

unsigned make_host(struct maker *maker, unsigned link)
{
	return make_maybe(maker, 50) ? host_in(maker, link, 2, 19) : host_in(maker, link, 200, 250);
}

/* ---- what there is ---- */

void make_link(struct maker *maker, unsigned link, bool pulls)
{
	make_put(maker, "link %u delay=%u", link,
		 make_between(maker, 1, make_maybe(maker, 80) ? 20 : 200));
	if (make_maybe(maker, 40)) {
		make_put(maker, " jitter=%u", make_between(maker, 1, 200));
		if (make_maybe(maker, 70))
			make_put(maker, " loss=%u",
				 make_between(maker, 1, make_maybe(maker, 70) ? 50 : 300));
		if (make_maybe(maker, 50))
			make_put(maker, " duplicates=%u", make_between(maker, 1, 100));
	}
	make_put(maker, "%s%s\n", make_maybe(maker, 25) ? " switch" : "", pulls ? " pull" : "");
}

static void make_links(struct maker *maker)
{
	maker->links = make_between(maker, 2, DOWN_LINKS + 1);
	for (unsigned link = 0; link < maker->links + 1; link++)
		make_link(maker, link, false);
}

static void make_router(struct maker *maker, unsigned upstream, unsigned first, unsigned count)
{
	unsigned index = maker->routers++, vif = 0;

	make_put(maker, "proxy p%u", index);
	maker->has_upstream[index] = upstream < LINKS;
	if (upstream < LINKS) {
		maker->side[index][UP][vif] = true;
		maker->router_link[index][vif++] = upstream;
		make_put(maker, " %u:%u", upstream, make_host(maker, upstream));
	}
	make_put(maker, " ==>");
	for (unsigned link = first; link < first + count; link++) {
		maker->side[index][DOWN][vif] = true;
		maker->router_link[index][vif++] = link;
		make_put(maker, " %u:%u", link, make_host(maker, link));
	}
	make_put(maker, "\n");
	maker->vifs[index] = vif;
}

static void make_routers(struct maker *maker)
{
	unsigned down = maker->links - 1;
	bool root = !make_maybe(maker, 6);

	make_router(maker, root ? 0 : LINKS, 1, down);
	if (root && make_maybe(maker, 30))
		make_router(maker, 0, 1, make_between(maker, 1, down));
	if (root && maker->routers == 2 && make_maybe(maker, 30))
		make_router(maker, 0, 1, 1);
	if (make_maybe(maker, 20))
		make_router(maker, down, maker->links, 1);
}

static unsigned old_or_new(struct maker *maker, unsigned percent_old)
{
	unsigned newest = maker->mld ? 2 : 3;

	if (!make_maybe(maker, percent_old))
		return newest;
	return maker->mld || make_maybe(maker, 30) ? 1 : 2;
}

static void make_askers(struct maker *maker)
{
	if (maker->has_upstream[0] && make_maybe(maker, 90)) {
		make_put(maker, "asker u 0:1 root version=%u robustness=%u query-interval=%u\n",
			 old_or_new(maker, 25), make_between(maker, 1, 3),
			 make_between(maker, 20, 125));
		maker->root = true;
	}
	if (!make_maybe(maker, 20))
		return;
	make_put(maker, "asker q %u:%u version=%u query-interval=%u\n",
		 make_between(maker, 1, maker->links - 1), make_maybe(maker, 50) ? 1 : 251,
		 old_or_new(maker, 60), make_between(maker, 20, 125));
	maker->askers = 1;
}

static void make_stations(struct maker *maker)
{
	unsigned count = make_between(maker, 1, 10),
		 old = make_maybe(maker, 50) ? 0 : make_between(maker, 10, 60);

	for (unsigned i = 0; i < count; i++) {
		unsigned link = maker->several ? maker->below[make_pick(maker, maker->below_count)]
					       : make_between(maker, 1,
							      maker->links - (maker->routers < 2));

		maker->station_link[i] = link;
		make_put(maker, "station h%u %u:%u version=%u%s%s\n", i, link,
			 host_in(maker, link, 60, 190), old_or_new(maker, old),
			 make_maybe(maker, 8) ? " ra=no" : "", make_maybe(maker, 15) ? " odd" : "");
	}
	maker->stations = count;
}

/* One of several words, or of two numbers. */
static void put_choice(struct maker *maker, unsigned which)
{
	static const char *const names = "ABCDEFSTUV";
	char name;

	if (which == 3) {
		make_put(maker, "version %u\n", old_or_new(maker, 70));
	} else if (which == 11) {
		make_put(maker, "querier %s\n", make_maybe(maker, 50) ? "always" : "never");
	} else if (which < 20) {
		make_put(maker, "quick-leave %s\n",
			 maker->tracks && make_maybe(maker, 70) ? "tracked" : "on");
	} else {
		name = names[make_pick(maker, 10)];
		make_put(maker, "static-join %c %s\n", name,
			 strchr("STUV", name) || make_maybe(maker, 50) ? "a" : "*");
	}
}

void make_setting(struct maker *maker, bool upstream)
{
	/* A format, and between what its numbers are. */
	static const struct {
		const char *format;
		unsigned low, high, low_tenths, high_tenths;
	} settings[] = {
		[0] = {"robustness %u\n", 1, 3, 0, 0},
		[1] = {"query-interval %u\n", 20, 125, 0, 0},
		[2] = {"query-response-interval %u.%u\n", 1, 12, 0, 9},
		[4] = {"unsolicited-report-interval %u.%u\n", 0, 0, 1, 9},
		[5] = {"rfc3376-timers on\n", 0, 0, 0, 0},
		[6] = {"last-member-query-interval %u.%u\n", 0, 2, 2, 9},
		[7] = {"last-member-query-interval %u.%u\n", 0, 2, 2, 9},
		[8] = {"last-member-query-count %u\n", 1, 3, 0, 0},
		[9] = {"startup-query-count %u\n", 1, 4, 0, 0},
		[10] = {"startup-query-interval %u\n", 1, 30, 0, 0},
		[15] = {"router-alert strict\n", 0, 0, 0, 0},
		[16] = {"max-groups %u\n", 2, 6, 0, 0},
		[17] = {"max-sources %u\n", 1, 4, 0, 0},
		[18] = {"max-total-sources %u\n", 2, 8, 0, 0},
		[19] = {"max-hosts %u\n", 1, 3, 0, 0},
		[22] = {"accept-from 64/%u\n", 5, 6, 0, 0},
		[23] = {"max-reports %u\n", 0, 2, 0, 0},
		[24] = {"reserve %u\n", 0, 100, 0, 0},
		[25] = {"robustness 2\n", 0, 0, 0, 0},
		[26] = {"outage-hold %u\n", 0, 300, 0, 0},
		[27] = {"report-interval %u\n", 20, 300, 0, 0},
	};
	unsigned which = make_pick(maker, upstream ? 9 : 27), number = 0, tenths = 0;

	if (upstream && (which == 6 || which == 7))
		which = 27;
	if (!settings[which].format) {
		put_choice(maker, which);
		return;
	}
	if (settings[which].high_tenths)
		tenths = make_between(maker, settings[which].low_tenths,
				      settings[which].high_tenths);
	/* Who gets the last room is nobody's business. */
	if (settings[which].high && !((which == 17 || which == 18) && maker->tracks))
		number = make_between(maker, settings[which].low, settings[which].high);
	make_put(maker, settings[which].format, number, tenths);
}

/* A table of one place, or of more than there are hosts: see tests/model/reporter.c. */
static void make_reporters(struct maker *maker, unsigned router, unsigned vif)
{
	make_put(maker, "set p%u %u max-reporters %u\n", router, vif,
		 make_maybe(maker, 50) ? 1 : 1000);
	if (make_maybe(maker, 80))
		make_put(maker, "set p%u %u reserve %u\n", router, vif,
			 make_between(maker, 20, 60));
	if (make_maybe(maker, 70))
		make_put(maker, "set p%u %u max-groups %u\n", router, vif,
			 make_between(maker, 3, 6));
	else if (!maker->tracks)
		make_put(maker, "set p%u %u max-total-sources %u\n", router, vif,
			 make_between(maker, 3, 8));
	if (make_maybe(maker, 20))
		make_put(maker, "set p%u %u max-reports 1\n", router, vif);
}

static void make_settings(struct maker *maker)
{
	for (unsigned i = 0; i < maker->routers; i++) {
		unsigned interval = make_between(maker, 20, 125);
		bool timers = make_maybe(maker, 15);

		for (unsigned vif = 0; vif < maker->vifs[i]; vif++) {
			bool upstream = maker->side[i][UP][vif];

			if (make_maybe(maker, 70))
				make_put(maker, "set p%u %u query-interval %u\n", i, vif, interval);
			if (!upstream && make_maybe(maker, 70))
				make_put(maker, "set p%u %u outage-hold %u\n", i, vif,
					 make_between(maker, 2, 300));
			if (maker->tracks && !upstream && make_maybe(maker, 30))
				make_put(maker, "set p%u %u quick-leave tracked\n", i, vif);
			if (maker->tracks && !upstream && make_maybe(maker, 10))
				make_put(maker, "set p%u %u max-hosts %u\n", i, vif,
					 make_between(maker, 1, 3));
			if (timers)
				make_put(maker, "set p%u %u rfc3376-timers on\n", i, vif);
			if (!upstream && make_maybe(maker, 25))
				make_reporters(maker, i, vif);
			while (make_maybe(maker, 45)) {
				make_put(maker, "set p%u %u ", i, vif);
				make_setting(maker, upstream);
			}
		}
		if (make_maybe(maker, 8))
			make_put(maker, "set p%u max-routes %u\n", i, make_between(maker, 1, 6));
		if (make_maybe(maker, 20))
			make_put(maker, "set p%u reverse-path none\n", i);
		if (make_maybe(maker, 10))
			make_put(maker, "set p%u ssdp-upstream yes\n", i);
	}
}

/* ---- what happens ---- */

void make_at(struct maker *maker, unsigned time)
{
	make_put(maker, "at %u.%03u ", time / 1000, time % 1000);
}

char make_group(struct maker *maker)
{
	static const char *const often = "AAABBCSTT", *const all = "ABCDEFSTUVKL";

	return make_maybe(maker, 70) ? often[make_pick(maker, 9)] : all[make_pick(maker, 12)];
}

static void put_set(struct maker *maker, unsigned most)
{
	static const char *const names = "abcdef123";
	unsigned count = make_pick(maker, most + 1);

	make_put(maker, "{");
	while (count--)
		make_put(maker, "%c%s", names[make_pick(maker, make_maybe(maker, 60) ? 3 : 9)],
			 count ? " " : "");
	make_put(maker, "}\n");
}

static void make_filter(struct maker *maker, unsigned time, unsigned station, unsigned application)
{
	char group = make_group(maker);
	bool ssm = strchr("STUV", group);

	make_at(maker, time);
	make_put(maker, "h%u %u %c ", station, application, group);
	if (make_maybe(maker, 30))
		make_put(maker, "INCLUDE {}\n");
	else if (make_maybe(maker, ssm ? 5 : 60))
		make_put(maker, "EXCLUDE "), put_set(maker, make_maybe(maker, 50) ? 0 : 3);
	else
		make_put(maker, "INCLUDE "), put_set(maker, 3);
}

/* Leaves one, joins another. */
static void make_zap(struct maker *maker, unsigned time, unsigned station)
{
	char from = make_group(maker), to = make_group(maker);

	make_at(maker, time);
	make_put(maker, "h%u 0 %c INCLUDE {}\n", station, from);
	make_at(maker, time);
	make_put(maker, "h%u 0 %c %s\n", station, to,
		 strchr("STUV", to) ? "INCLUDE {a}" : "EXCLUDE {}");
}

static void make_station_event(struct maker *maker, unsigned time)
{
	unsigned station = make_pick(maker, maker->stations), what = make_pick(maker, 100);

	if (what < 70) {
		make_filter(maker, time, station,
			    make_maybe(maker, 70) ? 0 : make_pick(maker, APPLICATIONS));
		return;
	}
	if (what < 85) {
		make_zap(maker, time, station);
		return;
	}
	make_at(maker, time);
	make_put(maker, "h%u %s\n", station, what < 89 ? "crash" : what < 95 ? "boot" : "leave");
}

static void make_router_event(struct maker *maker, unsigned time)
{
	unsigned index = make_pick(maker, maker->routers), what = make_pick(maker, 100);
	unsigned vif = make_pick(maker, maker->vifs[index]), link = maker->router_link[index][vif];

	make_at(maker, time);
	make_put(maker, "p%u ", index);
	if (what < 25)
		make_put(maker, "down %u\n", vif);
	else if (what < 30)
		make_put(maker, "gone %u\n", vif);
	else if (what < 35)
		make_put(maker, "move %u\n", vif);
	else if (what < 60)
		make_put(maker, "up %u\n", vif);
	else if (what < 70)
		make_put(maker, "address %u %u\n", vif, make_host(maker, link));
	else if (what < 73)
		make_put(maker, "address %u none\n", vif);
	else if (what < 80)
		make_put(maker, "jump %u.%03u\n", make_pick(maker, make_maybe(maker, 50) ? 5 : 500),
			 make_pick(maker, 1000));
	else if (what < 86)
		make_put(maker, "restart\n");
	else if (what < 89)
		make_put(maker, "stop\n");
	else if (what < 93)
		make_put(maker, "start\n");
	else {
		make_put(maker, "set %u ", vif);
		make_setting(maker, maker->side[index][UP][vif]);
		make_at(maker, time);
		make_put(maker, "p%u restart\n", index);
	}
}

static void make_asker_event(struct maker *maker, unsigned time)
{
	unsigned what = make_pick(maker, 100);

	if (maker->askers && make_maybe(maker, 50)) {
		make_at(maker, time);
		make_put(maker, "q %s\n", what < 50 ? "on" : "off");
	} else if (maker->root) {
		make_at(maker, time);
		if (what < 30)
			make_put(maker, "u version %u\n", old_or_new(maker, 50));
		else
			make_put(maker, "u %s\n", what < 70 ? "on" : "off");
	}
}

static void make_probe(struct maker *maker, unsigned time)
{
	static const char *const often = "abc1", *const all = "abcdef12345z";

	make_at(maker, time);
	make_put(maker, "probe %c %c\n",
		 make_maybe(maker, 60) ? often[make_pick(maker, 4)] : all[make_pick(maker, 12)],
		 make_group(maker));
}

static void make_upcall(struct maker *maker)
{
	static const char *const names = "abc123";
	unsigned index = make_pick(maker, maker->routers);

	make_put(maker, "p%u upcall %u %c %c\n", index, make_pick(maker, maker->vifs[index]),
		 names[make_pick(maker, 6)], make_group(maker));
}

struct odds {
	unsigned gap, router, asker, noise;
};

static void make_event(struct maker *maker, unsigned time, const struct odds *odds)
{
	unsigned what = make_pick(maker, 1000);

	if (maker->several && make_maybe(maker, 3)) {
		policy_event(maker, time);
	} else if (make_maybe(maker, odds->noise)) {
		make_at(maker, time);
		if (make_maybe(maker, 5))
			make_upcall(maker);
		else
			make_put(maker, "noise %u %u\n", make_pick(maker, maker->links),
				 make_pick(maker, 1000000));
	} else if (what < odds->router) {
		make_router_event(maker, time);
	} else if (what < odds->router + odds->asker) {
		make_asker_event(maker, time);
	} else if (what < 550) {
		make_probe(maker, time);
	} else {
		make_station_event(maker, time);
	}
}

/* In two fifths of the worlds, often or seldom, and sometimes again at once. */
static void make_kill(struct maker *maker, unsigned time)
{
	uint64_t key = chance_mix(chance_mix(maker->seed, 0xdead), time);
	unsigned often = (unsigned)chance_below(chance_mix(maker->seed, 0xdead), 5);

	if (!chance_is(key, often == 0 ? 30 : often == 1 ? 4 : 0))
		return;
	make_at(maker, time);
	make_put(maker, "p%u kill\n", (unsigned)chance_below(key + 1, maker->routers));
	if (chance_is(key + 2, 200)) {
		make_at(maker, time);
		make_put(maker, "p%u kill\n", (unsigned)chance_below(key + 3, maker->routers));
	}
}

static void make_events(struct maker *maker)
{
	const struct odds odds = {
		.gap = make_between(maker, 500, make_maybe(maker, 50) ? 4000 : 12000),
		.router = make_maybe(maker, 40) ? 0 : make_between(maker, 1, 60),
		.asker = make_maybe(maker, 50) ? 0 : make_between(maker, 1, 40),
		.noise = make_maybe(maker, 80) ? 0 : make_between(maker, 1, 60)};
	unsigned time = 0;

	if (maker->root && make_maybe(maker, 90))
		make_put(maker, "at 0 u on\n%s", maker->several ? "at 0 v on\nat 0 w on\n" : "");
	while ((time += 1 + make_pick(maker, make_maybe(maker, 30) ? 1500 : 2 * odds.gap)) < HOUR) {
		make_kill(maker, time);
		make_event(maker, time, &odds);
	}
	for (unsigned i = 0; i < maker->stations; i++) {
		make_at(maker, HOUR + 10 * i);
		make_put(maker, "h%u leave\n", i);
	}
}

char *make_world(uint64_t seed)
{
	struct maker maker = {.seed = chance_mix(seed, 0x3a4e)};

	maker.mld = make_maybe(&maker, 45);
	maker.tracks = make_maybe(&maker, 60);
	make_put(&maker, "world %s seed=%llu end=%u\n", maker.mld ? "mld" : "igmp",
		 (unsigned long long)seed, (HOUR + TAIL) / 1000);
	maker.several = chance_below(chance_mix(seed, 0x5e7e), 100) < SEVERAL;
	if (maker.several) {
		policy_network(&maker);
		policy_askers(&maker);
	} else {
		make_links(&maker);
		make_routers(&maker);
		make_askers(&maker);
	}
	make_stations(&maker);
	if (maker.several)
		policy_settings(&maker);
	make_settings(&maker);
	if (maker.several)
		policy_streams(&maker);
	make_events(&maker);
	return maker.text;
}
