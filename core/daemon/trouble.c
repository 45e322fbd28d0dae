/* SPDX-License-Identifier: MIT */
/* Trouble on a link; see trouble.h. Owns: what counts as one, and its words. */
#include "core/daemon/trouble.h"

#include <errno.h>

#include "core/base/format.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "proto/status.h"

/* The time in which the kernel's own reports have come, in ms. */
enum { PATIENCE = 4000 };

enum trouble { NONE, PORT, ROUTE, FILTERED_OUT, FILTERED_IN };

void trouble_sent(struct side *side, unsigned vif, int error)
{
	/* Others pass, and are counted. */
	if (!error || error == -ENETUNREACH || error == -EPERM)
		side_link(side, vif)->send_error = error;
}

/* Has nothing at all come in by a downstream? What the kernel reports of the routers' groups, which
 * are joined with the VIF, is looped back; but not once more for the next worker. */
static bool is_unheard(struct side_link *link, const struct counters *counters)
{
	uint64_t heard = 0;

	for (unsigned n = 0; n < LIMIT_GROUPS && !link->heard; n++)
		if (n < TX_QUERY || n > TX_ERROR)
			heard += counters->value[n];
	link->heard |= heard != 0;
	return !link->heard && counters->value[TX_QUERY] > 1 && loop_now() - link->since > PATIENCE;
}

static enum trouble find(const struct vif *vif, const struct side_link *link)
{
	if (!vif->iface.up)
		return NONE;
	if (vif->iface.port)
		return PORT;
	if (link->send_error)
		return link->send_error == -EPERM ? FILTERED_OUT : ROUTE;
	return link->unheard ? FILTERED_IN : NONE;
}

static const char *explain(const struct vif *vif, enum protocol protocol, enum trouble trouble,
			   char text[TROUBLE_TEXT])
{
	static const char *const rule[PROTOCOLS] = {"meta l4proto igmp accept",
						    "icmpv6 type {130, 131, 132, 143} accept"};
	const char *name = vif->iface.name;

	*text = '\0';
	if (trouble == PORT)
		format_text(text, TROUBLE_TEXT,
			    "%s is a port of a bridge or bond, which takes its packets: name that "
			    "one instead",
			    name);
	else if (trouble == ROUTE)
		format_text(text, TROUBLE_TEXT,
			    "%s: no route for multicast, nothing can be sent%s%s%s", name,
			    protocol == PROTOCOL_MLD ? "; ip -6 route add multicast ff00::/8 dev "
						     : "",
			    protocol == PROTOCOL_MLD ? name : "",
			    protocol == PROTOCOL_MLD ? " table local" : "");
	else if (trouble)
		format_text(text, TROUBLE_TEXT, "%s: a packet filter drops the %s that %s; nft: %s",
			    name, protocol == PROTOCOL_IGMP ? "IGMP" : "MLD",
			    trouble == FILTERED_IN ? "comes in" : "is sent", rule[protocol]);
	return text;
}

void trouble_look(struct side *side)
{
	struct proxy_interface_status status;
	char text[TROUBLE_TEXT];

	for (unsigned entry = 0; entry < side->plan->config.interface_count; entry++) {
		const struct vif *vif;
		struct side_link *link;
		enum trouble now;

		proxy_interface_status(side->proxy, entry, &status);
		vif = side->instance->vif[status.vif];
		link = side_link(side, status.vif);
		if (!status.upstream)
			link->unheard = is_unheard(link, status.counters);
		now = find(vif, link);
		if (now == link->trouble)
			continue;
		link->trouble = (uint8_t)now;
		if (now)
			log_warning("%s", explain(vif, side->protocol, now, text));
		else
			log_notice("%s: %s multicast is sent and heard again", vif->iface.name,
				   text_family(side->protocol));
	}
}

bool trouble_find(const struct instance *instance, char text[TROUBLE_TEXT])
{
	for (unsigned n = 0; n < PROTOCOLS; n++)
		for (unsigned v = 0; v < PROXY_VIFS && instance->side[n].proxy; v++) {
			const struct vif *vif = instance->vif[v];

			if (vif && vif->link[n].trouble)
				return explain(vif, (enum protocol)n, vif->link[n].trouble, text);
		}
	return false;
}
