/* SPDX-License-Identifier: MIT */
/* Sockets, interfaces and routes of an instance; see instance.h. */
#include "instance.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "log.h"
#include "mroute.h"
#include "probe.h"
#include "rawsock.h"
#include "text.h"

/* Between two attempts at what the kernel refused, in milliseconds. */
enum { RETRY_FIRST = 1000, RETRY_MOST = 64000 };
/* Between two warnings of the same. */
enum { WARN_INTERVAL = 3600 * 1000 };

static const char *const family[PROTOCOLS] = {"IPv4", "IPv6"};

static enum protocol protocol_of(const struct instance_side *side)
{
	return side->config.protocol;
}

static unsigned vif_of(const struct instance_side *side, unsigned ifindex)
{
	unsigned vif = 0;

	while (vif < side->config.interface_count && side->index[vif] != ifindex)
		vif++;
	return vif < side->config.interface_count ? vif : PROXY_VIFS;
}

/* ---- what the protocol has to say ---- */

static void send_message(void *ctx, unsigned vif, const struct addr *src, const struct addr *dst,
			 const uint8_t *msg, size_t length)
{
	struct instance_side *side = ctx;
	int error = -ENODEV;

	if (side->index[vif])
		error = rawsock_send(side->source.fd, protocol_of(side), side->index[vif], src, dst,
				     msg, length);
	if (!error)
		return;
	proxy_drop(side->proxy, vif, TX_ERROR);
	log_info("%s: cannot send: %s", side->instance->iface[vif].name, strerror(-error));
}

/* Something that the kernel has to do for us failed: it is tried again, ever more rarely. */
static void retry_later(struct instance *instance)
{
	if (instance->retry_at != INT64_MAX)
		return;
	instance->retry_at = loop_now() + instance->retry_delay;
	instance->retry_delay =
		instance->retry_delay < RETRY_MOST / 2 ? 2 * instance->retry_delay : RETRY_MOST;
}

/* The second time it is no news. */
static enum log_level failure_level(const struct instance *instance)
{
	return instance->retry_delay > RETRY_FIRST ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
}

static void note_refused(struct instance_side *side, const struct route *route)
{
	if (side->refused_count < INSTANCE_REFUSED)
		side->refused[side->refused_count] = *route;
	side->refused_count++;
	retry_later(side->instance);
}

static void set_route(void *ctx, const struct route *route)
{
	struct instance_side *side = ctx;
	char source[TEXT_ADDR], group[TEXT_ADDR];
	int error = mroute_route(side->source.fd, protocol_of(side), route, side->threshold);
	enum log_level level = error ? failure_level(side->instance) : LOG_LEVEL_DEBUG;

	if (error)
		note_refused(side, route);

	/* There may be many of them: no text for nobody. */
	if (log_wants(level))
		log_line(level, "%s route (%s, %s), in by VIF %u, out by 0x%x: %s",
			 route->remove ? "remove" : "set", text_addr(&route->source, source),
			 text_addr(&route->group, group), route->input, (unsigned)route->outputs,
			 error ? strerror(-error) : "ok");
}

static unsigned reverse_path(void *ctx, const struct addr *source)
{
	struct instance_side *side = ctx;
	unsigned index = iface_route(&side->instance->monitor, source);

	return index ? vif_of(side, index) : PROXY_VIFS;
}

static bool packets(void *ctx, const struct route *route, uint64_t *count)
{
	struct instance_side *side = ctx;
	struct mroute_counters counters;

	if (mroute_read_counters(side->source.fd, protocol_of(side), route, &counters))
		return false;
	*count = counters.packets - counters.wrong_if;
	return true;
}

static const struct proxy_out proxy_out = {
	.send = send_message,
	.route = set_route,
	.reverse_path = reverse_path,
	.packets = packets,
};

/* ---- what it is told ---- */

static void event(void *ctx, const struct rawsock_event *event)
{
	struct instance_side *side = ctx;
	struct packet packet = event->packet;
	int64_t now = loop_now();

	if (event->type == RAWSOCK_UPCALL) {
		proxy_upcall(side->proxy, now, &event->upcall);
		return;
	}
	packet.vif = vif_of(side, event->ifindex);
	if (packet.vif == PROXY_VIFS)
		return;
	if (event->type == RAWSOCK_DROP)
		proxy_drop(side->proxy, packet.vif, event->drop);
	else
		proxy_packet(side->proxy, now, &packet);
}

static void receive(void *ctx, uint32_t events)
{
	struct instance_side *side = ctx;
	int result = rawsock_receive(side->source.fd, protocol_of(side), event, side);

	(void)events;
	if (result < 0 && result != -EAGAIN)
		log_warning("%s: cannot receive: %s", family[protocol_of(side)], strerror(-result));
}

/* ---- interfaces ---- */

static void forget_vif(struct instance_side *side, unsigned vif)
{
	if (!side->index[vif])
		return;
	mroute_delete_vif(side->source.fd, protocol_of(side), vif);
	if (side->routers[vif] >= 0)
		close(side->routers[vif]);
	side->routers[vif] = -1;
	side->index[vif] = 0;
}

static void make_vif(struct instance_side *side, unsigned vif, const struct iface *iface)
{
	int error = mroute_add_vif(side->source.fd, protocol_of(side), vif, iface->index,
				   side->threshold[vif]);

	/* It could not be removed. */
	if (error == -EADDRINUSE && !mroute_delete_vif(side->source.fd, protocol_of(side), vif))
		error = mroute_add_vif(side->source.fd, protocol_of(side), vif, iface->index,
				       side->threshold[vif]);
	if (!error) {
		side->index[vif] = iface->index;
		return;
	}
	log_line(failure_level(side->instance),
		 "%s: the kernel does not route %s multicast on it: %s", iface->name,
		 family[protocol_of(side)], strerror(-error));
	retry_later(side->instance);
}

static void join_routers(struct instance_side *side, unsigned vif, const struct iface *iface)
{
	side->routers[vif] = rawsock_join_routers(protocol_of(side), iface->index);
	if (side->routers[vif] >= 0)
		return;
	log_line(failure_level(side->instance), "%s: cannot join the routers' groups: %s",
		 iface->name, strerror(-side->routers[vif]));
	retry_later(side->instance);
}

static void update_side(struct instance_side *side, unsigned vif, const struct iface *iface)
{
	bool ipv4 = protocol_of(side) == PROTOCOL_IGMP;
	struct prefix prefix[IFACE_PREFIXES];
	struct interface_state state = {.vif = vif, .prefix = prefix, .mtu = iface->mtu};
	unsigned n;

	if (side->index[vif] != iface->index)
		forget_vif(side, vif);
	if (iface->index && !side->index[vif])
		make_vif(side, vif, iface);
	if (side->index[vif] && side->routers[vif] < 0 && !side->interface[vif].upstream)
		join_routers(side, vif, iface);
	state.exists = side->index[vif];
	state.up = state.exists && iface->up;
	state.address = ipv4 ? iface->ipv4 : iface->link_local;
	for (n = 0; n < iface->prefix_count; n++)
		if (addr_is_ipv4(&iface->prefix[n].address) == ipv4)
			prefix[state.prefix_count++] = iface->prefix[n];
	if (!proxy_interface(side->proxy, loop_now(), &state))
		retry_later(side->instance);
}

static void changed(void *ctx, struct iface *iface)
{
	struct instance *instance = ctx;
	unsigned vif = (unsigned)(iface - instance->iface);
	struct instance_side *side;
	char address[TEXT_ADDR], link_local[TEXT_ADDR];

	if (iface->index)
		log_notice("%s: %s, index %u, %s, %s", iface->name, iface->up ? "up" : "down",
			   iface->index, text_addr(&iface->ipv4, address),
			   text_addr(&iface->link_local, link_local));
	else
		log_notice("%s: absent", iface->name);
	for (side = instance->side; side < instance->side + PROTOCOLS; side++)
		if (side->proxy)
			update_side(side, vif, iface);
}

/* What an operator should hear of: who asks on a link, and which version. */
static void log_querier(struct instance_side *side, unsigned vif,
			const struct proxy_interface_status *status)
{
	const char *name = side->instance->iface[vif].name, *ip = family[protocol_of(side)];
	struct addr other = status->upstream ? (struct addr){{0}} : status->other_querier;
	char text[TEXT_ADDR];

	if (!addr_equal(&other, &side->querier[vif])) {
		side->querier[vif] = other;
		if (addr_is_any(&other))
			log_notice("%s: %s the %s querier", name,
				   status->querier ? "this router is" : "nobody is", ip);
		else
			log_notice("%s: the %s querier is %s", name, ip, text_addr(&other, text));
	}
	if (side->version[vif] && side->version[vif] != status->version && status->upstream)
		log_notice("%s: speaks %sv%u as its querier does", name,
			   protocol_of(side) == PROTOCOL_IGMP ? "IGMP" : "MLD", status->version);
	side->version[vif] = status->version;
}

/* RFC 3376 sections 7.3.1 and 7.2.1, RFC 4604 sections 2.2.3 and 3.6: to be said, but not for each
 * packet. */
static void log_versions(struct instance_side *side, unsigned vif,
			 const struct proxy_interface_status *status, int64_t now)
{
	enum counter counter = status->upstream ? WARN_SSM_VERSION : WARN_QUERIER_VERSION;
	uint64_t count = status->counters->value[counter];

	if (count == side->warned[vif] || now < side->warn_at[vif])
		return;
	side->warned[vif] = count;
	side->warn_at[vif] = now + WARN_INTERVAL;
	log_warning("%s: %s", side->instance->iface[vif].name,
		    status->upstream
			    ? "its querier is too old for SSM: sources cannot be asked for"
			    : "queries of another version are heard: set its version, or theirs");
}

static void log_queriers(struct instance_side *side, int64_t now)
{
	struct proxy_interface_status status;
	unsigned vif;

	for (vif = 0; vif < side->config.interface_count; vif++) {
		proxy_interface_status(side->proxy, vif, &status);
		if (!status.up)
			continue;
		log_querier(side, vif, &status);
		log_versions(side, vif, &status, now);
	}
}

/* ---- life ---- */

static uint64_t seed(void)
{
	uint64_t value;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) != sizeof(value))
		value = (uint64_t)loop_now() << 20 ^ (uint64_t)getpid();
	return value;
}

static void log_holder(enum protocol protocol)
{
	struct probe_holder holder[PROBE_HOLDERS];
	size_t count = probe_holders(protocol, holder, PROBE_HOLDERS);
	char text[PROBE_HOLDERS_TEXT];

	probe_name_holders(holder, count, text, sizeof(text));
	if (count)
		log_error("%s multicast routing is held by %s", family[protocol], text);
	else
		log_error("%s multicast routing is held by another process", family[protocol]);
}

/* Returns 0, or 1 if the protocol is not to be had here, or -errno, logged. */
static int open_socket(struct instance_side *side)
{
	enum protocol protocol = protocol_of(side);
	int fd = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER), error = fd;

	if (fd >= 0)
		error = mroute_init(fd, protocol, 0);
	if (fd >= 0 && error)
		close(fd);
	if (error >= 0) {
		side->source.fd = fd;
		return 0;
	}
	if (error == -ENOPROTOOPT || error == -EAFNOSUPPORT || error == -EPROTONOSUPPORT) {
		log_warning("this kernel does not route %s multicast (CONFIG_%s_MROUTE)",
			    family[protocol], protocol == PROTOCOL_IGMP ? "IP" : "IPV6");
		return 1;
	}
	if (error == -EADDRINUSE)
		log_holder(protocol);
	else if (error == -EPERM || error == -EACCES)
		log_error("multicast routing needs root, or CAP_NET_ADMIN and CAP_NET_RAW");
	else
		log_error("cannot open the %s multicast routing socket: %s", family[protocol],
			  strerror(-error));
	return error;
}

static void close_side(struct instance_side *side)
{
	unsigned vif;

	if (side->source.fd < 0)
		return;
	loop_remove(side->instance->loop, &side->source);
	if (side->proxy)
		proxy_shutdown(side->proxy, loop_now());
	for (vif = 0; vif < side->config.interface_count; vif++)
		forget_vif(side, vif);
	mroute_done(side->source.fd, protocol_of(side));
	close(side->source.fd);
	if (side->proxy)
		proxy_free(side->proxy);
	side->source.fd = -1;
	side->proxy = NULL;
}

static int open_side(struct instance_side *side, enum protocol protocol)
{
	const struct conf_instance *conf = side->instance->conf;
	unsigned vif;
	int error;

	side->config = (struct proxy_config){
		.protocol = protocol,
		.interface_count = conf->interface_count,
		.interface = side->interface,
		.ssm_range = conf->ssm_range[protocol],
		.ssm_range_count = conf->ssm_range_count[protocol],
		.max_routes = conf->max_routes,
		.ssdp_upstream = conf->ssdp_upstream,
	};
	for (vif = 0; vif < conf->interface_count; vif++) {
		side->interface[vif] = conf->interface[vif].proxy[protocol];
		side->interface[vif].vif = (uint8_t)vif;
		side->interface[vif].values.rfc3376_timers = conf->rfc3376_timers;
		side->threshold[vif] = conf->interface[vif].ttl_threshold;
		side->routers[vif] = -1;
	}
	error = open_socket(side);
	if (error)
		return error;
	side->source.ready = receive;
	side->source.ctx = side;
	error = loop_add(side->instance->loop, &side->source, EPOLLIN);
	side->proxy = error ? NULL : proxy_new(&side->config, &proxy_out, side, seed());
	if (!side->proxy && !error)
		error = -ENOMEM;
	if (error)
		log_error("cannot start: %s", strerror(-error));
	return error;
}

static int watch_interfaces(struct instance *instance)
{
	unsigned vif;
	int error = iface_open(&instance->monitor, instance->loop);

	for (vif = 0; !error && vif < instance->conf->interface_count; vif++) {
		struct iface *iface = &instance->iface[vif];

		memcpy(iface->name, instance->conf->interface[vif].name, sizeof(iface->name));
		iface->changed = changed;
		iface->ctx = instance;
		error = iface_watch(&instance->monitor, iface);
	}
	if (error)
		log_error("cannot watch the interfaces: %s", strerror(-error));
	return error;
}

int instance_open(struct instance *instance, struct loop *loop, const struct conf_instance *conf)
{
	bool running = false;
	int error = 0, result;
	unsigned n;

	if (conf->interface_count > PROXY_VIFS)
		return -E2BIG;
	*instance = (struct instance){
		.conf = conf, .loop = loop, .monitor = {.events.fd = -1, .request.fd = -1}};
	instance->retry_at = INT64_MAX;
	instance->retry_delay = RETRY_FIRST;
	for (n = 0; n < PROTOCOLS; n++) {
		instance->side[n].instance = instance;
		instance->side[n].source.fd = -1;
	}
	for (n = 0; n < PROTOCOLS && !error; n++) {
		if (!conf->protocol[n])
			continue;
		result = open_side(&instance->side[n], (enum protocol)n);
		error = result < 0 ? result : 0;
		running |= !result;
	}
	if (!error && !running)
		error = -ENOPROTOOPT;
	if (!error)
		error = watch_interfaces(instance);
	if (error)
		instance_close(instance);
	return error;
}

void instance_close(struct instance *instance)
{
	struct instance_side *side;

	for (side = instance->side; side < instance->side + PROTOCOLS; side++)
		close_side(side);
	iface_close(&instance->monitor);
}

static void retry_routes(struct instance_side *side)
{
	unsigned n, count = side->refused_count;

	side->refused_count = 0;
	if (count > INSTANCE_REFUSED) {
		/* Among those that were forgotten there may have been removals. */
		mroute_flush(side->source.fd, protocol_of(side));
		proxy_reinstall(side->proxy);
		return;
	}
	for (n = 0; n < count; n++) {
		struct route route = side->refused[n];

		proxy_wanted_route(side->proxy, &route);
		set_route(side, &route);
	}
}

static void retry(struct instance *instance)
{
	struct instance_side *side;
	unsigned vif;

	instance->retry_at = INT64_MAX;
	if (iface_refresh(&instance->monitor))
		retry_later(instance);
	for (side = instance->side; side < instance->side + PROTOCOLS; side++) {
		for (vif = 0; side->proxy && vif < side->config.interface_count; vif++)
			update_side(side, vif, &instance->iface[vif]);
		if (side->proxy)
			retry_routes(side);
	}
	if (instance->retry_at == INT64_MAX)
		instance->retry_delay = RETRY_FIRST;
}

int64_t instance_turn(struct instance *instance, int64_t now)
{
	struct instance_side *side;
	int64_t first = INT64_MAX;

	if (instance->monitor.failed)
		retry_later(instance);
	if (instance->retry_at <= now)
		retry(instance);
	for (side = instance->side; side < instance->side + PROTOCOLS; side++) {
		int64_t deadline;

		if (!side->proxy)
			continue;
		if (proxy_deadline(side->proxy) <= now) {
			proxy_tick(side->proxy, now);
			log_queriers(side, now);
		}
		deadline = proxy_deadline(side->proxy);
		if (deadline < first)
			first = deadline;
	}
	if (instance->retry_at < first)
		first = instance->retry_at;
	return first;
}

size_t instance_views(const struct instance *instance, struct control_view view[PROTOCOLS])
{
	const struct instance_side *side;
	size_t count = 0;
	unsigned vif;

	for (side = instance->side; side < instance->side + PROTOCOLS; side++) {
		if (!side->proxy)
			continue;
		view[count] = (struct control_view){
			.instance = instance->conf->name,
			.protocol = protocol_of(side),
			.proxy = side->proxy,
			.mroute = side->source.fd,
			.interface_count = side->config.interface_count,
		};
		for (vif = 0; vif < side->config.interface_count; vif++)
			view[count].interface[vif] = &instance->iface[vif];
		count++;
	}
	return count;
}
