/* SPDX-License-Identifier: MIT */
/*
 * Worlds in which a proxy has several upstreams, filters, peers, or an interface that is both; and
 * what is changed there while it runs. Roots are on the links 0, 6 and 7.
 */
#include <stdio.h>
#include <string.h>

#include "make.h"

enum { PEER_LINK = 3, OTHER_PEER_LINK = 5 };

static void place(struct maker *maker, unsigned router, enum side side, unsigned link)
{
	unsigned vif = 0;

	while (vif < maker->vifs[router] && maker->router_link[router][vif] != link)
		vif++;
	if (vif == maker->vifs[router]) {
		maker->vifs[router]++;
		maker->router_link[router][vif] = link;
		maker->host[router][vif] = make_host(maker, link);
	}
	maker->side[router][side][vif] = true;
	make_put(maker, " %u:%u", link, maker->host[router][vif]);
}

static void add_below(struct maker *maker, unsigned link)
{
	maker->below[maker->below_count++] = link;
}

/* ---- several upstreams ---- */

static void several_upstreams(struct maker *maker)
{
	static const unsigned roots[] = {0, 6, 7};
	unsigned count = maker->plain ? 1 : make_between(maker, 1, 3);
	unsigned down = make_between(maker, 1, 3), both = make_maybe(maker, 15);
	unsigned first = make_pick(maker, count);

	maker->links = down + 1;
	make_put(maker, "proxy p0");
	for (unsigned i = 0; i < count; i++)
		place(maker, 0, UP, roots[(first + i) % count]);
	if (both && !maker->plain)
		place(maker, 0, UP, down);
	make_put(maker, " ==>");
	for (unsigned link = 1; link <= down; link++) {
		add_below(maker, link);
		place(maker, 0, DOWN, link);
	}
	make_put(maker, "\n");
	maker->routers = 1;
	if (make_maybe(maker, 25)) {
		make_put(maker, "proxy p1");
		place(maker, 1, UP, 1);
		make_put(maker, " ==>");
		place(maker, 1, DOWN, 4);
		make_put(maker, "\n");
		add_below(maker, 4);
		maker->routers = 2;
	}
}

/* ---- peers ---- */

static void peering(struct maker *maker)
{
	static const unsigned root[] = {0, 6, 7}, own[] = {1, 2, 4};
	unsigned count = make_between(maker, 2, 3);
	bool line = make_maybe(maker, 50); /* the third peers with the second on another link */

	maker->links = 2;
	for (unsigned i = 0; i < count; i++) {
		make_put(maker, "proxy p%u", i);
		if (!make_maybe(maker, 15))
			place(maker, i, UP, root[i]);
		make_put(maker, " ==>");
		place(maker, i, DOWN, own[i]);
		add_below(maker, own[i]);
		make_put(maker, " peer");
		if (!line || i < 2)
			place(maker, i, UP, PEER_LINK);
		if (line && i > 0)
			place(maker, i, UP, OTHER_PEER_LINK);
		make_put(maker, "\n");
		maker->peer[i] = true;
		for (unsigned vif = 0; vif < maker->vifs[i]; vif++)
			if (maker->router_link[i][vif] == PEER_LINK ||
			    maker->router_link[i][vif] == OTHER_PEER_LINK)
				maker->side[i][DOWN][vif] = true;
	}
	maker->routers = count;
}

void policy_network(struct maker *maker)
{
	bool peers = make_maybe(maker, 35);

	maker->plain = !peers && make_maybe(maker, 25);
	for (unsigned link = 0; link < LINKS; link++)
		make_link(maker, link,
			  (link == 0 || link > OTHER_PEER_LINK) && make_maybe(maker, 50));
	if (peers)
		peering(maker);
	else
		several_upstreams(maker);
	for (unsigned i = 0; i < maker->routers; i++)
		maker->has_upstream[i] = true;
	make_put(maker, "root 0 abcdefz\nroot 6 %s\nroot 7 %s\n",
		 make_maybe(maker, 50) ? "abcdef" : "abc", make_maybe(maker, 50) ? "abd" : "ef");
}

void policy_askers(struct maker *maker)
{
	static const unsigned roots[] = {0, 6, 7};

	for (unsigned i = 0; i < 3; i++)
		make_put(maker, "asker %c %u:1 root version=%u robustness=%u query-interval=%u\n",
			 "uvw"[i], roots[i],
			 make_maybe(maker, 85) ? maker->mld ? 2 : 3 : make_between(maker, 1, 2),
			 make_between(maker, 1, 3), make_between(maker, 20, 125));
	maker->root = true;
}

/* ---- filters ---- */

static const char *range(struct maker *maker, const char *names, unsigned singles)
{
	static char text[4][16];
	static unsigned turn;
	char *buf = text[turn++ % 4], low, high;
	unsigned what = make_pick(maker, 100), count = (unsigned)strlen(names);
	unsigned first = make_pick(maker, count), second = make_pick(maker, count);

	low = names[first < second ? first : second];
	high = names[first < second ? second : first];
	if (what < singles)
		snprintf(buf, sizeof(text[0]), "%c", low);
	else if (what < singles + 25)
		snprintf(buf, sizeof(text[0]), "*");
	else if (what < singles + 32)
		snprintf(buf, sizeof(text[0]), "%c-%c", low, high);
	else if (what < singles + 36)
		snprintf(buf, sizeof(text[0]), "%c/%u", low, make_between(maker, 1, 3));
	else if (what < singles + 38)
		snprintf(buf, sizeof(text[0]), "*-%c", high);
	else
		snprintf(buf, sizeof(text[0]), "%c-*", low);
	return buf;
}

static void put_rules(struct maker *maker, unsigned router)
{
	unsigned count = make_between(maker, 1, 4), singles = make_maybe(maker, 70) ? 60 : 20;

	make_put(maker, make_maybe(maker, 50) ? "white" : "black");
	if (make_maybe(maker, 8)) {
		make_put(maker, " (*|*)\n");
		return;
	}
	while (count--) {
		const char *group = range(maker, "AABBC", 60);
		const char *source = maker->plain ? "*" : range(maker, "aabbcde12", singles);

		/* What passes all or nothing stands alone. */
		if (!strcmp(group, "*") && !strcmp(source, "*"))
			group = "A";
		make_put(maker, " ");
		if (!maker->plain && make_maybe(maker, 12))
			make_put(maker, "%u", make_pick(maker, maker->vifs[router]));
		make_put(maker, "(%s|%s)", group, source);
	}
	make_put(maker, "\n");
}

/* Behind "filter ROUTER" or "ROUTER filter". */
static void put_filter(struct maker *maker, unsigned router)
{
	unsigned vif = make_pick(maker, maker->vifs[router]);
	bool up = maker->side[router][UP][vif] &&
		  (!maker->side[router][DOWN][vif] || make_maybe(maker, 50));
	bool in = make_maybe(maker, 50);

	if (maker->plain)
		in = up;
	make_put(maker, " %u %s %s ", vif, up ? "up" : "down", in ? "in" : "out");
	if (make_maybe(maker, 10))
		make_put(maker, "none\n");
	else
		put_rules(maker, router);
}

/* ---- settings ---- */

static void put_instance(struct maker *maker, unsigned router)
{
	unsigned what = make_pick(maker, 100);

	if (what < 40)
		make_put(maker, "mutex %u.%u\n", make_pick(maker, 3), make_between(maker, 1, 9));
	else if (what < 50)
		make_put(maker, "mutex %s\n", maker->peer[router] ? "0.05" : "0");
	else if (what < 75)
		make_put(maker, "matching %s\n", make_maybe(maker, 70) ? "first" : "all");
	else if (what < 90)
		make_put(maker, "forwarding %s\n", make_maybe(maker, 60) ? "per-source" : "auto");
	else
		make_put(maker, "max-routes %u\n",
			 make_maybe(maker, 50) ? make_between(maker, 2, 8) : 0);
}

void policy_settings(struct maker *maker)
{
	for (unsigned i = 0; i < maker->routers; i++) {
		if (maker->peer[i] && make_maybe(maker, 70))
			make_put(maker, "set p%u mutex %u.%u\n", i, make_pick(maker, 2),
				 make_between(maker, 1, 9));
		while (!maker->plain && make_maybe(maker, 35)) {
			make_put(maker, "set p%u ", i);
			put_instance(maker, i);
		}
		while (make_maybe(maker, maker->peer[i] ? 15 : 70)) {
			make_put(maker, "filter p%u", i);
			put_filter(maker, i);
		}
	}
}

/* ---- data ---- */

void policy_streams(struct maker *maker)
{
	static const unsigned gaps[] = {5, 20, 100, 300, 1000, 5000};
	unsigned count = make_between(maker, 2, 10);

	while (count--) {
		unsigned gap = gaps[make_pick(maker, 6)], from = make_pick(maker, HOUR);
		unsigned end = from + gap * make_between(maker, 10, 600);

		if (end > HOUR)
			end = HOUR;
		make_put(maker, "stream %c %c from %u.%03u to %u.%03u every %u.%03u\n",
			 "aaabcd12"[make_pick(maker, 8)], "AAABBCS"[make_pick(maker, 7)],
			 from / 1000, from % 1000, end / 1000, end % 1000, gap / 1000, gap % 1000);
	}
}

/* ---- what is changed while it runs ---- */

static void put_role(struct maker *maker, unsigned router)
{
	static const char *const roles[] = {"up", "down", "none", "up down"};

	make_put(maker, "role %u %s\n", make_pick(maker, maker->vifs[router]),
		 roles[make_pick(maker, 4)]);
}

void policy_event(struct maker *maker, unsigned time)
{
	unsigned router = make_pick(maker, maker->routers), what = make_pick(maker, 100), vif;

	make_at(maker, time);
	make_put(maker, "p%u ", router);
	if (what < 45) {
		make_put(maker, "filter");
		put_filter(maker, router);
	} else if (what < 60) {
		make_put(maker, "set ");
		put_instance(maker, router);
	} else if (what < 80 && !maker->peer[router]) {
		put_role(maker, router);
	} else {
		vif = make_pick(maker, maker->vifs[router]);
		make_put(maker, "set %u ", vif);
		make_setting(maker, maker->side[router][UP][vif]);
	}
	make_at(maker, time);
	make_put(maker, "p%u reload\n", router);
}
