/* SPDX-License-Identifier: MIT */
/* Interfaces of an instance; see vif.h. */
#include "core/daemon/vif.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/daemon/inherit.h"
#include "core/kernel/mroute.h"
#include "core/kernel/rawsock.h"

/* As the kernel has it (RFC 791). */
enum { LEAST_IPV4_MTU = 68 };

static void leave_routers(struct side *side, struct side_link *link)
{
	rawsock_leave_routers(link->routers, side->protocol, link->index);
	priv_close(side->instance->common->priv, link->routers);
	link->routers = -1;
}

void vif_forget(struct side *side, unsigned vif)
{
	struct side_link *link = side_link(side, vif);

	if (!link->index)
		return;
	mroute_delete_vif(side->source.fd, side->protocol, vif);
	inherit_note_vif(side, vif, 0);
	leave_routers(side, link);
	if (ENABLE_KERNEL_HOST)
		join_close(&link->joins);
	link->index = 0;
}

/* There is a VIF in the kernel. */
static void have_vif(struct side *side, unsigned vif, unsigned index)
{
	struct side_link *link = side_link(side, vif);

	link->index = index;
	link->since = loop_now();
	if (ENABLE_KERNEL_HOST)
		join_open(&link->joins, side->instance->common->priv, side->protocol, index);
}

static void make_vif(struct side *side, unsigned vif, const struct iface *iface)
{
	uint8_t threshold = side->plan->threshold[vif];
	int error;

	/* Before: what is noted need not be there, but what is there has to be noted. */
	inherit_note_vif(side, vif, iface->index);
	error = mroute_add_vif(side->source.fd, side->protocol, vif, iface->index, threshold);
	/* It could not be removed. */
	if (error == -EADDRINUSE && !mroute_delete_vif(side->source.fd, side->protocol, vif))
		error = mroute_add_vif(side->source.fd, side->protocol, vif, iface->index,
				       threshold);
	if (!error) {
		have_vif(side, vif, iface->index);
		return;
	}
	log_line(side_failure(side->instance),
		 "%s: the kernel does not route %s multicast on it: %s", iface->name,
		 text_family(side->protocol), error_text(error));
}

void vif_inherit(struct side *side)
{
	bool kept = inherit_is_kept(side);

	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		unsigned index = inherit_index(side, n);

		if (index && side->instance->vif[n] && mroute_has_vif(side->source.fd, n)) {
			have_vif(side, n, index);
			continue;
		}
		if (kept)
			mroute_delete_vif(side->source.fd, side->protocol, n);
		inherit_note_vif(side, n, 0);
	}
	inherit_use(side, true);
}

static void join_routers(struct side *side, struct side_link *link, const struct iface *iface)
{
	link->routers = rawsock_join_routers(side->protocol, iface->index);
	if (link->routers >= 0) {
		priv_keep(side->instance->common->priv, link->routers);
		return;
	}
	log_line(side_failure(side->instance), "%s: cannot join the routers' groups: %s",
		 iface->name, error_text(link->routers));
}

/* The socket does not wake up for other interfaces. Those of the last time are still all that it
 * hears if this fails. */
static void filter_socket(struct side *side)
{
	unsigned index[2 * PROXY_VIFS], count = 0;
	int error;

	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		if (!side->instance->vif[n] || !side_link(side, n)->index)
			continue;
		index[count++] = side_link(side, n)->index;
		/* A VRF is where its packets seem to come from. */
		if (side->instance->vif[n]->iface.master)
			index[count++] = side->instance->vif[n]->iface.master;
	}
	error = rawsock_filter(side->source.fd, side->protocol, index, count);
	if (!error)
		return;
	log_line(side_failure(side->instance), "%s: cannot change what the socket hears: %s",
		 text_family(side->protocol), error_text(error));
}

/* The kernel's part of what an interface is now. ADDRESS: the side's, any: none. */
static void update_link(struct side *side, unsigned vif, const struct iface *iface,
			const struct addr *address)
{
	struct side_link *link = side_link(side, vif);
	bool dropped = iface->dropped[side->protocol];
	bool downstream = side_is_downstream(side, vif) && !addr_is_any(address);
	/* The kernel takes IPv4, and what has been set for it, off a smaller one. */
	bool possible = side->protocol == PROTOCOL_MLD || iface->mtu >= LEAST_IPV4_MTU;
	unsigned index = possible ? iface->index : 0;

	if (link->index != index)
		vif_forget(side, vif);
	if (index && !link->index)
		make_vif(side, vif, iface);
	filter_socket(side);
	if (ENABLE_KERNEL_HOST && dropped && join_renew(&link->joins))
		side_failure(side->instance);
	/* Without an address nothing is heard; the kernel may have forgotten who is a member, too:
	 * before Linux 4.11 it does not tell. */
	if (!downstream || dropped)
		leave_routers(side, link);
	if (downstream && link->index && link->routers < 0)
		join_routers(side, link, iface);
}

static void update_side(struct side *side, unsigned vif)
{
	const struct iface *iface = &side->instance->vif[vif]->iface;
	bool ipv4 = side->protocol == PROTOCOL_IGMP;
	struct prefix prefix[IFACE_PREFIXES];
	struct interface_state state = {.vif = vif, .prefix = prefix, .mtu = iface->mtu};

	state.address = ipv4 ? iface->ipv4 : iface->link_local;
	update_link(side, vif, iface, &state.address);
	state.exists = side_link(side, vif)->index;
	state.up = state.exists && iface->up;
	state.moved = iface->moved || iface->dropped[side->protocol];
	for (unsigned n = 0; n < iface->prefix_count; n++)
		if (addr_is_ipv4(&iface->prefix[n].address) == ipv4) {
			state.own |= (iface->own >> n & 1) << state.prefix_count;
			prefix[state.prefix_count++] = iface->prefix[n];
		}
	if (!proxy_interface(side->proxy, loop_now(), &state))
		backoff_fail(&side->instance->retry, loop_now());
}

static void update_vif(struct vif *vif)
{
	struct side *side = vif->instance->side;

	for (; side < vif->instance->side + PROTOCOLS; side++)
		if (side->proxy)
			update_side(side, vif->number);
}

static void take_change(void *ctx, struct iface *iface)
{
	if (iface->index)
		log_notice("%s: %s, index %u, %p, %p", iface->name, iface->up ? "up" : "down",
			   iface->index, &iface->ipv4, &iface->link_local);
	else
		log_notice("%s: absent", iface->name);
	if (iface->index && ((struct vif *)ctx)->unfiltered)
		priv_rp_filter(((struct vif *)ctx)->instance->common->priv, PRIV_RP_REFRESH,
			       iface->name);
	update_vif(ctx);
	iface->moved = false;
	memset(iface->dropped, false, sizeof(iface->dropped));
}

/* Sources upstream are seldom where the unicast routes expect them. */
static void set_rp_filter(struct vif *vif, bool off)
{
	struct priv *priv = vif->instance->common->priv;
	int error = 0;

	if (off && !vif->unfiltered)
		error = priv_rp_filter(priv, PRIV_RP_HOLD, vif->iface.name);
	else if (!off && vif->unfiltered)
		priv_rp_filter(priv, PRIV_RP_RELEASE, vif->iface.name);
	if (error)
		log_line(error == -ENOSPC ? side_failure(vif->instance) : LOG_LEVEL_WARNING,
			 "%s: cannot switch rp_filter off: %s", vif->iface.name, error_text(error));
	/* What else failed would fail again. */
	if (error != -ENOSPC)
		vif->unfiltered = off;
}

struct vif *vif_find(const struct instance *instance, const char *name)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (instance->vif[n] && !strcmp(instance->vif[n]->iface.name, name))
			return instance->vif[n];
	return NULL;
}

/* The kernel looks up what comes in by the interface in the instance's table from now on. */
static void add_rules(struct vif *vif)
{
	struct instance *instance = vif->instance;

	for (size_t n = 0; n < PROTOCOLS; n++) {
		struct side *side = &instance->side[n];
		int error = 0;

		if (ENABLE_MULTI_INSTANCE && side->proxy && side->table)
			error = rule_add(&instance->common->rules, side->protocol, vif->iface.name,
					 side->table);
		if (!error)
			continue;
		log_line(side_failure(instance), "%s: cannot make the %s rules for table %u: %s",
			 vif->iface.name, text_family(side->protocol), (unsigned)side->table,
			 error_text(error));
	}
}

static void remove_vif(struct vif *vif)
{
	struct instance *instance = vif->instance;

	for (size_t n = 0; n < PROTOCOLS; n++) {
		struct side *side = &instance->side[n];
		const struct interface_state none = {.vif = vif->number};

		vif_forget(side, vif->number);
		/* The number will be another interface's. */
		if (side->proxy)
			proxy_interface(side->proxy, loop_now(), &none);
		if (ENABLE_MULTI_INSTANCE && side->table)
			rule_remove(&instance->common->rules, side->protocol, vif->iface.name,
				    side->table);
	}
	set_rp_filter(vif, false);
	iface_unwatch(&instance->common->ifaces, &vif->iface);
	inherit_note_name(instance, vif->number, "");
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
		if (inherit_is_noted(instance, n, name))
			return n;
		any = n;
		if (inherit_is_noted(instance, n, ""))
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
	struct vif *vif = calloc(1, sizeof(*vif));

	if (!vif)
		return false;
	vif->instance = instance;
	vif->number = find_number(instance, name);
	vif->wanted = true;
	vif->iface.changed = take_change;
	vif->iface.ctx = vif;
	memcpy(vif->iface.name, name, strlen(name) + 1);
	for (size_t n = 0; n < PROTOCOLS; n++)
		vif->link[n].routers = -1;
	instance->vif[vif->number] = vif;
	inherit_note_name(instance, vif->number, name);
	return true;
}

bool vif_add(struct instance *instance, const struct conf_instance *conf)
{
	struct vif *vif;
	unsigned i;

	for (i = 0; i < PROXY_VIFS; i++)
		if (instance->vif[i])
			instance->vif[i]->wanted = false;
	for (i = 0; i < conf->interface_count; i++) {
		vif = vif_find(instance, conf->interface[i].name);
		if (vif)
			vif->wanted = true;
	}
	for (i = 0; i < conf->interface_count; i++)
		if (!vif_find(instance, conf->interface[i].name) &&
		    !add_vif(instance, conf->interface[i].name))
			return false;
	return true;
}

static bool wants_rp_filter_off(const struct instance *instance)
{
	return instance->side[PROTOCOL_IGMP].proxy &&
	       (instance->rp_filter_off || instance->common->rp_filter_off);
}

void vif_settle(struct instance *instance)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		struct vif *vif = instance->vif[n];

		if (vif && !vif->wanted)
			remove_vif(vif);
		else if (vif && vif->watched)
			update_vif(vif);
	}
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		struct vif *vif = instance->vif[n];

		if (vif)
			set_rp_filter(vif, wants_rp_filter_off(instance));
		if (!vif || vif->watched)
			continue;
		vif->watched = true;
		add_rules(vif);
		/* What cannot be read now is read with what could not be read later. */
		if (iface_watch(&instance->common->ifaces, &vif->iface)) {
			instance->common->guesses = true;
			backoff_fail(&instance->retry, loop_now());
		}
	}
}

void vif_retry(struct instance *instance)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++) {
		if (!instance->vif[n] || !instance->vif[n]->watched)
			continue;
		add_rules(instance->vif[n]);
		set_rp_filter(instance->vif[n], wants_rp_filter_off(instance));
		update_vif(instance->vif[n]);
	}
}

void vif_close(struct instance *instance)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (instance->vif[n])
			remove_vif(instance->vif[n]);
}
