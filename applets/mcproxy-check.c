/* SPDX-License-Identifier: MIT */
/*
 * Says what on this system would keep mcproxy from working, and what to do about it, a finding a
 * line. Owns: what counts as a warning or a failure, and the remedies. What is looked at is
 * core/probe.c's, core/iface.c's and core/conf.c's. Leaves out: packet filters, which only their
 * own tools can read.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "../core/applet.h"
#include "../core/conf.h"
#include "../core/iface.h"
#include "../core/probe.h"
#include "../core/format.h"
#include "../core/option.h"
#include "../core/output.h"
#include "../core/text.h"

#define NAME "mcproxy-check"
#define SYNOPSIS "Usage: " NAME " [-t] [-f FILE]\n"

enum { FINDING = 512 };

/* Each is also the exit status, if nothing worse is found. */
enum level { OK, WARN, FAIL };

struct check {
	bool tabs;
	enum level worst;
	unsigned count; /* of findings */
	bool unprivileged;
	struct conf conf;
	struct iface iface[PROXY_VIFS];
};

static const char family[PROTOCOLS][8] = {"IPv4", "IPv6"};

const char *mcproxy_check_usage(void)
{
	if (!ENABLE_HELP_TEXT)
		return SYNOPSIS;
	return SYNOPSIS
		"Says what would keep mcproxy from working, and the remedy. Changes nothing.\n\n"
		"  -f FILE  check this configuration and its interfaces (/etc/mcproxy.conf)\n"
		"  -t       tab-separated: ok|warn|fail, subject, finding, remedy\n"
		"  -h       this text\n\n"
		"Exit status: 0 all is well, 1 there were warnings, 2 there were failures.\n";
}

/* REMEDY "": there is none, or nothing to remedy. */
__attribute__((format(printf, 5, 6))) static void tell(struct check *check, enum level level,
						       const char *subject, const char *remedy,
						       const char *format, ...)
{
	static const char name[][8] = {"ok", "warn", "fail"};
	char finding[FINDING];
	va_list arguments;

	va_start(arguments, format);
	format_list(finding, sizeof(finding), format, arguments);
	va_end(arguments);
	/* A quotation from the configuration must not look like another line or column. */
	for (char *c = finding; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
	if (check->tabs)
		output("%s\t%s\t%s\t%s\n", name[level], subject, finding, remedy);
	else
		output("%-4s %s: %s%s%s\n", name[level], subject, finding, *remedy ? "; " : "",
		       remedy);
	check->count++;
	if (level > check->worst)
		check->worst = level;
}

/* ---- configuration ---- */

static void check_configuration(struct check *check, const char *file)
{
	char error[CONF_ERROR];

	if (conf_read(&check->conf, file, error))
		tell(check, FAIL, "configuration",
		     "correct it as mcproxy.conf(5) says, or let this user read it", "%s", error);
	else if (check->conf.disabled)
		tell(check, WARN, "configuration", "remove \"disable;\"", "%s: mcproxy is disabled",
		     file);
	else
		tell(check, OK, "configuration", "", "%s: instance %s, %u interfaces", file,
		     check->conf.instance->name, check->conf.instance->interface_count);
}

/* ---- the kernel ---- */

static void tell_missing(struct check *check, enum protocol protocol, const char *subject)
{
	static const char *const remedy[] = {
		"use a kernel with CONFIG_IP_MROUTE",
		"use a kernel with CONFIG_IPV6_MROUTE, or take MLD out "
		"of the configuration"};

	tell(check, FAIL, subject, remedy[protocol], "not in this kernel");
}

/* Somebody holds multicast routing, and nobody can say for sure who: whoever has a raw socket of
 * the protocol is suspect, but mcproxy has it for nothing else. */
static void tell_holders(struct check *check, enum protocol protocol, const char *subject)
{
	struct probe_holder holder[PROBE_HOLDERS];
	size_t count = probe_holders(protocol, holder, PROBE_HOLDERS);
	char text[PROBE_HOLDERS_TEXT];

	for (size_t i = 0; i < count && i < PROBE_HOLDERS; i++) {
		if (!strcmp(holder[i].name, "mcproxy")) {
			tell(check, OK, subject, "", "in use by mcproxy (pid %d)", holder[i].pid);
			return;
		}
	}
	probe_name_holders(holder, count, text, sizeof(text));
	if (count)
		tell(check, FAIL, subject, "stop that program", "in use by %s", text);
	else
		tell(check, FAIL, subject, "stop the other multicast router",
		     "in use by a process that cannot be seen from here (in another container?)");
}

/* Without privileges the table cannot be asked for, but files tell something. */
static void tell_unprivileged(struct check *check, enum protocol protocol, const char *subject)
{
	static const char *const file[] = {"/proc/net/ip_mr_vif", "/proc/net/ip6_mr_vif"};

	check->unprivileged = true;
	if (access(file[protocol], F_OK))
		tell_missing(check, protocol, subject);
	else
		tell(check, OK, subject, "", "in this kernel, %s",
		     probe_sysctl(protocol, "all", "mc_forwarding") > 0 ? "in use" : "not in use");
}

static void check_tables(struct check *check, enum protocol protocol)
{
	static const char *const subject[] = {"IPv4 routing tables", "IPv6 routing tables"};
	int error = probe_tables(protocol);

	if (!error)
		tell(check, OK, subject[protocol], "", "numbered ones can be used");
	else if (error == -ENOPROTOOPT)
		tell(check, OK, subject[protocol], "",
		     "the default one only (no CONFIG_%s_MROUTE_MULTIPLE_TABLES): enough for one "
		     "instance",
		     protocol == PROTOCOL_IGMP ? "IP" : "IPV6");
}

static void check_kernel(struct check *check, enum protocol protocol)
{
	static const char *const subjects[] = {"IPv4 multicast routing", "IPv6 multicast routing"};
	const char *subject = subjects[protocol];
	int error = probe_mroute(protocol);

	switch (error) {
	case 0:
		tell(check, OK, subject, "", "in this kernel, not in use");
		break;
	case -EADDRINUSE:
		tell_holders(check, protocol, subject);
		break;
	case -ENOPROTOOPT:
		tell_missing(check, protocol, subject);
		return;
	case -EPERM:
	case -EACCES:
		tell_unprivileged(check, protocol, subject);
		return;
	case -EAFNOSUPPORT:
		tell(check, FAIL, subject,
		     "enable it (boot parameter ipv6.disable, CONFIG_IPV6), or take MLD out of the "
		     "configuration",
		     "there is no %s", family[protocol]);
		return;
	default:
		tell(check, FAIL, subject, "", "cannot be asked for: %s", strerror(-error));
		return;
	}
	check_tables(check, protocol);
}

/* ---- interfaces ---- */

static void check_ipv4_address(struct check *check, const struct conf_interface *conf,
			       const struct iface *iface)
{
	if (!addr_is_any(&iface->ipv4))
		return;
	if (!conf->upstream)
		tell(check, WARN, iface->name, "give it an address",
		     "has no IPv4 address: IGMP cannot be spoken");
	else if (!conf->proxy[PROTOCOL_IGMP].report_source_set)
		tell(check, WARN, iface->name,
		     "give it an address, or set report-source 0.0.0.0 if that is wanted",
		     "has no IPv4 address: IGMP reports would be from 0.0.0.0");
}

static void check_ipv6_address(struct check *check, const struct iface *iface)
{
	char remedy[96] = "see whether another host has it (ip address show), or wait a second";

	if (!addr_is_any(&iface->link_local))
		return;
	if (probe_sysctl(PROTOCOL_MLD, iface->name, "disable_ipv6") > 0)
		format_text(remedy, sizeof(remedy), "sysctl -w net/ipv6/conf/%s/disable_ipv6=0",
			    iface->name);
	tell(check, WARN, iface->name, remedy,
	     "has no usable IPv6 link-local address: MLD cannot be spoken");
}

/* Sources upstream are seldom where the unicast routes expect them; hosts downstream are. */
static void check_rp_filter(struct check *check, const struct iface *iface)
{
	int value = probe_rp_filter(iface->name);
	char remedy[128];

	if (value <= 0)
		return;
	format_text(remedy, sizeof(remedy),
		    "sysctl -w net/ipv4/conf/all/rp_filter=0 net/ipv4/conf/%s/rp_filter=0",
		    iface->name);
	tell(check, WARN, iface->name, remedy,
	     value == 1
		     ? "rp_filter is 1: streams whose source is not routed through it are dropped"
		     : "rp_filter is %d: streams from sources without a route are dropped",
	     value);
}

static bool check_bridge(struct check *check, const struct iface *iface)
{
	char remedy[64], bridge[IF_NAMESIZE];

	if (!probe_bridge(iface->name, iface->index, bridge))
		return true;
	format_text(remedy, sizeof(remedy), "put %s into the configuration instead", bridge);
	tell(check, FAIL, iface->name, remedy,
	     "is a port of the bridge %s, which takes all its packets", bridge);
	return false;
}

static void check_link(struct check *check, const struct iface *iface)
{
	char remedy[64];

	if (!iface->up) {
		format_text(remedy, sizeof(remedy), "ip link set dev %s up, or plug it in",
			    iface->name);
		tell(check, WARN, iface->name, remedy, "is down, or has no carrier");
	}
	if (!iface->multicast) {
		format_text(remedy, sizeof(remedy), "ip link set dev %s multicast on", iface->name);
		tell(check, WARN, iface->name, remedy, "has no MULTICAST flag");
	}
}

static void check_interface(struct check *check, const struct conf_interface *conf,
			    const struct iface *iface)
{
	const bool *protocol = check->conf.instance->protocol;
	const char *role = conf->upstream ? "upstream" : "downstream";
	char ipv4[TEXT_ADDR], link_local[TEXT_ADDR];
	unsigned count = check->count;

	if (!iface->index) {
		tell(check, WARN, iface->name, "check the name; it is used as soon as it appears",
		     "does not exist (%s)", role);
		return;
	}
	if (!check_bridge(check, iface))
		return;
	check_link(check, iface);
	if (protocol[PROTOCOL_IGMP])
		check_ipv4_address(check, conf, iface);
	if (protocol[PROTOCOL_IGMP] && conf->upstream)
		check_rp_filter(check, iface);
	if (protocol[PROTOCOL_MLD] && iface->up)
		check_ipv6_address(check, iface);
	if (protocol[PROTOCOL_MLD] && iface->index > UINT16_MAX)
		tell(check, FAIL, iface->name, "make it anew, or start the system again",
		     "has the index %u: IPv6 multicast routing goes up to 65535", iface->index);
	if (check->count == count)
		tell(check, OK, iface->name, "", "%s, up, %s %s, rp_filter %d", role,
		     text_addr(&iface->ipv4, ipv4), text_addr(&iface->link_local, link_local),
		     probe_rp_filter(iface->name));
}

static void ignore(void *ctx, struct iface *iface)
{
	(void)ctx;
	(void)iface;
}

static void check_interfaces(struct check *check)
{
	const struct conf_instance *instance = check->conf.instance;
	struct iface_monitor monitor;
	struct loop loop;
	int error = loop_open(&loop);

	if (!error) {
		error = iface_open(&monitor, &loop);
		for (unsigned i = 0; !error && i < instance->interface_count; i++) {
			memcpy(check->iface[i].name, instance->interface[i].name, IF_NAMESIZE);
			check->iface[i].changed = ignore;
			error = iface_watch(&monitor, &check->iface[i]);
		}
	}
	if (error)
		tell(check, FAIL, "interfaces", "", "cannot be asked for: %s", strerror(-error));
	for (unsigned i = 0; !error && i < instance->interface_count; i++)
		check_interface(check, &instance->interface[i], &check->iface[i]);
}

static int run(struct check *check, const char *file)
{
	static const bool built_in[PROTOCOLS] = {ENABLE_IGMP, ENABLE_MLD};
	const bool *protocol = built_in;

	check_configuration(check, file);
	if (check->conf.instance_count)
		protocol = check->conf.instance->protocol;
	for (int i = 0; i < PROTOCOLS; i++)
		if (protocol[i])
			check_kernel(check, (enum protocol)i);
	if (check->unprivileged)
		tell(check, WARN, "privileges", "run " NAME " as root",
		     "not checked: whether multicast routing is free and who holds it, numbered "
		     "tables");
	if (check->conf.instance_count)
		check_interfaces(check);
	conf_free(&check->conf);
	return (int)check->worst;
}

int mcproxy_check_main(int argc, char **argv)
{
	static struct check check;
	const char *file = "/etc/mcproxy.conf";
	struct option_reader reader = {
		.name = NAME, .usage = mcproxy_check_usage(), .letters = "f:t", .words = argv + 1};
	int option;

	(void)argc;
	while ((option = option_next(&reader)) > 0) {
		if (option == 'f')
			file = reader.value;
		else
			check.tabs = true;
	}
	if (option < 0)
		return EXIT_MISUSE;
	return run(&check, file);
}
