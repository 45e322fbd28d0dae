/* SPDX-License-Identifier: MIT */
/* Sets the rig up, and the steps that several measurements share. */
#include "rig.h"
#include "clock.h"
#include "series.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONFIGURATION "/run/bench.conf"

/* More than any measurement with rules uses; a multiple of the number of rules. */
enum { GROUPS_IN_RULES = 20000 };

#define START_LIMIT (5 * SECOND)
#define JOIN_LIMIT (1 * SECOND)
#define DELIVERY_LIMIT (200 * MILLISECOND)

static const char mcproxy_text[] = "protocol IGMPv3;\n"
				   "protocol MLDv2;\n"
				   "set control \"" CONTROL_SOCKET "\";\n"
				   "pinstance bench: up0 ==> dn1 dn2;\n"
				   "pinstance bench set forwarding wildcard;\n"
				   "pinstance bench downstream * set max-groups 0;\n";
static const char mcproxy_rare[] =
	"pinstance bench downstream * set query-interval 3600;\n"
	"pinstance bench downstream * set startup-query-interval 3600;\n";
static const char igmpproxy_text[] = "quickleave\n"
				     "phyint up0 upstream ratelimit 0 threshold 1\n"
				     "phyint dn1 downstream ratelimit 0 threshold 1\n"
				     "phyint dn2 downstream ratelimit 0 threshold 1\n"
				     "phyint lo disabled\n";

static bool open_network(struct rig *rig)
{
	int link, error;

	if (topology_open(&rig->topology))
		return false;
	rig->network = true;
	for (link = 0; link < LINKS; link++) {
		error = port_open(&rig->port[link], "peer", rig->topology.peer[link],
				  rig->topology.router);
		if (error) {
			fprintf(stderr, "bench: no packet socket: %s\n", strerror(-error));
			return false;
		}
		rig->ports++;
	}
	return true;
}

static void close_network(struct rig *rig)
{
	while (rig->ports) {
		struct port *port = &rig->port[--rig->ports];

		rig->lost += port_lost(port);
		port_close(port);
	}
	if (rig->network)
		topology_close(&rig->topology);
	rig->network = false;
}

static void write_range(FILE *file, struct addr address, char end)
{
	fprintf(file, "%s%c", addr_text(&address), end);
}

/* What is subscribed is one of so many groups; what is forwarded is none of so many pairs. */
static void write_rules(FILE *file, enum protocol protocol, uint32_t rules)
{
	uint32_t n;

	fputs("pinstance bench upstream up0 in whitelist table {", file);
	for (n = 0; n < rules; n++) {
		fputs("\n(", file);
		write_range(file, frame_group(protocol, n * (GROUPS_IN_RULES / rules)), ' ');
		fputs("- ", file);
		write_range(file, frame_group(protocol, (n + 1) * (GROUPS_IN_RULES / rules) - 1),
			    ' ');
		fputs("| *)", file);
	}
	fputs("};\npinstance bench downstream dn1 out blacklist table {", file);
	for (n = 0; n < rules; n++) {
		fputs("\n(", file);
		write_range(file, frame_group(protocol, GROUPS_IN_RULES / 2 + n), ' ');
		fputs("| ", file);
		write_range(file, frame_source(protocol, n), ')');
	}
	fputs("};\n", file);
}

static int configure(const struct subject *subject, const struct conditions *conditions)
{
	FILE *file = fopen(CONFIGURATION, "we");

	if (!file)
		return -errno;
	fputs(subject->product == MCPROXY ? mcproxy_text : igmpproxy_text, file);
	if (subject->product == MCPROXY && conditions->rare_queries)
		fputs(mcproxy_rare, file);
	if (subject->product == MCPROXY && conditions->rules)
		write_rules(file, subject->protocol, conditions->rules);
	return fclose(file) ? -errno : 0;
}

int rig_launch(struct rig *rig)
{
	static const char *const mcproxy[] = {"mcproxy", "-f", CONFIGURATION, NULL};
	static const char *const igmpproxy[] = {"igmpproxy", "-n", CONFIGURATION, NULL};

	return daemon_start(&rig->daemon, rig->subject->program,
			    rig->subject->product == MCPROXY ? mcproxy : igmpproxy);
}

static bool wait_for_query(struct rig *rig)
{
	const int64_t deadline = clock_now() + START_LIMIT;
	struct arrival seen;

	while (!clock_expired(deadline) && daemon_alive(&rig->daemon)) {
		while (port_receive(&rig->port[DN1], &seen))
			if (seen.kind == SIGHT_GENERAL_QUERY &&
			    seen.protocol == rig->subject->protocol)
				return true;
		clock_sleep(MILLISECOND);
	}
	return false;
}

bool rig_start(struct rig *rig, const struct subject *subject, const struct conditions *conditions)
{
	struct frame query;
	struct usage usage;

	rig->subject = subject;
	rig->random = 20250101;
	if (!open_network(rig))
		return false;
	if (conditions->raise_limit)
		topology_set("net/ipv4/igmp_max_memberships", "100000");
	if (configure(subject, conditions) || rig_launch(rig) || !wait_for_query(rig)) {
		if (!clock_interrupted())
			fprintf(stderr, "bench: %s does not query its hosts\n", subject->name);
		return false;
	}
	frame_query(&query, subject->protocol);
	port_send(&rig->port[UP0], &query);
	rig_settle(rig, 300 * MILLISECOND, START_LIMIT);
	if (!daemon_alive(&rig->daemon))
		return false;
	if (daemon_usage(&rig->daemon, &usage))
		return true;
	fprintf(stderr, "bench: this kernel does not tell what a process uses (schedstat, "
			"smaps_rollup)\n");
	return false;
}

void rig_stop(struct rig *rig)
{
	daemon_stop(&rig->daemon);
	close_network(rig);
}

void rig_flush(struct rig *rig)
{
	int link;

	for (link = 0; link < LINKS; link++)
		port_flush(&rig->port[link]);
}

bool rig_quiet(struct rig *rig, struct quiet *quiet, int64_t nanoseconds)
{
	struct usage usage;

	clock_sleep(MILLISECOND);
	if (!daemon_usage(&rig->daemon, &usage))
		return true;
	if (!quiet->since || usage.cpu != quiet->cpu) {
		quiet->cpu = usage.cpu;
		quiet->since = clock_now();
	}
	return clock_now() - quiet->since >= nanoseconds;
}

void rig_settle(struct rig *rig, int64_t nanoseconds, int64_t limit)
{
	const int64_t deadline = clock_now() + limit;
	struct quiet quiet = {0};

	while (!rig_quiet(rig, &quiet, nanoseconds) && !clock_expired(deadline))
		rig_flush(rig);
	rig_flush(rig);
}

int64_t rig_join(struct rig *rig, uint32_t group)
{
	struct port *up = &rig->port[UP0];
	struct membership membership;
	struct arrival seen;
	struct frame report;
	int64_t start;

	frame_report(&report, rig->subject->protocol, TO_EX, group, 1);
	for (start = port_send(&rig->port[DN1], &report); !clock_expired(start + JOIN_LIMIT);
	     port_wait(up, start + JOIN_LIMIT))
		while (port_receive(up, &seen))
			while (frame_membership(&seen, &membership))
				if (membership.group == group && membership.member)
					return seen.time - start;
	return LOST;
}

int64_t rig_deliver(struct rig *rig, uint32_t source, uint32_t group, uint32_t id)
{
	struct port *down = &rig->port[DN1];
	struct arrival seen;
	struct frame data;
	int64_t start;

	frame_data(&data, rig->subject->protocol, source, group, id);
	for (start = port_send(&rig->port[UP0], &data); !clock_expired(start + DELIVERY_LIMIT);
	     port_wait(down, start + DELIVERY_LIMIT))
		while (port_receive(down, &seen))
			if (seen.kind == SIGHT_DATA && seen.id == id)
				return seen.time - start;
	return LOST;
}

long rig_kernel_routes(struct rig *rig, bool unresolved)
{
	const bool ipv4 = rig->subject->protocol == PROTOCOL_IGMP;
	FILE *file =
		fopen(ipv4 ? "/proc/self/net/ip_mr_cache" : "/proc/self/net/ip6_mr_cache", "re");
	char line[512];
	long count = 0;
	int interface;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		/* Group, origin, interface; the title line has no number there. An entry without
		 * an interface is unresolved; IPv6 prints that as 65535. */
		if (sscanf(line, "%*s %*s %d", &interface) != 1)
			continue;
		if (!unresolved || interface < 0 || interface == 65535)
			count++;
	}
	fclose(file);
	return count;
}
