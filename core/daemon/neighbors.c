/* SPDX-License-Identifier: MIT */
/* See neighbors.h. */
#include "core/daemon/neighbors.h"

#include <string.h>

#include "core/base/format.h"
#include "core/base/text.h"
#include "core/daemon/inherit.h"
#include "core/daemon/trouble.h"
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

	if (!addr_equal(&other, &seen->querier)) {
		seen->querier = other;
		/* What it was asked for by another one does not hold any more. */
		if (addr_is_any(&other))
			inherit_forget_queries(side, status->vif);
		if (addr_is_any(&other))
			log_notice("%s: %s the %s querier", name,
				   status->querier ? "this router is" : "nobody is", ip);
		else
			log_notice("%s: the %s querier is %p", name, ip, &other);
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

/* Who forwards. */
static bool tell_forwarding(const struct side *side, const struct vif *vif,
			    char text[CONTROL_ERROR])
{
	static const char where[][28] = {
		[FORWARDER_DOWN] = "here",	     [FORWARDER_FIRST] = "here; not forwarding: ",
		[FORWARDER_BESIDE] = "here and by ", [FORWARDER_YIELDS] = "here, soon by ",
		[FORWARDER_OTHER] = "by ",
	};
	const struct side_link *link = &vif->link[side->protocol];
	enum proxy_forwarder how = link->both_at ? FORWARDER_BESIDE : link->forwarding;
	const struct addr *other =
		how == FORWARDER_FIRST ? &link->seen[false].querier : &link->forwarder;
	char address[TEXT_ADDR];

	return format_text(text, CONTROL_ERROR, "%s: %s multicast is forwarded %s%s%s%s",
			   vif->iface.name, text_family(side->protocol), where[how],
			   link->guessed && !addr_is_any(other) ? "another router, perhaps " : "",
			   !how			? ""
			   : addr_is_any(other) ? "another router"
						: text_addr(other, address),
			   how == FORWARDER_BESIDE  ? ", so may come twice; stop one of the two"
			   : how == FORWARDER_OTHER ? "; set querier always if both should"
						    : "");
}

static void log_forwarding(const struct side *side, struct vif *vif,
			   const struct proxy_interface_status *status, int64_t now)
{
	struct side_link *link = &vif->link[side->protocol];
	enum proxy_forwarder how = status->forwarder;
	bool both = how == FORWARDER_BESIDE;
	bool same = status->guessed || addr_equal(&status->other_forwarder, &link->forwarder);
	char text[CONTROL_ERROR];

	/* That goes without saying. */
	if (how == FORWARDER_ALONE ||
	    (how == FORWARDER_FIRST && addr_is_any(&status->other_querier)))
		how = FORWARDER_DOWN;
	link->forwarder = status->other_forwarder;
	link->guessed = status->guessed;
	if (!both || !link->both_at)
		link->both_at = both ? now + HANDING_OVER : 0;
	if (now < link->both_at || (how == link->forwarding && (same || !how)))
		return;
	link->forwarding = how;
	tell_forwarding(side, vif, text);
	log_line(both ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "%s", text);
}

void neighbors_log(struct side *side, int64_t now)
{
	struct proxy_interface_status status;

	for (unsigned entry = 0; entry < side->plan->config.interface_count; entry++) {
		struct vif *vif;
		struct side_link *link;
		struct seen *seen;

		proxy_interface_status(side->proxy, entry, &status);
		vif = side->instance->vif[status.vif];
		link = &vif->link[side->protocol];
		seen = &link->seen[status.upstream];
		if (ENABLE_TROUBLE)
			trouble_look(side, &status);
		if (!status.up) {
			link->forwarding = FORWARDER_DOWN;
			link->both_at = 0;
			continue;
		}
		log_querier(side, vif->iface.name, &status, seen);
		if (ENABLE_DISCOVERY && !status.upstream)
			log_forwarding(side, vif, &status, now);
		log_versions(vif->iface.name, &status, seen, now);
	}
}

bool neighbors_remark(const struct side *side, const struct vif *vif, char text[CONTROL_ERROR])
{
	const struct side_link *link = &vif->link[side->protocol];

	return (link->both_at || link->forwarding == FORWARDER_OTHER) &&
	       tell_forwarding(side, vif, text);
}
