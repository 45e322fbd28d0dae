/* SPDX-License-Identifier: MIT */
/* Checks; see check.h. */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>

enum { CHECK_NAME = 160, CHECK_TEXT = 1200 };

static const char *const port_name[PORTS] = {"upstream", "downstream 1", "downstream 2"};

/* "3376-4.1|3810-5.1 query-ttl" becomes "rfc3376-4.1-query-ttl". */
static const char *full_name(const struct lab *lab, const char *name, char text[CHECK_NAME])
{
	bool igmp = lab->protocol == PROTOCOL_IGMP;
	size_t section = strcspn(name, "| "), words = strcspn(name, " ");
	bool both = name[section] == ' ';
	const char *from = igmp || both ? name : name + section + 1;
	size_t length = igmp || both ? section : words - section - 1;

	snprintf(text, CHECK_NAME, "rfc%.*s-%s%s", (int)length, from, name + words + 1,
		 !both	? ""
		 : igmp ? "-ipv4"
			: "-ipv6");
	return text;
}

void check(struct lab *lab, const char *name, bool passed, const char *format, ...)
{
	char text[CHECK_NAME], detail[CHECK_TEXT];
	va_list arguments;

	full_name(lab, name, text);
	if (lab->absent) {
		printf("n/a %s: %s\n", text, lab->absent);
		return;
	}
	va_start(arguments, format);
	vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	/* Who is not there does nothing wrong, but nothing right either. */
	if (!lab->stopped && !lab_alive(lab))
		passed = false;
	printf("%s %s: %s%s\n", passed ? "ok" : "not ok", text, detail,
	       lab->stopped || lab->pid ? "" : "; the proxy has ended");
}

void check_comes(struct lab *lab, const char *name, enum port port, int64_t ms, const char *format,
		 ...)
{
	const struct seen *seen;
	va_list arguments;
	char line[256];

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	seen = lab_wait(lab, lab_now() + ms, port, 0, line);
	check(lab, name, seen, "expected %s: %s, came: %s", port_name[port], line,
	      lab_came(lab, port));
}

void check_reported(struct lab *lab, const char *name, const char *text)
{
	check_comes(lab, name, UP, SOON, "%s", text);
}

void check_asked(struct lab *lab, const char *name, const char *text)
{
	check_comes(lab, name, DN1, SOON, "%s", text);
}

void check_none(struct lab *lab, const char *name, enum port port, const char *format, ...)
{
	va_list arguments;
	char line[256];

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	check(lab, name, !lab_find(lab, port, 0, line), "expected %s: no %s, came: %s",
	      port_name[port], line, lab_came(lab, port));
}

void check_count(struct lab *lab, const char *name, enum port port, unsigned count,
		 const char *format, ...)
{
	va_list arguments;
	unsigned found;
	char line[256];

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	found = lab_matches(lab, port, line);
	check(lab, name, found == count, "expected %s: %u times %s, came %u times: %s",
	      port_name[port], count, line, found, lab_came(lab, port));
}

void check_time(struct lab *lab, const char *name, const char *what, int64_t value, int64_t least,
		int64_t most)
{
	check(lab, name, value >= least && value <= most,
	      "expected %lld to %lld ms %s, it took %lld ms", (long long)least, (long long)most,
	      what, (long long)value);
}

void check_joined(struct lab *lab, const char *name, bool joined, const char *group)
{
	const struct seen *seen = lab_joined(lab, joined ? SOON : 0, group);

	check(lab, name, joined == (seen != NULL), "expected %s to be %s upstream, came: %s", group,
	      joined ? "reported" : "not reported", lab_came(lab, UP));
}

/* What is wrong with it, or NULL. */
static const char *fault(const struct sighting *packet)
{
	if (packet->udp)
		return NULL;
	if (packet->wrong)
		return packet->wrong;
	if (packet->ttl != 1)
		return "the TTL is not 1";
	if (!packet->router_alert)
		return "there is no Router Alert";
	if (packet->protocol == PROTOCOL_IGMP && packet->tos != 0xc0)
		return "the TOS is not 0xc0";
	return NULL;
}

void check_all_forms(struct lab *lab, const char *name)
{
	const char *wrong = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < lab->count && !wrong; i++) {
		wrong = fault(&lab->seen[i].packet);
		count += !lab->seen[i].packet.udp;
	}
	check(lab, name, count && !wrong, "expected messages that are all right, came %u: %s",
	      count, wrong ? wrong : "all right");
}

static void part(struct lab *lab, const char *sections, const char *what, const char *name,
		 bool passed, const char *expected, const char *came)
{
	char text[CHECK_NAME];

	snprintf(text, sizeof(text), "%s %s-%s", sections, what, name);
	check(lab, text, passed, "expected %s, came %s", expected, came);
}

void check_form(struct lab *lab, const char *sections, const char *what, const struct seen *seen,
		const char *source, const char *destination)
{
	static const struct sighting nothing = {.wrong = "nothing, not even a checksum"};
	const struct sighting *packet = seen ? &seen->packet : &nothing;
	enum port port = seen ? seen->port : UP;
	struct addr from = text_address(lab->protocol, port, source);
	struct addr to = text_address(lab->protocol, port, destination);
	const char *wrong = packet->wrong ? packet->wrong : "all right";
	uint8_t link[6];
	char number[16];

	packet_link_address(&to, link);
	snprintf(number, sizeof(number), "%u", packet->ttl);
	part(lab, sections, what, "ttl", packet->ttl == 1, "1", number);
	part(lab, sections, what, "router-alert", packet->router_alert, "the option",
	     packet->router_alert ? "the option" : "none");
	snprintf(number, sizeof(number), "0x%02x", packet->tos);
	if (lab->protocol == PROTOCOL_IGMP)
		part(lab, sections, what, "tos", packet->tos == 0xc0, "0xc0", number);
	part(lab, sections, what, "source", addr_equal(&packet->source, &from), addr_text(&from),
	     addr_text(&packet->source));
	part(lab, sections, what, "destination",
	     addr_equal(&packet->destination, &to) && !memcmp(link, packet->link_destination, 6),
	     addr_text(&to), addr_text(&packet->destination));
	part(lab, sections, what, "checksum", !strstr(wrong, "checksum"), "the right one", wrong);
	part(lab, sections, what, "content", !packet->wrong,
	     "reserved fields of 0, lengths that fit, no octet too many", wrong);
}
