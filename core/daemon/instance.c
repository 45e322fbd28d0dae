/* SPDX-License-Identifier: MIT */
/* The life of an instance; see instance.h. Owns: its tables, its proxies with their plans,
 * and its turns. */
#include "core/daemon/instance.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/format.h"
#include "core/base/text.h"
#include "core/daemon/effect.h"
#include "core/daemon/inherit.h"
#include "core/daemon/neighbors.h"
#include "core/daemon/vif.h"
#include "core/kernel/mroute.h"

/* NULL: no memory. */
static struct plan *make_plan(const struct instance *instance, const struct conf_instance *conf,
			      enum protocol protocol)
{
	const char *name[PROXY_VIFS];

	for (unsigned n = 0; n < PROXY_VIFS; n++)
		name[n] = instance->vif[n] ? instance->vif[n]->iface.name : NULL;
	return plan_new(conf, protocol, name);
}

static uint64_t make_seed(void)
{
	uint64_t value;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) != sizeof(value))
		value = (uint64_t)loop_now() << 20 ^ (uint64_t)getpid();
	return value;
}

static void log_holder(const struct instance *instance, enum protocol protocol)
{
	struct common *common = instance->common;
	char holder[PRIV_TEXT], waiting[COMMON_WAITING];

	if (!priv_holders(common->priv, protocol, holder))
		format_text(holder, sizeof(holder), "another process");
	format_text(waiting, sizeof(waiting),
		    "instance %s waits: %s multicast routing is held by %s", instance->name,
		    text_family(protocol), holder);
	log_line(common->retried ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s", waiting);
	if (*common->waiting)
		return;
	memcpy(common->waiting, waiting, sizeof(waiting));
	common->held = protocol;
}

static const char *kernel_name(enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? "IP" : "IPV6";
}

/* A socket that has the instance's table; PRIMARY: where there are no numbered ones, the default
 * one. Descriptor or -errno. */
static int take_table(struct side *side, bool primary)
{
	struct priv *priv = side->instance->common->priv;
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
			    text_family(protocol), kernel_name(protocol), side->instance->name);
	return fd;
}

static bool is_unsupported(int error)
{
	return error == -ENOPROTOOPT || error == -EAFNOSUPPORT || error == -EPROTONOSUPPORT;
}

/* Returns 0, or 1 if the protocol is not to be had here, or -errno, logged. */
static int open_socket(struct side *side, bool primary)
{
	enum protocol protocol = side->protocol;
	int error = take_table(side, primary);

	if (error >= 0) {
		side->taken = true;
		side->source.fd = error;
		return 0;
	}
	/* For the others it has been said. */
	if (is_unsupported(error) && primary)
		log_warning("this kernel does not route %s multicast (CONFIG_%s_MROUTE)",
			    text_family(protocol), kernel_name(protocol));
	if (is_unsupported(error))
		return 1;
	if (error == -EADDRINUSE)
		log_holder(side->instance, protocol);
	else if (error == -EPERM || error == -EACCES)
		log_error("multicast routing needs root, or CAP_NET_ADMIN and CAP_NET_RAW");
	else
		log_error("cannot open the %s multicast routing socket: %s", text_family(protocol),
			  error_text(error));
	return error;
}

/* Its socket is open. */
static int start_side(struct side *side, const struct conf_instance *conf)
{
	int error;

	vif_inherit(side);
	side->source.ready = effect_receive;
	side->source.ctx = side;
	error = loop_add(&side->instance->common->loop, &side->source, EPOLLIN);
	if (!error)
		side->plan = make_plan(side->instance, conf, side->protocol);
	if (side->plan)
		side->proxy = proxy_new(&side->plan->config, effect_out(), side, make_seed());
	if (!side->proxy && !error)
		error = -ENOMEM;
	if (error)
		log_error("cannot start: %s", error_text(error));
	return error;
}

static void close_side(struct side *side)
{
	if (side->source.fd < 0)
		return;
	loop_remove(&side->instance->common->loop, &side->source);
	if (side->proxy)
		proxy_shutdown(side->proxy, loop_now());
	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (side->instance->vif[n])
			vif_forget(side, n);
	mroute_done(side->source.fd, side->protocol);
	close(side->source.fd);
	inherit_use(side, false);
	if (side->proxy)
		proxy_free(side->proxy);
	plan_free(side->plan);
	side->source.fd = -1;
	side->proxy = NULL;
	side->plan = NULL;
}

static void init_instance(struct instance *instance, struct common *common,
			  const struct conf_instance *conf)
{
	instance->common = common;
	instance->table = conf->table;
	inherit_open(instance);
	instance->rp_filter_off = conf->rp_filter_off;
	backoff_init(&instance->retry);
	memcpy(instance->name, conf->name, sizeof(instance->name));
	memcpy(instance->protocol, conf->protocol, sizeof(instance->protocol));
	for (unsigned n = 0; n < PROTOCOLS; n++) {
		instance->side[n].instance = instance;
		instance->side[n].protocol = (enum protocol)n;
		instance->side[n].source.fd = -1;
	}
}

int instance_open(struct instance *instance, struct common *common,
		  const struct conf_instance *conf, bool primary)
{
	bool running = false;
	int error, result;

	init_instance(instance, common, conf);
	error = vif_add(instance, conf) ? 0 : -ENOMEM;
	if (error)
		log_error("cannot start: %s", error_text(error));
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
		vif_settle(instance);
	for (unsigned n = 0; n < PROTOCOLS && !error; n++) {
		if (instance->side[n].proxy)
			inherit_state(&instance->side[n]);
		if (ENABLE_MULTI_INSTANCE && instance->side[n].proxy && instance->side[n].table)
			rule_sweep(&common->rules, (enum protocol)n, instance->side[n].table);
	}
	return error;
}

void instance_close(struct instance *instance)
{
	for (unsigned n = 0; n < PROTOCOLS; n++)
		close_side(&instance->side[n]);
	vif_close(instance);
	/* Only whoever has a table may remove its rules. */
	for (unsigned n = 0; n < PROTOCOLS; n++)
		if (instance->side[n].taken)
			priv_mroute_done(instance->common->priv, (enum protocol)n,
					 instance->side[n].table);
}

bool instance_is(const struct instance *instance, const struct conf_instance *conf)
{
	return !strcmp(instance->name, conf->name) && instance->table == conf->table &&
	       !memcmp(instance->protocol, conf->protocol, sizeof(conf->protocol));
}

bool instance_has(const struct instance *instance, const char *name)
{
	return vif_find(instance, name);
}

/* False: no memory, and nothing has changed. */
static bool change_plan(struct side *side, struct plan *plan)
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
	bool done = vif_add(instance, conf);
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
		vif_settle(instance);
	}
	return done;
}

/* Returns the next deadline. */
static int64_t tick_sides(struct instance *instance, int64_t now)
{
	struct side *side;
	int64_t first = INT64_MAX;

	for (side = instance->side; side < instance->side + PROTOCOLS; side++) {
		int64_t deadline;

		if (!side->proxy)
			continue;
		if (proxy_deadline(side->proxy) <= now)
			proxy_tick(side->proxy, now);
		neighbors_log(side, now);
		deadline = proxy_deadline(side->proxy);
		if (deadline < first)
			first = deadline;
	}
	return first;
}

/* Once more what the kernel refused, with what the proxies want by now. So each is behind a tick:
 * of what has come with the turn's events, and of what interfaces have become. */
static void retry_refused(struct instance *instance, int64_t now)
{
	vif_retry(instance);
	tick_sides(instance, now);
	for (unsigned n = 0; n < PROTOCOLS; n++)
		if (instance->side[n].proxy)
			effect_retry(&instance->side[n]);
	backoff_end(&instance->retry);
}

int64_t instance_turn(struct instance *instance, int64_t now)
{
	int64_t first = tick_sides(instance, now);

	if (backoff_begin(&instance->retry, now)) {
		retry_refused(instance, now);
		first = tick_sides(instance, now);
	}
	return instance->retry.at < first ? instance->retry.at : first;
}

const struct control_view *instance_views(struct instance *instance,
					  const struct control_view *next)
{
	for (unsigned n = PROTOCOLS; n-- > 0;) {
		struct side *side = &instance->side[n];

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

/* True: TEXT says what. */
static bool side_waits(const struct side *side, char *text, size_t size)
{
	const char *name = side->instance->name, *ip = text_family(side->protocol);

	if (side->refused_count)
		return format_text(text, size, "instance %s: the kernel refused %u %s routes", name,
				   side->refused_count, ip);
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		const struct vif *vif = side->instance->vif[n];

		if (vif && vif->iface.index && !vif->link[side->protocol].index)
			return format_text(
				text, size,
				"instance %s: the kernel does not route %s multicast on %s", name,
				ip, vif->iface.name);
	}
	return false;
}

bool instance_tell(const struct instance *instance, link_teller *tell, char text[CONTROL_ERROR])
{
	for (unsigned i = 0; i < PROTOCOLS * PROXY_VIFS; i++) {
		const struct side *side = &instance->side[i / PROXY_VIFS];
		const struct vif *vif = instance->vif[i % PROXY_VIFS];

		if (side->proxy && vif && tell(side, vif, text))
			return true;
	}
	return false;
}

bool instance_waits(const struct instance *instance, char *text, size_t size)
{
	if (instance->retry.at == INT64_MAX)
		return false;
	for (unsigned n = 0; n < PROTOCOLS; n++)
		if (instance->side[n].proxy && side_waits(&instance->side[n], text, size))
			return true;
	return format_text(text, size, "instance %s: what failed is tried again, the log says what",
			   instance->name);
}
