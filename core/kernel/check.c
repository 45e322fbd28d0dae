/* SPDX-License-Identifier: MIT */
/* Findings about the kernel; see check.h. Owns: what counts as a warning or a failure, and the
 * remedies. What is looked at is probe.c's. */
#include "core/kernel/check.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/format.h"
#include "core/base/output.h"
#include "core/base/text.h"
#include "core/kernel/probe.h"

enum { FINDING = 512 };

void check_tell(struct check *check, enum check_level level, const char *subject,
		const char *format, ...)
{
	static const char name[][8] = {"ok", "warn", "fail"};
	char finding[FINDING], *end = NULL;
	va_list arguments;

	va_start(arguments, format);
	format_list(finding, sizeof(finding), format, arguments);
	va_end(arguments);
	for (char *c = finding; *c; c++) {
		/* A quotation from the configuration must not look like another line or column. */
		if ((unsigned char)*c < ' ')
			*c = '?';
		if (!end && c[0] == ';' && c[1] == ' ')
			end = c;
	}
	if (!check->tabs)
		output("%-4s %s: %s\n", name[level], subject, finding);
	else if (end)
		output("%s\t%s\t%.*s\t%s\n", name[level], subject, (int)(end - finding), finding,
		       end + 2);
	else
		output("%s\t%s\t%s\t\n", name[level], subject, finding);
	check->count++;
	if (level > check->worst)
		check->worst = level;
}

/* ---- the kernel ---- */

static void tell_missing(struct check *check, enum protocol protocol, const char *subject)
{
	check_tell(check, CHECK_FAIL, subject, "not in this kernel; use one with CONFIG_%s",
		   protocol == PROTOCOL_IGMP ? "IP_MROUTE"
					     : "IPV6_MROUTE, or take MLD out of the configuration");
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
			check_tell(check, CHECK_OK, subject, "in use by mcproxy (pid %d)",
				   holder[i].pid);
			return;
		}
	}
	probe_name_holders(holder, count, text, sizeof(text));
	if (check->tables)
		check_tell(check, CHECK_OK, subject,
			   "in use by %s, which leaves the numbered tables free",
			   count ? text : "another process");
	else if (count)
		check_tell(check, CHECK_FAIL, subject, "in use by %s; stop that program", text);
	else
		check_tell(check, CHECK_FAIL, subject,
			   "in use by a process that cannot be seen from here (in another "
			   "container?); stop the other multicast router");
}

/* Without privileges the table cannot be asked for, but files tell something. */
static void tell_unprivileged(struct check *check, enum protocol protocol, const char *subject)
{
	static const char file[][20] = {"/proc/net/ip_mr_vif", "/proc/net/ip6_mr_vif"};

	check->unprivileged = true;
	if (access(file[protocol], F_OK))
		tell_missing(check, protocol, subject);
	else
		check_tell(check, CHECK_OK, subject, "in this kernel, %s",
			   probe_sysctl(protocol, "all", "mc_forwarding") > 0 ? "in use"
									      : "not in use");
}

static void check_tables(struct check *check, enum protocol protocol)
{
	static const char subject[][20] = {"IPv4 routing tables", "IPv6 routing tables"};
	int error = probe_tables(protocol);

	if (!error)
		check_tell(check, CHECK_OK, subject[protocol], "numbered ones can be used");
	else if (error == -ENOPROTOOPT)
		check_tell(check, check->tables ? CHECK_FAIL : CHECK_OK, subject[protocol],
			   "the default one only (no CONFIG_%s_MROUTE_MULTIPLE_TABLES): enough for "
			   "one instance%s",
			   protocol == PROTOCOL_IGMP ? "IP" : "IPV6",
			   check->tables ? "; use a kernel with it, or no number" : "");
}

void check_kernel(struct check *check, enum protocol protocol)
{
	static const char subjects[][24] = {"IPv4 multicast routing", "IPv6 multicast routing"};
	const char *subject = subjects[protocol];
	int error = probe_mroute(protocol);

	switch (error) {
	case 0:
		check_tell(check, CHECK_OK, subject, "in this kernel, not in use");
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
		check_tell(
			check, CHECK_FAIL, subject,
			"there is no %s; enable it (boot parameter ipv6.disable, CONFIG_IPV6), or "
			"take MLD out of the configuration",
			text_family(protocol));
		return;
	default:
		check_tell(check, CHECK_FAIL, subject, "cannot be asked for: %s",
			   error_text(error));
		return;
	}
	if (ENABLE_MULTI_INSTANCE)
		check_tables(check, protocol);
}

void check_privileges(struct check *check)
{
	if (check->unprivileged)
		check_tell(check, CHECK_WARN, "privileges",
			   "not checked: whether multicast routing is free and who holds it, "
			   "numbered tables; run this as root");
}
