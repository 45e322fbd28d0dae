/* SPDX-License-Identifier: MIT */
/*
 * Says what on this system would keep mcproxy from working, and what to do about it, a finding a
 * line. Owns: what counts as a warning or a failure of the configuration and the interfaces, and
 * the remedies; of the kernel, core/kernel/check.c. Leaves out: what packet filters do with what is
 * forwarded.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/applet.h"
#include "core/base/error.h"
#include "core/kernel/check.h"
#include "core/config/conf_make.h"
#include "core/config/script.h"
#include "core/control/control_ask.h"
#include "core/kernel/iface.h"
#include "core/kernel/probe.h"
#include "core/base/format.h"
#include "core/base/option.h"
#include "core/base/output.h"
#include "core/base/text.h"

#define NAME "mcproxy-check"
#define SYNOPSIS "Usage: " NAME " [-t] [-f FILE]\n"

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

/* ---- configuration ---- */

static void ignore_names(void *ctx)
{
	(void)ctx;
}

/* With the interfaces that its patterns mean now. 0, or -1 with ERROR; the script is to be freed.
 */
static int read_configuration(struct conf *conf, struct script *script, struct ifaces *ifaces,
			      const char *file, char error[CONF_ERROR])
{
	const struct names *names = &ifaces->names;
	struct conf first;
	int result;

	if (!script_read(script, script_open(AT_FDCWD, file), file, error) ||
	    !script_scan(script, error) || conf_make(&first, script, NULL, 0, error))
		return -1;
	if (!ENABLE_RELOAD) {
		*conf = first;
		return 0;
	}
	iface_match(ifaces, (const char(*)[IF_NAMESIZE])first.pattern, first.pattern_count,
		    ignore_names, NULL);
	result = conf_make(conf, script, (const char(*)[IF_NAMESIZE])names->name, names->count,
			   error);
	iface_match(ifaces, NULL, 0, ignore_names, NULL);
	conf_free(&first);
	return result;
}

static void check_configuration(struct check *check, struct conf *conf, struct script *script,
				struct ifaces *ifaces, const char *file)
{
	char error[CONF_ERROR];

	if (read_configuration(conf, script, ifaces, file, error)) {
		check_tell(check, CHECK_FAIL, "configuration",
			   "%s; correct it as mcproxy.conf(5) says, or let this user read it",
			   error);
		return;
	}
	if (*script->warning)
		check_tell(check, CHECK_WARN, "configuration", "%s; remove it", script->warning);
	if (conf->disabled)
		check_tell(check, CHECK_WARN, "configuration",
			   "%s: mcproxy is disabled; remove \"disable;\"", file);
	if (ENABLE_MULTI_INSTANCE && conf_shared(conf, error))
		check_tell(check, CHECK_WARN, "configuration", "%s; make one of the two", error);
	check->tables = conf->instance_count;
	for (unsigned i = 0; i < conf->instance_count; i++) {
		const struct conf_instance *instance = &conf->instance[i];
		bool all = !instance->skipped_count;

		check_tell(check, all ? CHECK_OK : CHECK_WARN, "configuration",
			   "%s: instance %s, %u interfaces%s", file, instance->name,
			   instance->interface_count,
			   all ? "" : ", and more than there can be; make its patterns narrower");
		check->tables &= instance->table != 0;
	}
}

/* ---- interfaces ---- */

static void check_ipv4_address(struct check *check, const struct conf_interface *conf,
			       const struct iface *iface)
{
	if (!addr_is_any(&iface->ipv4))
		return;
	if (!conf->upstream)
		check_tell(check, CHECK_WARN, iface->name,
			   "has no IPv4 address: IGMP cannot be spoken; give it an address");
	else if (!conf->proxy[PROTOCOL_IGMP].report_source_set)
		check_tell(check, CHECK_WARN, iface->name,
			   "has no IPv4 address: IGMP reports would be from 0.0.0.0; give it an "
			   "address, or set report-source 0.0.0.0 if that is wanted");
}

static void check_ipv6_address(struct check *check, const struct iface *iface)
{
	static const char finding[] = "has no usable IPv6 link-local address: MLD cannot be spoken";

	if (!addr_is_any(&iface->link_local))
		return;
	if (probe_sysctl(PROTOCOL_MLD, iface->name, "disable_ipv6") > 0)
		check_tell(check, CHECK_WARN, iface->name,
			   "%s; sysctl -w net/ipv6/conf/%s/disable_ipv6=0", finding, iface->name);
	else
		check_tell(
			check, CHECK_WARN, iface->name,
			"%s; see whether another host has it (ip address show), or wait a second",
			finding);
}

/* Sources upstream are seldom where the unicast routes expect them; hosts downstream are. */
static void check_rp_filter(struct check *check, const struct iface *iface)
{
	int value = probe_rp_filter(iface->name);

	if (value > 0)
		check_tell(check, CHECK_WARN, iface->name,
			   "rp_filter is %d: streams %s are dropped; sysctl -w "
			   "net/ipv4/conf/all/rp_filter=0 net/ipv4/conf/%s/rp_filter=0",
			   value,
			   value == 1 ? "whose source is not routed through it"
				      : "from sources without a route",
			   iface->name);
}

static void tell_trouble(struct check *check, enum check_level level, enum probe_trouble trouble,
			 enum protocol protocol, const struct iface *iface)
{
	char text[PROBE_TEXT];

	probe_explain(trouble, protocol, iface->name, text);
	check_tell(check, level, iface->name, "%s", text + strlen(iface->name) + strlen(": "));
}

static void check_traffic(struct check *check, enum protocol protocol, const struct iface *iface)
{
	enum probe_trouble trouble = probe_traffic(protocol, iface->index);

	if (trouble)
		tell_trouble(check, CHECK_WARN, trouble, protocol, iface);
}

static void check_link(struct check *check, const struct iface *iface)
{
	if (!iface->up)
		check_tell(check, CHECK_WARN, iface->name,
			   "is down, or has no carrier; ip link set dev %s up, or plug it in",
			   iface->name);
	if (!iface->multicast)
		check_tell(check, CHECK_WARN, iface->name,
			   "has no MULTICAST flag; ip link set dev %s multicast on", iface->name);
}

static void check_interface(struct check *check, const bool protocol[PROTOCOLS],
			    const struct conf_interface *conf, const struct iface *iface)
{
	const char *role = conf->upstream ? "upstream" : "downstream";
	unsigned count = check->count;

	if (!iface->index) {
		check_tell(check, CHECK_WARN, iface->name,
			   "does not exist (%s); check the name (a pattern has no quotes): it is "
			   "used as soon as it appears",
			   role);
		return;
	}
	if (iface->port) {
		tell_trouble(check, CHECK_FAIL, PROBE_PORT, PROTOCOL_IGMP, iface);
		return;
	}
	check_link(check, iface);
	if (protocol[PROTOCOL_IGMP])
		check_ipv4_address(check, conf, iface);
	if (protocol[PROTOCOL_IGMP] && conf->upstream)
		check_rp_filter(check, iface);
	if (protocol[PROTOCOL_MLD] && iface->up)
		check_ipv6_address(check, iface);
	for (int i = 0; ENABLE_TROUBLE && i < PROTOCOLS; i++) {
		if (protocol[i] && !conf->upstream && iface->asks[i] &&
		    iface->asks[i] < (i == PROTOCOL_IGMP ? 3 : 2))
			tell_trouble(check, CHECK_WARN, PROBE_QUERIER, (enum protocol)i, iface);
		if (protocol[i] && iface->up)
			check_traffic(check, (enum protocol)i, iface);
	}
	if (protocol[PROTOCOL_MLD] && iface->index > UINT16_MAX)
		check_tell(check, CHECK_FAIL, iface->name,
			   "has the index %u: IPv6 multicast routing goes up to 65535; make it "
			   "anew, or start the system again",
			   iface->index);
	if (check->count == count)
		check_tell(check, CHECK_OK, iface->name, "%s, up, %p %p, rp_filter %d", role,
			   &iface->ipv4, &iface->link_local, probe_rp_filter(iface->name));
}

static void ignore(void *ctx, struct iface *iface)
{
	(void)ctx;
	(void)iface;
}

/* An interface on both sides is looked at as what it is first, an upstream. */
static bool is_repeated(const struct conf_instance *instance, unsigned i)
{
	for (unsigned n = 0; n < i; n++)
		if (!strcmp(instance->interface[n].name, instance->interface[i].name))
			return true;
	return false;
}

static void check_interfaces(struct check *check, struct ifaces *ifaces,
			     const struct conf_instance *instance)
{
	for (unsigned i = 0; i < instance->interface_count; i++) {
		struct iface iface = {.changed = ignore};
		int error;

		if (is_repeated(instance, i))
			continue;
		memcpy(iface.name, instance->interface[i].name, sizeof(iface.name));
		error = iface_watch(ifaces, &iface);
		if (error)
			check_tell(check, CHECK_FAIL, iface.name, "cannot be asked for: %s",
				   error_text(error));
		else
			check_interface(check, instance->protocol, &instance->interface[i], &iface);
		iface_unwatch(ifaces, &iface);
	}
}

/* ---- the daemon ---- */

/* The answer to "is it healthy?": yes or no, and behind a tab what to look at. */
static void take_health(void *ctx, char *line)
{
	const char *finding = strchr(line, '\t');

	if (finding)
		check_tell(ctx, CHECK_WARN, "mcproxy", "%s", finding + 1);
}

/* If it runs, and listens where this file says. */
static void check_daemon(struct check *check, const char *path)
{
	char error[CONTROL_ERROR];

	control_ask(path, "healthy", false, take_health, check, error);
}

static void check_forward_chain(struct check *check)
{
	char chain[PROBE_TEXT];
	unsigned rules;

	if (!probe_forward_chain(chain, &rules))
		return;
	check_tell(check, rules ? CHECK_OK : CHECK_WARN, "packet filter",
		   "chain %s drops what is forwarded unless one of its %u rules accepts it; nft: "
		   "fib daddr type multicast accept",
		   chain, rules);
}

/* RFC 3927 section 7, RFC 4291 section 2.5.6. */
static void check_link_local(struct check *check, const struct conf *conf)
{
	for (unsigned i = 0; i < conf->instance_count; i++) {
		if (conf->instance[i].proxy[0].routes == ROUTES_PER_SOURCE)
			continue;
		check_tell(
			check, CHECK_OK, "link-local sources",
			"routes for any source forward theirs, too; nft: ip saddr 169.254.0.0/16 "
			"drop, ip6 saddr fe80::/10 drop");
		return;
	}
}

static int check_all(struct check *check, const char *file)
{
	bool protocol[PROTOCOLS] = {ENABLE_IGMP, ENABLE_MLD};
	struct ifaces ifaces = {.events.fd = -1, .request.fd = -1};
	struct conf conf = {.instance_count = 0};
	struct script script = {.name = file};
	struct loop loop;
	int error = loop_open(&loop);

	if (!error)
		error = iface_open(&ifaces, &loop);
	if (error)
		check_tell(check, CHECK_FAIL, "interfaces", "cannot be asked for: %s",
			   error_text(error));
	check_configuration(check, &conf, &script, &ifaces, file);
	/* Every instance runs the same. */
	if (conf.instance_count)
		memcpy(protocol, conf.instance->protocol, sizeof(protocol));
	for (int i = 0; i < PROTOCOLS; i++)
		if (protocol[i])
			check_kernel(check, (enum protocol)i);
	check_privileges(check);
	if (ENABLE_TROUBLE)
		check_forward_chain(check);
	check_link_local(check, &conf);
	for (unsigned i = 0; !error && i < conf.instance_count; i++)
		check_interfaces(check, &ifaces, &conf.instance[i]);
	if (ENABLE_CONTROL && conf.instance_count)
		check_daemon(check, conf.control);
	conf_free(&conf);
	script_free(&script);
	iface_close(&ifaces);
	loop_close(&loop);
	return (int)check->worst;
}

int mcproxy_check_main(int argc, char **argv)
{
	struct check check = {0};
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
	return check_all(&check, file);
}
