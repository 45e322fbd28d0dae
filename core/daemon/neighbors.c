/* SPDX-License-Identifier: MIT */
/* See neighbors.h. */
#include "core/daemon/neighbors.h"

#include <string.h>

#include "core/base/format.h"
#include "core/base/text.h"
#include "core/daemon/inherit.h"
#include "proto/status.h"

/* Between two warnings of the same. */
enum { WARN_INTERVAL = 3600 * 1000 };
/* Milliseconds in which one of two routers that know of each other stops, and its packets are
 * forgotten. */
enum { HANDING_OVER = 15000 };

/* What an operator should hear of: who asks on a link, and which version. */
static void log_querier(const struct side *side, const char *name,
			const struct proxy_interface_status *status, struct seen *seen)
{
	struct addr other = status->upstream ? (struct addr){{0}} : status->other_querier;
	const char *ip = text_family(side->protocol);
	char text[TEXT_ADDR];

	if (!addr_equal(&other, &seen->querier)) {
		seen->querier = other;
		/* What it was asked for by another one does not hold any more. */
		if (addr_is_any(&other))
			inherit_forget_queries(side, status->vif);
		if (addr_is_any(&other))
			log_notice("%s: %s the %s querier", name,
				   status->querier ? "this router is" : "nobody is", ip);
		else
			log_notice("%s: the %s querier is %s", name, ip, text_addr(&other, text));
	}
	if (seen->version && seen->version != status->version && status->upstream)
		log_notice("%s: speaks %sv%u as its querier does", name,
			   side->protocol == PROTOCOL_IGMP ? "IGMP" : "MLD", status->version);
	seen->version = status->version;
}

static void warn(const char *name, const struct proxy_interface_status *status,
		 enum counter counter, struct warned *warned, int64_t now, const char *text)
{
	uint64_t count = status->counters->value[counter];

	if (count == warned->count || now < warned->again_at)
		return;
	*warned = (struct warned){count, now + WARN_INTERVAL};
	log_warning("%s: %s", name, text);
}

/* RFC 3376 sections 7.3.1 and 7.2.1, RFC 4604 sections 2.2.3 and 3.6: to be said, but not for each
 * packet. */
static void log_versions(const char *name, const struct proxy_interface_status *status,
			 struct seen *seen, int64_t now)
{
	if (!status->upstream)
		warn(name, status, WARN_QUERIER_VERSION, &seen->versions, now,
		     "queries of another version are heard: set its version, or theirs");
	else
		warn(name, status, WARN_SSM_VERSION, &seen->versions, now,
		     "its querier is too old for SSM: sources cannot be asked for");
	/* RFC 4604 sections 3.1 and 3.5: nobody has a picture, and this is why. */
	warn(name, status, DROP_RECORD_SSM, &seen->ssm, now,
	     "groups of SSM (232.0.0.0/8, ff3x::/32) are asked for without a source, which is "
	     "ignored: hosts need IGMPv3 or MLDv2, or set ssm-range none");
}

/* Who forwards, as it is said: row 0 is what goes without saying. */
enum { PLAIN, BESIDE_QUERIER, BOTH, UNTIL_OTHER, OTHER };

static uint8_t forwarding(const struct proxy_interface_status *status)
{
	switch (status->forwarder) {
	case FORWARDER_FIRST:
		return addr_is_any(&status->other_querier) ? PLAIN : BESIDE_QUERIER;
	case FORWARDER_BESIDE:
		return BOTH;
	case FORWARDER_YIELDS:
		return UNTIL_OTHER;
	case FORWARDER_OTHER:
		return OTHER;
	default:
		return PLAIN;
	}
}

/* Of NAME; the remedy, if one is needed, behind "; ". */
static void tell_forwarding(enum protocol protocol, const char *name,
			    const struct proxy_interface_status *status, char *text, size_t size)
{
	/* What stands before the address of the other one and, behind a zero, after it. */
	static const char words[][64] = {
		[BESIDE_QUERIER] = ", as the querier \0 does not forward so far",
		[BOTH] = ", and so does \0: packets may come twice; stop one of the two",
		[UNTIL_OTHER] = " until \0 serves every group",
		[OTHER] = ", as \0 does; set querier always if both should",
	};
	uint8_t how = forwarding(status);
	const struct addr *other =
		how == BESIDE_QUERIER ? &status->other_querier : &status->other_forwarder;
	char address[TEXT_ADDR];
	size_t length =
		format_text(text, size, "%s: this router %s %s multicast", name,
			    how == OTHER ? "does not forward" : "forwards", text_family(protocol));

	if (how != PLAIN)
		format_text(text + length, size - length, "%s%s%s", words[how],
			    addr_is_any(other) ? "another router" : text_addr(other, address),
			    words[how] + strlen(words[how]) + 1);
}

static void log_forwarding(const struct side *side, const char *name,
			   const struct proxy_interface_status *status, struct seen *seen,
			   int64_t now)
{
	uint8_t how = forwarding(status);
	char text[CONTROL_ERROR];

	if (how != BOTH || !seen->both_at)
		seen->both_at = how == BOTH ? now + HANDING_OVER : 0;
	if (now < seen->both_at)
		return;
	if (how == seen->forwarding && addr_equal(&status->other_forwarder, &seen->forwarder))
		return;
	seen->forwarding = how;
	seen->forwarder = status->other_forwarder;
	tell_forwarding(side->protocol, name, status, text, sizeof(text));
	log_line(how == BOTH ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "%s", text);
}

void neighbors_log(struct side *side, int64_t now)
{
	struct proxy_interface_status status;

	for (unsigned entry = 0; entry < side->plan->config.interface_count; entry++) {
		struct vif *vif;
		struct seen *seen;

		proxy_interface_status(side->proxy, entry, &status);
		if (!status.up)
			continue;
		vif = side->instance->vif[status.vif];
		seen = &vif->link[side->protocol].seen[status.upstream];
		log_querier(side, vif->iface.name, &status, seen);
		if (ENABLE_DISCOVERY && !status.upstream)
			log_forwarding(side, vif->iface.name, &status, seen, now);
		log_versions(vif->iface.name, &status, seen, now);
	}
}

bool neighbors_remark(const struct side *side, char *text, size_t size)
{
	struct proxy_interface_status status;

	for (unsigned entry = 0; entry < side->plan->config.interface_count; entry++) {
		proxy_interface_status(side->proxy, entry, &status);
		if (!status.up || status.upstream ||
		    (forwarding(&status) != BOTH && forwarding(&status) != OTHER))
			continue;
		tell_forwarding(side->protocol, side->instance->vif[status.vif]->iface.name,
				&status, text, size);
		return true;
	}
	return false;
}
