/* SPDX-License-Identifier: MIT */
/* Makes the bench's network namespaces, with `ip` of iproute2 for links and addresses. */
#include "topology.h"

#include <sys/mount.h>

#include "tests/unit/netns.h"

/* The upstream's subnets hold all senders: nothing but the proxy decides about their packets. */
static const char router_setup[] = "ip -batch - <<END\n"
				   "link set lo up\n"
				   "address add 10.0.0.1/16 dev up0\n"
				   "address add 10.1.0.1/24 dev dn1\n"
				   "address add 10.2.0.1/24 dev dn2\n"
				   "link set up0 up\n"
				   "link set dn1 up\n"
				   "link set dn2 up\n"
				   "END\n";
/* It ends when all addresses can be used. */
static const char router_setup_ipv6[] =
	"ip -batch - <<END || exit\n"
	"address add 2001:db8::1/64 dev up0 nodad\n"
	"address add 2001:db8:1::1/64 dev dn1 nodad\n"
	"address add 2001:db8:2::1/64 dev dn2 nodad\n"
	"END\n"
	"for try in $(seq 500); do\n"
	"	[ $(ip -6 address show scope link -tentative | grep -c inet6) -ge 3 ] && exit\n"
	"	sleep 0.02\n"
	"done\n"
	"exit 1\n";

static const char *const link_name[LINKS] = {"up0", "dn1", "dn2"};

/* Behind a link, which it makes. The peers' own kernel must neither answer nor speak: the bench
 * does that. */
static bool make_peer(struct topology *topology, enum link link)
{
	int *peer = &topology->peer[link];
	bool made;

	if (unshare(CLONE_NEWNET) || (*peer = netns_open()) < 0)
		return false;
	topology_set("net/ipv6/conf/default/disable_ipv6", "1");
	made = netns_run("ip link add peer type veth peer name %s netns /proc/%d/fd/%d && "
			 "ip link set peer up",
			 link_name[link], (int)getpid(), topology->router);
	return !setns(topology->router, CLONE_NEWNET) && made;
}

static bool build(struct topology *topology)
{
	if (unshare(CLONE_NEWNET) || (topology->router = netns_open()) < 0)
		return false;
	/* Nobody else is on the links: no second is spent on looking for a duplicate address. */
	topology_set("net/ipv6/conf/default/accept_dad", "0");
	for (int link = 0; link < LINKS; link++)
		if (!make_peer(topology, (enum link)link))
			return false;
	return !system(router_setup) && (!topology_has_ipv6() || !system(router_setup_ipv6));
}

int topology_enter(void)
{
	/* The network namespace shows now what would be missing later. */
	int error = netns_new(CLONE_NEWNS);

	if (!error && (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		       mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")))
		error = -errno;
	if (error)
		fprintf(stderr,
			"bench: no network namespace: %s (run it as root, or allow user "
			"namespaces)\n",
			strerror(-error));
	return error ? -1 : 0;
}

int topology_open(struct topology *topology)
{
	*topology = (struct topology){-1, {-1, -1, -1}};
	if (build(topology))
		return 0;
	fprintf(stderr, "bench: cannot set up the network (apt-get install iproute2)\n");
	topology_close(topology);
	return -1;
}

void topology_close(struct topology *topology)
{
	for (int link = 0; link < LINKS; link++)
		if (topology->peer[link] >= 0)
			close(topology->peer[link]);
	if (topology->router >= 0)
		close(topology->router);
}

bool topology_has_ipv6(void)
{
	return !access("/proc/self/net/if_inet6", F_OK);
}

void topology_set(const char *name, const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	netns_write(path, value);
}
