/* SPDX-License-Identifier: MIT */
/* Trouble on a link; see trouble.h. Owns: what counts as one, and when it is looked for. */
#include "core/daemon/trouble.h"

#include <errno.h>
#include <string.h>

#include "core/base/format.h"
#include "core/base/log.h"
#include "core/kernel/mroute.h"
#include "core/kernel/probe.h"
#include "proto/status.h"

enum {
	PATIENCE = 1000, /* ms in which an own query has come back */
	MEMORY = 130000, /* ms for which a message that was not sent counts */
	PAUSE = 1000,	 /* ms between two looks for streams that do not get out */
	ROUTES = 64	 /* memberships that are looked at then */
};

void trouble_sent(struct side *side, unsigned vif, int error)
{
	/* Others pass, and are counted. */
	struct side_link *link = side_link(side, vif);

	if (!error || error == -ENETUNREACH || error == -EPERM)
		link->send_error = error;
	link->sent = loop_now();
}

/* Has no own query been heard, which are looped back? */
static bool is_unheard(const struct side_link *link, const struct counters *counters)
{
	return counters->value[TX_QUERY] > 1 && !counters->value[DROP_OWN] &&
	       loop_now() - link->since > PATIENCE;
}

static enum probe_trouble find(enum protocol protocol, const struct iface *iface,
			       const struct side_link *link,
			       const struct proxy_interface_status *status)
{
	if (!iface->up)
		return PROBE_FINE;
	if (iface->port)
		return PROBE_PORT;
	if (link->send_error && loop_now() - link->sent < MEMORY)
		return link->send_error == -EPERM ? PROBE_FILTER_OUT : PROBE_ROUTE;
	if (status->upstream)
		return PROBE_FINE;
	if (is_unheard(link, status->counters))
		return PROBE_FILTER_IN;
	return iface->asks[protocol] && iface->asks[protocol] < status->version ? PROBE_QUERIER
										: PROBE_FINE;
}

/* ---- streams that do not get out ---- */

/* Has a packet ever left by a VIF? */
static bool has_forwarded(const struct side *side)
{
	unsigned n = 0;

	while (n < PROXY_VIFS && !mroute_forwarded(side->source.fd, n))
		n++;
	return n < PROXY_VIFS;
}

static bool look_at_route(void *ctx, const struct route *route)
{
	struct side *side = ctx;
	struct mroute_counters counters;

	if (addr_is_any(&route->group) || !(route->outputs & ~(1u << route->input)) ||
	    mroute_read_counters(side->source.fd, side->protocol, route, &counters) ||
	    counters.packets <= counters.wrong_if)
		return true;
	side->stuck = route->group;
	return false;
}

bool trouble_tell(const struct side *side, const struct vif *vif, char text[CONTROL_ERROR])
{
	enum probe_trouble trouble = vif->link[side->protocol].trouble;

	if (trouble)
		probe_explain(trouble, side->protocol, vif->iface.name, text);
	return trouble && trouble != PROBE_QUERIER;
}

bool trouble_remark(const struct side *side, const struct vif *vif, char text[CONTROL_ERROR])
{
	if (addr_is_any(&side->stuck))
		return vif && vif->link[side->protocol].trouble && !trouble_tell(side, vif, text);
	return format_text(text, CONTROL_ERROR,
			   "packets to %p come in, but none has got out, as with a TTL of 1; raise "
			   "it at the sender",
			   &side->stuck);
}

/* Only as long as nothing has got out: it costs nothing then. */
static void look_at_routes(struct side *side)
{
	static const struct proxy_visitor visitor = {.route = look_at_route};
	struct proxy_walk walk;
	bool known = !addr_is_any(&side->stuck);
	char text[CONTROL_ERROR];

	side->looked = loop_now();
	memset(&side->stuck, 0, sizeof(side->stuck));
	side->forwarded = has_forwarded(side);
	if (side->forwarded)
		return;
	proxy_walk_start(side->proxy, &walk);
	proxy_walk(side->proxy, &walk, loop_now(), ROUTES, &visitor, side);
	proxy_walk_stop(side->proxy, &walk);
	if (!known && trouble_remark(side, NULL, text))
		log_warning("%s", text);
}

/* ---- all of it ---- */

void trouble_look(struct side *side, const struct proxy_interface_status *status)
{
	const struct vif *vif = side->instance->vif[status->vif];
	struct side_link *link = side_link(side, status->vif);
	enum probe_trouble now = find(side->protocol, &vif->iface, link, status);
	enum probe_trouble before = link->trouble;
	char text[PROBE_TEXT];

	if (!side->forwarded && loop_now() - side->looked >= PAUSE)
		look_at_routes(side);
	/* Of one that is on both sides, the downstream tells all. */
	if (status->upstream && side_is_downstream(side, status->vif))
		return;
	link->trouble = (uint8_t)now;
	if (now == before)
		return;
	/* Only what has been sent or received shows that it can be again. */
	if (!now && (before == PROBE_QUERIER || !vif->iface.up || link->send_error))
		return;
	probe_explain(now, side->protocol, vif->iface.name, text);
	log_line(now ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, "%s", text);
}
