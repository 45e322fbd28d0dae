/* SPDX-License-Identifier: MIT */
/* Between a proxy and the kernel; see effect.h. Owns: what the kernel has refused. */
#include "core/daemon/effect.h"

#include <errno.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/daemon/inherit.h"
#include "core/daemon/trouble.h"
#include "core/kernel/mroute.h"
#include "core/kernel/rawsock.h"

static void send_message(void *ctx, unsigned vif, const struct addr *src, const struct addr *dst,
			 const uint8_t *msg, size_t length)
{
	struct side *side = ctx;
	const struct side_link *link = side_link(side, vif);
	int error = -ENODEV;

	if (link->index)
		error = rawsock_send(side->source.fd, side->protocol, link->index, src, dst, msg,
				     length);
	if (ENABLE_TROUBLE)
		trouble_sent(side, vif, error);
	if (!error)
		return;
	proxy_drop(side->proxy, vif, TX_ERROR);
	log_info("%s: cannot send: %s", side->instance->vif[vif]->iface.name, error_text(error));
}

static void note_refused(struct side *side, const struct route *route)
{
	if (side->refused_count < SIDE_REFUSED)
		side->refused[side->refused_count] = *route;
	side->refused_count++;
}

static void set_route(void *ctx, const struct route *route)
{
	struct side *side = ctx;
	int error = mroute_route(side->source.fd, side->protocol, route, side->plan->threshold);
	enum log_level level = error ? side_failure(side->instance) : LOG_LEVEL_DEBUG;

	if (error)
		note_refused(side, route);
	log_line(level, "%s route (%p, %p), in by VIF %u, out by 0x%x: %s",
		 route->remove ? "remove" : "set", &route->source, &route->group, route->input,
		 (unsigned)route->outputs, error ? error_text(error) : "ok");
}

static unsigned reverse_path(void *ctx, const struct addr *source)
{
	struct side *side = ctx;
	unsigned index = iface_route(&side->instance->common->ifaces, source);

	return index ? side_vif(side, index) : PROXY_VIFS;
}

/* The kernel counts what came in by a wrong interface, too. */
static bool count_packets(void *ctx, const struct route *route, uint64_t *count)
{
	struct side *side = ctx;
	struct mroute_counters counters;

	if (mroute_read_counters(side->source.fd, side->protocol, route, &counters))
		return false;
	*count = counters.packets - counters.wrong_if;
	return true;
}

static void log_join(struct side *side, unsigned vif, int error)
{
	log_line(side_failure(side->instance), "%s: the kernel cannot join all groups: %s",
		 side->instance->vif[vif]->iface.name, error_text(error));
}

static void set_join(void *ctx, unsigned vif, const struct addr *group,
		     enum filter_mode filter_mode, const struct addr *source, size_t count)
{
	struct side *side = ctx;
	struct side_link *link = side_link(side, vif);
	int error = 0;

	if (link->index)
		error = join_set(&link->joins, group, filter_mode, source, count);
	if (error)
		log_join(side, vif, error);
}

static bool is_member(void *ctx, unsigned vif, const struct addr *group)
{
	struct side *side = ctx;

	return grouplist_has(&side->instance->common->grouplist[side->protocol], loop_now(),
			     side_link(side, vif)->index, group);
}

static const struct proxy_out out = {
	.send = send_message,
	.route = set_route,
	.reverse_path = reverse_path,
	.packets = ENABLE_PER_SOURCE ? count_packets : NULL,
	.join = ENABLE_KERNEL_HOST ? set_join : NULL,
	.is_member = ENABLE_KERNEL_HOST ? is_member : NULL,
};

const struct proxy_out *effect_out(void)
{
	return &out;
}

/* A flow that finds no room. The kernel would wait for its route ten seconds long, with all others
 * that it asks about: one without outputs, that goes at once, ends the wait. */
static void dismiss_upcall(struct side *side, const struct upcall *upcall)
{
	struct route route = {
		.source = upcall->source, .group = upcall->group, .input = upcall->vif};

	mroute_route(side->source.fd, side->protocol, &route, side->plan->threshold);
	route.remove = true;
	mroute_route(side->source.fd, side->protocol, &route, side->plan->threshold);
}

static void take_event(void *ctx, const struct rawsock_event *event)
{
	struct side *side = ctx;
	struct packet packet = event->packet;
	int64_t now = loop_now();

	if (event->type == RAWSOCK_UPCALL) {
		if (!proxy_upcall(side->proxy, now, &event->upcall) && ENABLE_PER_SOURCE)
			dismiss_upcall(side, &event->upcall);
		return;
	}
	packet.vif = side_vif(side, event->ifindex);
	if (packet.vif == PROXY_VIFS)
		return;
	if (event->type == RAWSOCK_DROP)
		proxy_drop(side->proxy, packet.vif, event->drop);
	else
		inherit_note_query(side, now, &packet, proxy_packet(side->proxy, now, &packet));
}

void effect_receive(void *ctx, uint32_t events)
{
	struct side *side = ctx;
	int result = rawsock_receive(side->source.fd, side->protocol, take_event, side);

	(void)events;
	if (result < 0 && result != -EAGAIN)
		log_warning("%s: cannot receive: %s", text_family(side->protocol),
			    error_text(result));
}

static void retry_routes(struct side *side)
{
	unsigned n, count = side->refused_count;

	side->refused_count = 0;
	if (count > SIDE_REFUSED) {
		/* Among those that were forgotten there may have been removals. */
		mroute_flush(side->source.fd, side->protocol);
		proxy_reinstall(side->proxy);
		return;
	}
	for (n = 0; n < count; n++) {
		struct route route = side->refused[n];

		proxy_wanted_route(side->proxy, &route);
		set_route(side, &route);
	}
}

static void retry_joins(struct side *side)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		int error = 0;

		if (side->instance->vif[n] && side_link(side, n)->joins.pending)
			error = join_retry(&side_link(side, n)->joins);
		if (error)
			log_join(side, n, error);
	}
}

void effect_retry(struct side *side)
{
	retry_routes(side);
	if (ENABLE_KERNEL_HOST)
		retry_joins(side);
}
