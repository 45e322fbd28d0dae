/* SPDX-License-Identifier: MIT */
/* Sockets, interfaces and routes of an instance; see instance.h. */
#include "core/daemon/instance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/format.h"
#include "core/base/log.h"
#include "core/kernel/mroute.h"
#include "core/kernel/mroute_dump.h"
#include "core/kernel/rawsock.h"
#include "core/base/text.h"
#include "proto/status.h"

/* Between two attempts at what the kernel refused, in milliseconds. */
enum { RETRY_FIRST = 1000, RETRY_MOST = 64000 };
/* Between two warnings of the same. */
enum { WARN_INTERVAL = 3600 * 1000 };

static const char *const family[PROTOCOLS] = {"IPv4", "IPv6"};

/* Of a VIF that there is. */
static struct instance_link *link_of(const struct instance_side *side, unsigned vif)
{
	return &side->instance->vif[vif]->link[side->protocol];
}

/* PROXY_VIFS: no VIF is of that interface. */
static unsigned vif_of(const struct instance_side *side, unsigned ifindex)
{
	unsigned vif = 0;

	while (vif < PROXY_VIFS &&
	       (!side->instance->vif[vif] || link_of(side, vif)->index != ifindex))
		vif++;
	return vif;
}

/* ---- what the protocol has to say ---- */

static void send_message(void *ctx, unsigned vif, const struct addr *src, const struct addr *dst,
			 const uint8_t *msg, size_t length)
{
	struct instance_side *side = ctx;
	const struct instance_link *link = link_of(side, vif);
	int error = -ENODEV;

	if (link->index)
		error = rawsock_send(side->source.fd, side->protocol, link->index, src, dst, msg,
				     length);
	if (!error)
		return;
	proxy_drop(side->proxy, vif, TX_ERROR);
	log_info("%s: cannot send: %s", side->instance->vif[vif]->iface.name, strerror(-error));
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
	int error = mroute_route(side->source.fd, side->protocol, route, side->plan->threshold);
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
	unsigned index = iface_route(&side->instance->host->monitor, source);

	return index ? vif_of(side, index) : PROXY_VIFS;
}

/* The kernel counts what came in by a wrong interface, too. */
static bool packets(void *ctx, const struct route *route, uint64_t *count)
{
	struct instance_side *side = ctx;
	struct mroute_counters counters;

	if (mroute_read_counters(side->source.fd, side->protocol, route, &counters))
		return false;
	*count = counters.packets - counters.wrong_if;
	return true;
}

static void log_join(struct instance_side *side, unsigned vif, int error)
{
	log_line(failure_level(side->instance), "%s: the kernel cannot join all groups: %s",
		 side->instance->vif[vif]->iface.name, strerror(-error));
	retry_later(side->instance);
}

static void join(void *ctx, unsigned vif, const struct addr *group, enum filter_mode filter_mode,
		 const struct addr *source, size_t count)
{
	struct instance_side *side = ctx;
	struct instance_link *link = link_of(side, vif);
	int error = 0;

	if (link->index)
		error = join_set(&link->joins, group, filter_mode, source, count);
	if (error)
		log_join(side, vif, error);
}

static const struct proxy_out proxy_out = {
	.send = send_message,
	.route = set_route,
	.reverse_path = reverse_path,
	.packets = ENABLE_PER_SOURCE ? packets : NULL,
	.join = ENABLE_KERNEL_HOST ? join : NULL,
};

/* ---- what it is told ---- */

/* A flow that finds no room. The kernel would wait for its route ten seconds long, with all others
 * that it asks about: one without outputs, that goes at once, ends the wait. */
static void dismiss(struct instance_side *side, const struct upcall *upcall)
{
	struct route route = {
		.source = upcall->source, .group = upcall->group, .input = upcall->vif};

	mroute_route(side->source.fd, side->protocol, &route, side->plan->threshold);
	route.remove = true;
	mroute_route(side->source.fd, side->protocol, &route, side->plan->threshold);
}

/* For the next worker, too, if it is of a VERSION (proxy_packet()). */
static void note_query(const struct instance_side *side, int64_t now, const struct packet *packet,
		       unsigned version)
{
	const struct instance *instance = side->instance;
	struct priv_query *query;

	if (!ENABLE_PRIVSEP || !version || !instance->note || packet->length > PRIV_QUERY)
		return;
	query = &instance->note->query[packet->vif][side->protocol][version - 1];
	*query = (struct priv_query){.at = now,
				     .source = packet->source,
				     .destination = packet->destination,
				     .router_alert = packet->router_alert,
				     .length = (uint8_t)packet->length};
	memcpy(query->data, packet->data, packet->length);
}

/* Where no interface is noted there are none. */
static void forget_queries(struct priv_vifs *note, enum protocol protocol, unsigned vif)
{
	if (ENABLE_PRIVSEP && note && note->index[protocol][vif])
		memset(note->query[vif][protocol], 0, sizeof(note->query[vif][protocol]));
}

static void event(void *ctx, const struct rawsock_event *event)
{
	struct instance_side *side = ctx;
	struct packet packet = event->packet;
	int64_t now = loop_now();

	if (event->type == RAWSOCK_UPCALL) {
		if (!proxy_upcall(side->proxy, now, &event->upcall) && ENABLE_PER_SOURCE)
			dismiss(side, &event->upcall);
		return;
	}
	packet.vif = vif_of(side, event->ifindex);
	if (packet.vif == PROXY_VIFS)
		return;
	if (event->type == RAWSOCK_DROP)
		proxy_drop(side->proxy, packet.vif, event->drop);
	else
		note_query(side, now, &packet, proxy_packet(side->proxy, now, &packet));
}

static void receive(void *ctx, uint32_t events)
{
	struct instance_side *side = ctx;
	int result = rawsock_receive(side->source.fd, side->protocol, event, side);

	(void)events;
	if (result < 0 && result != -EAGAIN)
		log_warning("%s: cannot receive: %s", family[side->protocol], strerror(-result));
}

/* ---- interfaces ---- */

static void leave_routers(struct instance_side *side, struct instance_link *link)
{
	priv_close(side->instance->host->priv, link->routers);
	link->routers = -1;
}

/* For the next worker: the interface that the VIF in the kernel is of. */
static void note_vif(const struct instance_side *side, unsigned vif, unsigned index)
{
	struct priv_vifs *note = side->instance->note;

	forget_queries(note, side->protocol, vif);
	if (ENABLE_PRIVSEP && note)
		note->index[side->protocol][vif] = index;
}

static void forget_vif(struct instance_side *side, unsigned vif)
{
	struct instance_link *link = link_of(side, vif);

	if (!link->index)
		return;
	mroute_delete_vif(side->source.fd, side->protocol, vif);
	note_vif(side, vif, 0);
	leave_routers(side, link);
	if (ENABLE_KERNEL_HOST)
		join_close(&link->joins);
	link->index = 0;
}

static void make_vif(struct instance_side *side, unsigned vif, const struct iface *iface)
{
	uint8_t threshold = side->plan->threshold[vif];
	int error;

	/* Before: what is noted need not be there, but what is there has to be noted. */
	note_vif(side, vif, iface->index);
	error = mroute_add_vif(side->source.fd, side->protocol, vif, iface->index, threshold);
	/* It could not be removed. */
	if (error == -EADDRINUSE && !mroute_delete_vif(side->source.fd, side->protocol, vif))
		error = mroute_add_vif(side->source.fd, side->protocol, vif, iface->index,
				       threshold);
	if (!error) {
		link_of(side, vif)->index = iface->index;
		if (ENABLE_KERNEL_HOST)
			join_open(&link_of(side, vif)->joins, side->instance->host->priv,
				  side->protocol, iface->index);
		return;
	}
	log_line(failure_level(side->instance),
		 "%s: the kernel does not route %s multicast on it: %s", iface->name,
		 family[side->protocol], strerror(-error));
	retry_later(side->instance);
}

static bool is_downstream(const struct instance_side *side, unsigned vif)
{
	const struct proxy_config *config = &side->plan->config;
	bool found = false;

	for (unsigned i = 0; i < config->interface_count; i++)
		found |= config->interface[i].vif == vif && !config->interface[i].upstream;
	return found;
}

static void join_routers(struct instance_side *side, struct instance_link *link,
			 const struct iface *iface)
{
	link->routers = rawsock_join_routers(side->protocol, iface->index);
	if (link->routers >= 0) {
		priv_keep(side->instance->host->priv, link->routers);
		return;
	}
	log_line(failure_level(side->instance), "%s: cannot join the routers' groups: %s",
		 iface->name, strerror(-link->routers));
	retry_later(side->instance);
}

/* The socket does not wake up for other interfaces. Those of the last time are still all that it
 * hears if this fails. */
static void filter_socket(struct instance_side *side)
{
	unsigned index[2 * PROXY_VIFS], count = 0;
	int error;

	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		if (!side->instance->vif[n] || !link_of(side, n)->index)
			continue;
		index[count++] = link_of(side, n)->index;
		/* A VRF is where its packets seem to come from. */
		if (side->instance->vif[n]->iface.master)
			index[count++] = side->instance->vif[n]->iface.master;
	}
	error = rawsock_filter(side->source.fd, side->protocol, index, count);
	if (!error)
		return;
	log_line(failure_level(side->instance), "%s: cannot change what the socket hears: %s",
		 family[side->protocol], strerror(-error));
	retry_later(side->instance);
}

/* The kernel's part of what an interface is now. */
static void update_link(struct instance_side *side, unsigned vif, const struct iface *iface)
{
	struct instance_link *link = link_of(side, vif);
	bool downstream = is_downstream(side, vif);

	if (link->index != iface->index)
		forget_vif(side, vif);
	if (iface->index && !link->index)
		make_vif(side, vif, iface);
	filter_socket(side);
	if (!downstream)
		leave_routers(side, link);
	else if (link->index && link->routers < 0)
		join_routers(side, link, iface);
}

static void update_side(struct instance_side *side, unsigned vif)
{
	const struct iface *iface = &side->instance->vif[vif]->iface;
	bool ipv4 = side->protocol == PROTOCOL_IGMP;
	struct prefix prefix[IFACE_PREFIXES];
	struct interface_state state = {.vif = vif, .prefix = prefix, .mtu = iface->mtu};

	update_link(side, vif, iface);
	state.exists = link_of(side, vif)->index;
	state.up = state.exists && iface->up;
	state.address = ipv4 ? iface->ipv4 : iface->link_local;
	for (unsigned n = 0; n < iface->prefix_count; n++)
		if (addr_is_ipv4(&iface->prefix[n].address) == ipv4)
			prefix[state.prefix_count++] = iface->prefix[n];
	if (!proxy_interface(side->proxy, loop_now(), &state))
		retry_later(side->instance);
}

static void update_vif(struct instance_vif *vif)
{
	struct instance_side *side = vif->instance->side;

	for (; side < vif->instance->side + PROTOCOLS; side++)
		if (side->proxy)
			update_side(side, vif->number);
}

static void changed(void *ctx, struct iface *iface)
{
	char address[TEXT_ADDR], link_local[TEXT_ADDR];

	if (iface->index)
		log_notice("%s: %s, index %u, %s, %s", iface->name, iface->up ? "up" : "down",
			   iface->index, text_addr(&iface->ipv4, address),
			   text_addr(&iface->link_local, link_local));
	else
		log_notice("%s: absent", iface->name);
	if (iface->index && ((struct instance_vif *)ctx)->unfiltered)
		priv_rp_filter(((struct instance_vif *)ctx)->instance->host->priv, PRIV_RP_REFRESH,
			       iface->name);
	update_vif(ctx);
}

/* Sources upstream are seldom where the unicast routes expect them. */
static void set_rp_filter(struct instance_vif *vif, bool off)
{
	struct priv *priv = vif->instance->host->priv;
	int error = 0;

	if (off && !vif->unfiltered)
		error = priv_rp_filter(priv, PRIV_RP_HOLD, vif->iface.name);
	else if (!off && vif->unfiltered)
		priv_rp_filter(priv, PRIV_RP_RELEASE, vif->iface.name);
	if (error)
		log_line(failure_level(vif->instance), "%s: cannot switch rp_filter off: %s",
			 vif->iface.name, strerror(-error));
	if (error == -ENOSPC)
		retry_later(vif->instance);
	else
		vif->unfiltered = off;
}

/* What an operator should hear of: who asks on a link, and which version. */
static void log_querier(const struct instance_side *side, const char *name,
			const struct proxy_interface_status *status, struct instance_seen *seen)
{
	struct addr other = status->upstream ? (struct addr){{0}} : status->other_querier;
	const char *ip = family[side->protocol];
	char text[TEXT_ADDR];

	if (!addr_equal(&other, &seen->querier)) {
		seen->querier = other;
		/* What it was asked for by another one does not hold any more. */
		if (addr_is_any(&other))
			forget_queries(side->instance->note, side->protocol, status->vif);
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

/* RFC 3376 sections 7.3.1 and 7.2.1, RFC 4604 sections 2.2.3 and 3.6: to be said, but not for each
 * packet. */
static void log_versions(const char *name, const struct proxy_interface_status *status,
			 struct instance_seen *seen, int64_t now)
{
	enum counter counter = status->upstream ? WARN_SSM_VERSION : WARN_QUERIER_VERSION;
	uint64_t count = status->counters->value[counter];

	if (count == seen->warned || now < seen->warn_at)
		return;
	seen->warned = count;
	seen->warn_at = now + WARN_INTERVAL;
	log_warning("%s: %s", name,
		    status->upstream
			    ? "its querier is too old for SSM: sources cannot be asked for"
			    : "queries of another version are heard: set its version, or theirs");
}

static void log_queriers(struct instance_side *side, int64_t now)
{
	struct proxy_interface_status status;

	for (unsigned entry = 0; entry < side->plan->config.interface_count; entry++) {
		struct instance_vif *vif;
		struct instance_seen *seen;

		proxy_interface_status(side->proxy, entry, &status);
		if (!status.up)
			continue;
		vif = side->instance->vif[status.vif];
		seen = &vif->link[side->protocol].seen[status.upstream];
		log_querier(side, vif->iface.name, &status, seen);
		log_versions(vif->iface.name, &status, seen, now);
	}
}

/* ---- VIFs ---- */

static struct instance_vif *find_name(const struct instance *instance, const char *name)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (instance->vif[n] && !strcmp(instance->vif[n]->iface.name, name))
			return instance->vif[n];
	return NULL;
}

bool instance_has(const struct instance *instance, const char *name)
{
	return find_name(instance, name);
}

/* The kernel looks up what comes in by the interface in the instance's table from now on. */
static void add_rules(struct instance_vif *vif)
{
	struct instance *instance = vif->instance;

	for (size_t n = 0; n < PROTOCOLS; n++) {
		struct instance_side *side = &instance->side[n];
		int error = 0;

		if (ENABLE_MULTI_INSTANCE && side->proxy && side->table)
			error = rule_add(&instance->host->rules, side->protocol, vif->iface.name,
					 side->table);
		if (!error)
			continue;
		log_line(failure_level(instance), "%s: cannot make the %s rules for table %u: %s",
			 vif->iface.name, family[n], (unsigned)side->table, strerror(-error));
		retry_later(instance);
	}
}

/* Is the VIF of that number noted as this interface's? "": as nobody's. */
static bool is_noted(const struct instance *instance, unsigned n, const char *name)
{
	return !ENABLE_PRIVSEP || !instance->note
		       ? !*name
		       : !strncmp(instance->note->name[n], name, IF_NAMESIZE);
}

static void note_name(struct instance *instance, unsigned n, const char *name)
{
	struct priv_vifs *note = instance->note;

	if (!ENABLE_PRIVSEP || !note || is_noted(instance, n, name))
		return;
	for (unsigned protocol = 0; protocol < PROTOCOLS; protocol++) {
		forget_queries(note, (enum protocol)protocol, n);
		note->index[protocol][n] = 0;
	}
	memcpy(note->name[n], name, strlen(name) + 1);
}

static void remove_vif(struct instance_vif *vif)
{
	struct instance *instance = vif->instance;

	for (size_t n = 0; n < PROTOCOLS; n++) {
		struct instance_side *side = &instance->side[n];
		const struct interface_state none = {.vif = vif->number};

		forget_vif(side, vif->number);
		/* The number will be another interface's. */
		if (side->proxy)
			proxy_interface(side->proxy, loop_now(), &none);
		if (ENABLE_MULTI_INSTANCE && side->table)
			rule_remove(&instance->host->rules, side->protocol, vif->iface.name,
				    side->table);
	}
	set_rp_filter(vif, false);
	iface_unwatch(&instance->host->monitor, &vif->iface);
	note_name(instance, vif->number, "");
	instance->vif[vif->number] = NULL;
	free(vif);
}

/* A free number: the one that a worker before has given it, else one that it has given to nobody.
 * PROXY_VIFS: there is none. */
static unsigned free_number(const struct instance *instance, const char *name)
{
	unsigned unknown = PROXY_VIFS, any = PROXY_VIFS;

	for (unsigned n = PROXY_VIFS; n-- > 0;) {
		if (instance->vif[n])
			continue;
		if (is_noted(instance, n, name))
			return n;
		any = n;
		if (is_noted(instance, n, ""))
			unknown = n;
	}
	return unknown < PROXY_VIFS ? unknown : any;
}

/* A number for one more interface. If all are taken, that of one which is not wanted any more. */
static unsigned find_number(const struct instance *instance, const char *name)
{
	unsigned n = free_number(instance, name);

	if (n < PROXY_VIFS)
		return n;
	for (n = 0; instance->vif[n]->wanted; n++)
		;
	remove_vif(instance->vif[n]);
	return n;
}

/* False: no memory. */
static bool add_vif(struct instance *instance, const char *name)
{
	struct instance_vif *vif = calloc(1, sizeof(*vif));

	if (!vif)
		return false;
	vif->instance = instance;
	vif->number = find_number(instance, name);
	vif->wanted = true;
	vif->iface.changed = changed;
	vif->iface.ctx = vif;
	memcpy(vif->iface.name, name, strlen(name) + 1);
	for (size_t n = 0; n < PROTOCOLS; n++)
		vif->link[n].routers = -1;
	instance->vif[vif->number] = vif;
	note_name(instance, vif->number, name);
	return true;
}

/* A VIF for every interface of CONF; those that have one keep it. False: no memory. */
static bool add_vifs(struct instance *instance, const struct conf_instance *conf)
{
	struct instance_vif *vif;
	unsigned i;

	for (i = 0; i < PROXY_VIFS; i++)
		if (instance->vif[i])
			instance->vif[i]->wanted = false;
	for (i = 0; i < conf->interface_count; i++) {
		vif = find_name(instance, conf->interface[i].name);
		if (vif)
			vif->wanted = true;
	}
	for (i = 0; i < conf->interface_count; i++)
		if (!find_name(instance, conf->interface[i].name) &&
		    !add_vif(instance, conf->interface[i].name))
			return false;
	return true;
}

static bool wants_rp_filter_off(const struct instance *instance)
{
	return instance->side[PROTOCOL_IGMP].proxy &&
	       (instance->rp_filter_off || instance->host->rp_filter_off);
}

/* The proxies have their plans: the VIFs follow. */
static void settle_vifs(struct instance *instance)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		struct instance_vif *vif = instance->vif[n];

		if (vif && !vif->wanted)
			remove_vif(vif);
		else if (vif && vif->watched)
			update_vif(vif);
	}
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		struct instance_vif *vif = instance->vif[n];

		if (vif)
			set_rp_filter(vif, wants_rp_filter_off(instance));
		if (!vif || vif->watched)
			continue;
		vif->watched = true;
		add_rules(vif);
		/* What cannot be read now is read with what could not be read later. */
		if (iface_watch(&instance->host->monitor, &vif->iface)) {
			instance->host->guesses = true;
			retry_later(instance);
		}
	}
}

/* NULL: no memory. */
static struct plan *make_plan(const struct instance *instance, const struct conf_instance *conf,
			      enum protocol protocol)
{
	const char *name[PROXY_VIFS];

	for (unsigned n = 0; n < PROXY_VIFS; n++)
		name[n] = instance->vif[n] ? instance->vif[n]->iface.name : NULL;
	return plan_new(conf, protocol, name);
}

/* ---- life ---- */

static uint64_t seed(void)
{
	uint64_t value;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) != sizeof(value))
		value = (uint64_t)loop_now() << 20 ^ (uint64_t)getpid();
	return value;
}

static void log_holder(const struct instance *instance, enum protocol protocol)
{
	struct instance_host *host = instance->host;
	char holder[PRIV_TEXT], waiting[INSTANCE_WAITING];

	if (!priv_holders(host->priv, protocol, holder))
		strcpy(holder, "another process");
	format_text(waiting, sizeof(waiting),
		    "instance %s waits: %s multicast routing is held by %s", instance->name,
		    family[protocol], holder);
	log_line(host->again ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s", waiting);
	if (*host->waiting)
		return;
	memcpy(host->waiting, waiting, sizeof(waiting));
	host->held = protocol;
}

static const char *kernel_name(enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? "IP" : "IPV6";
}

/* A socket that has the instance's table; PRIMARY: where there are no numbered ones, the default
 * one. Descriptor or -errno. */
static int take_table(struct instance_side *side, bool primary)
{
	struct priv *priv = side->instance->host->priv;
	enum protocol protocol = side->protocol;
	int fd;

	side->table = side->instance->table;
	fd = priv_mroute(priv, protocol, side->table, &side->kept);
	if (!ENABLE_MULTI_INSTANCE || fd != -ENOPROTOOPT || !side->table || !primary)
		return fd;
	side->table = 0;
	fd = priv_mroute(priv, protocol, 0, &side->kept);
	if (fd >= 0)
		log_warning("this kernel has no numbered tables for %s multicast "
			    "(CONFIG_%s_MROUTE_MULTIPLE_TABLES): one instance runs, %s, in the "
			    "default table",
			    family[protocol], kernel_name(protocol), side->instance->name);
	return fd;
}

static bool is_missing(int error)
{
	return error == -ENOPROTOOPT || error == -EAFNOSUPPORT || error == -EPROTONOSUPPORT;
}

/* Returns 0, or 1 if the protocol is not to be had here, or -errno, logged. */
static int open_socket(struct instance_side *side, bool primary)
{
	enum protocol protocol = side->protocol;
	int error = take_table(side, primary);

	if (error >= 0) {
		side->taken = true;
		side->source.fd = error;
		return 0;
	}
	/* For the others it has been said. */
	if (is_missing(error) && primary)
		log_warning("this kernel does not route %s multicast (CONFIG_%s_MROUTE)",
			    family[protocol], kernel_name(protocol));
	if (is_missing(error))
		return 1;
	if (error == -EADDRINUSE)
		log_holder(side->instance, protocol);
	else if (error == -EPERM || error == -EACCES)
		log_error("multicast routing needs root, or CAP_NET_ADMIN and CAP_NET_RAW");
	else
		log_error("cannot open the %s multicast routing socket: %s", family[protocol],
			  strerror(-error));
	return error;
}

/* The VIFs that a worker before has left; what cannot be anybody's goes. */
static void inherit_vifs(struct instance_side *side)
{
	struct priv_vifs *note = side->instance->note;

	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		unsigned index = side->kept && note ? note->index[side->protocol][n] : 0;

		if (index && side->instance->vif[n] && mroute_has_vif(side->source.fd, n)) {
			link_of(side, n)->index = index;
			if (ENABLE_KERNEL_HOST)
				join_open(&link_of(side, n)->joins, side->instance->host->priv,
					  side->protocol, index);
			continue;
		}
		if (side->kept)
			mroute_delete_vif(side->source.fd, side->protocol, n);
		note_vif(side, n, 0);
	}
	if (note)
		priv_use(side->instance->host->priv, note, side->protocol, side->instance->table,
			 true);
}

/* Its socket is open. */
static int start_side(struct instance_side *side, const struct conf_instance *conf)
{
	int error;

	if (ENABLE_PRIVSEP)
		inherit_vifs(side);
	side->source.ready = receive;
	side->source.ctx = side;
	error = loop_add(&side->instance->host->loop, &side->source, EPOLLIN);
	if (!error)
		side->plan = make_plan(side->instance, conf, side->protocol);
	if (side->plan)
		side->proxy = proxy_new(&side->plan->config, &proxy_out, side, seed());
	if (!side->proxy && !error)
		error = -ENOMEM;
	if (error)
		log_error("cannot start: %s", strerror(-error));
	return error;
}

static void close_side(struct instance_side *side)
{
	if (side->source.fd < 0)
		return;
	loop_remove(&side->instance->host->loop, &side->source);
	if (side->proxy)
		proxy_shutdown(side->proxy, loop_now());
	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (side->instance->vif[n])
			forget_vif(side, n);
	mroute_done(side->source.fd, side->protocol);
	close(side->source.fd);
	if (ENABLE_PRIVSEP && side->instance->note)
		priv_use(side->instance->host->priv, side->instance->note, side->protocol,
			 side->instance->table, false);
	if (side->proxy)
		proxy_free(side->proxy);
	plan_free(side->plan);
	side->source.fd = -1;
	side->proxy = NULL;
	side->plan = NULL;
}

/* ---- what a worker before has left ---- */

enum { ORPHANS = 16 };

struct adoption {
	struct instance_side *side;
	enum { ADOPT_WILDCARD, ADOPT_SOURCES, REMOVE_ORPHANS } pass;
	bool failed;
	/* whose VIF is gone: not removed while they are being read */
	struct route orphan[ORPHANS];
	unsigned orphan_count;
};

/* Its VIF is gone, so nobody knows which input the kernel has it under. */
static void remove_anywhere(struct instance_side *side, struct route route)
{
	route.remove = true;
	for (route.input = 0; route.input < PROXY_VIFS; route.input++)
		mroute_route(side->source.fd, side->protocol, &route, side->plan->threshold);
}

static void adopt(void *ctx, const struct route *route)
{
	struct adoption *adoption = ctx;
	struct instance_side *side = adoption->side;

	if (adoption->pass == REMOVE_ORPHANS) {
		if (route->input == PROXY_VIFS && adoption->orphan_count < ORPHANS)
			adoption->orphan[adoption->orphan_count++] = *route;
	} else if (route->input < PROXY_VIFS &&
		   addr_is_any(&route->source) == (adoption->pass == ADOPT_WILDCARD)) {
		adoption->failed |= !proxy_adopt(side->proxy, loop_now(), route);
	}
}

/* The first query that the worker before has heard since BEFORE (NULL: at all). NULL: none. */
static const struct priv_query *next_query(const struct priv_query query[PRIV_VERSIONS],
					   const struct priv_query *before)
{
	const struct priv_query *next = NULL;

	for (unsigned n = 0; n < PRIV_VERSIONS; n++)
		if (query[n].length && (!before || query[n].at > before->at) &&
		    (!next || query[n].at < next->at))
			next = &query[n];
	return next;
}

/* Whatever the worker before has made of it, it is one more packet. */
static void hear_again(struct instance_side *side, unsigned vif)
{
	const struct priv_query *all = side->instance->note->query[vif][side->protocol];
	const struct priv_query *query = NULL;

	while ((query = next_query(all, query))) {
		const struct packet packet = {.vif = vif,
					      .source = query->source,
					      .destination = query->destination,
					      .ttl = 1,
					      .router_alert = query->router_alert,
					      .data = query->data,
					      .length = query->length};

		if (query->length <= PRIV_QUERY && query->at <= loop_now())
			proxy_packet(side->proxy, query->at, &packet);
	}
}

/* Who asks on a link, and which version: a proxy that does not know would ask and forward beside
 * another one, and speak what is not understood, until that one asks again. */
static void inherit_queriers(struct instance_side *side)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (side->instance->note && side->instance->vif[n] && link_of(side, n)->index)
			hear_again(side, n);
}

/* The routes in the kernel become memberships. If they cannot be read they are told anew. */
static void adopt_routes(struct instance_side *side)
{
	unsigned index[PROXY_VIFS] = {0};
	struct adoption adoption = {.side = side};
	const struct mroute_dump dump = {.protocol = side->protocol,
					 .table = side->table,
					 .index = index,
					 .route = adopt,
					 .ctx = &adoption};
	/* One of its own: the proxy may ask about routes meanwhile. */
	struct netlink netlink;
	int error = netlink_open(&netlink, 0);

	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (side->instance->vif[n])
			index[n] = link_of(side, n)->index;
	for (unsigned pass = ADOPT_WILDCARD; pass <= REMOVE_ORPHANS && !error; pass++) {
		adoption.pass = pass;
		error = mroute_dump(&netlink, &dump);
	}
	netlink_close(&netlink);
	while (adoption.orphan_count)
		remove_anywhere(side, adoption.orphan[--adoption.orphan_count]);
	side->instance->host->guesses |=
		error || adoption.failed || proxy_forwarding(side->proxy) != FORWARDING_WILDCARD;
	if (!error && !adoption.failed)
		return;
	log_warning("%s: the kernel's routes are made anew: %s", family[side->protocol],
		    strerror(error ? -error : ENOMEM));
	mroute_flush(side->source.fd, side->protocol);
	proxy_reinstall(side->proxy);
}

static void init(struct instance *instance, struct instance_host *host,
		 const struct conf_instance *conf)
{
	instance->host = host;
	instance->table = conf->table;
	if (ENABLE_PRIVSEP)
		instance->note = priv_vifs(host->priv, conf->table);
	instance->rp_filter_off = conf->rp_filter_off;
	instance->retry_at = INT64_MAX;
	instance->retry_delay = RETRY_FIRST;
	memcpy(instance->name, conf->name, sizeof(instance->name));
	memcpy(instance->protocol, conf->protocol, sizeof(instance->protocol));
	for (unsigned n = 0; n < PROTOCOLS; n++) {
		instance->side[n].instance = instance;
		instance->side[n].protocol = (enum protocol)n;
		instance->side[n].source.fd = -1;
	}
}

int instance_open(struct instance *instance, struct instance_host *host,
		  const struct conf_instance *conf, bool primary)
{
	bool running = false;
	int error, result;

	init(instance, host, conf);
	error = add_vifs(instance, conf) ? 0 : -ENOMEM;
	if (error)
		log_error("cannot start: %s", strerror(-error));
	for (unsigned n = 0; n < PROTOCOLS && !error; n++) {
		if (!conf->protocol[n])
			continue;
		result = open_socket(&instance->side[n], primary);
		if (!result)
			result = start_side(&instance->side[n], conf);
		error = result < 0 ? result : 0;
		running |= !result;
	}
	if (!error && !running)
		error = -ENOPROTOOPT;
	if (error)
		instance_close(instance);
	else
		settle_vifs(instance);
	for (unsigned n = 0; n < PROTOCOLS && !error; n++) {
		if (ENABLE_PRIVSEP && instance->side[n].proxy && instance->side[n].kept) {
			inherit_queriers(&instance->side[n]);
			adopt_routes(&instance->side[n]);
		}
		if (ENABLE_MULTI_INSTANCE && instance->side[n].proxy && instance->side[n].table)
			rule_sweep(&host->rules, (enum protocol)n, instance->side[n].table);
	}
	return error;
}

void instance_close(struct instance *instance)
{
	for (unsigned n = 0; n < PROTOCOLS; n++)
		close_side(&instance->side[n]);
	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (instance->vif[n])
			remove_vif(instance->vif[n]);
	/* Only whoever has a table may remove its rules. */
	for (unsigned n = 0; ENABLE_PRIVSEP && n < PROTOCOLS; n++)
		if (instance->side[n].taken)
			priv_mroute_done(instance->host->priv, (enum protocol)n,
					 instance->side[n].table);
}

/* ---- another configuration ---- */

bool instance_is(const struct instance *instance, const struct conf_instance *conf)
{
	return !strcmp(instance->name, conf->name) && instance->table == conf->table &&
	       !memcmp(instance->protocol, conf->protocol, sizeof(conf->protocol));
}

/* False: no memory, and nothing has changed. */
static bool change_plan(struct instance_side *side, struct plan *plan)
{
	struct plan *old = side->plan;

	if (!proxy_reconfigure(side->proxy, loop_now(), &plan->config)) {
		plan_free(plan);
		return false;
	}
	side->plan = plan;
	/* A route in the kernel has the thresholds of its outputs in it. */
	if (memcmp(old->threshold, plan->threshold, sizeof(old->threshold)) != 0)
		proxy_reinstall(side->proxy);
	plan_free(old);
	return true;
}

bool instance_reconfigure(struct instance *instance, const struct conf_instance *conf)
{
	struct plan *plan[PROTOCOLS] = {NULL};
	bool done = add_vifs(instance, conf);
	unsigned n;

	for (n = 0; n < PROTOCOLS && done; n++) {
		if (!instance->side[n].proxy)
			continue;
		plan[n] = make_plan(instance, conf, (enum protocol)n);
		done = plan[n];
	}
	for (n = 0; n < PROTOCOLS; n++) {
		if (plan[n] && done)
			done = change_plan(&instance->side[n], plan[n]);
		else
			plan_free(plan[n]);
	}
	if (done) {
		instance->rp_filter_off = conf->rp_filter_off;
		settle_vifs(instance);
	}
	return done;
}

/* ---- time ---- */

static void retry_routes(struct instance_side *side)
{
	unsigned n, count = side->refused_count;

	side->refused_count = 0;
	if (count > INSTANCE_REFUSED) {
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

static void retry_joins(struct instance_side *side)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		int error = 0;

		if (side->instance->vif[n] && link_of(side, n)->joins.pending)
			error = join_retry(&link_of(side, n)->joins);
		if (error)
			log_join(side, n, error);
	}
}

/* Once more what the kernel refused, with what the proxies want by now. */
static void retry(struct instance *instance)
{
	struct instance_side *side;

	instance->retry_at = INT64_MAX;
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		if (!instance->vif[n] || !instance->vif[n]->watched)
			continue;
		add_rules(instance->vif[n]);
		set_rp_filter(instance->vif[n], wants_rp_filter_off(instance));
		update_vif(instance->vif[n]);
	}
	for (side = instance->side; side < instance->side + PROTOCOLS; side++) {
		if (side->proxy)
			retry_routes(side);
		if (ENABLE_KERNEL_HOST && side->proxy)
			retry_joins(side);
	}
	if (instance->retry_at == INT64_MAX)
		instance->retry_delay = RETRY_FIRST;
}

/* Returns the next deadline. */
static int64_t tick(struct instance *instance, int64_t now)
{
	struct instance_side *side;
	int64_t first = INT64_MAX;

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
	return first;
}

int64_t instance_turn(struct instance *instance, int64_t now)
{
	int64_t first = tick(instance, now);

	/* Behind the tick, which may have corrected what was refused. */
	if (instance->retry_at <= now) {
		retry(instance);
		first = tick(instance, now);
	}
	return instance->retry_at < first ? instance->retry_at : first;
}

const struct control_view *instance_views(struct instance *instance,
					  const struct control_view *next)
{
	for (unsigned n = PROTOCOLS; n-- > 0;) {
		struct instance_side *side = &instance->side[n];

		if (!side->proxy)
			continue;
		side->view = (struct control_view){
			.next = next,
			.instance = instance->name,
			.protocol = side->protocol,
			.table = side->table,
			.proxy = side->proxy,
			.mroute = side->source.fd,
			.entry_count = side->plan->config.interface_count,
		};
		for (unsigned vif = 0; vif < PROXY_VIFS; vif++)
			if (instance->vif[vif])
				side->view.interface[vif] = &instance->vif[vif]->iface;
		next = &side->view;
	}
	return next;
}

/* ---- health ---- */

/* True: TEXT says what. */
static bool side_waits(const struct instance_side *side, char *text, size_t size)
{
	const char *name = side->instance->name, *ip = family[side->protocol];

	if (side->refused_count)
		return format_text(text, size, "instance %s: the kernel refused %u %s routes", name,
				   side->refused_count, ip);
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		const struct instance_vif *vif = side->instance->vif[n];

		if (vif && vif->iface.index && !vif->link[side->protocol].index)
			return format_text(
				text, size,
				"instance %s: the kernel does not route %s multicast on %s", name,
				ip, vif->iface.name);
	}
	return false;
}

bool instance_waits(const struct instance *instance, char *text, size_t size)
{
	if (instance->retry_at == INT64_MAX)
		return false;
	for (unsigned n = 0; n < PROTOCOLS; n++)
		if (instance->side[n].proxy && side_waits(&instance->side[n], text, size))
			return true;
	return format_text(text, size, "instance %s: what failed is tried again, the log says what",
			   instance->name);
}
