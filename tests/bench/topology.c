/* SPDX-License-Identifier: MIT */
/* Makes the bench's network namespaces, with `ip` of iproute2 for links and addresses. */
#include "topology.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* The upstream's subnets hold all senders: nothing but the proxy decides about their packets. */
static const char router_setup[] = "link set lo up\n"
				   "address add 10.0.0.1/16 dev up0\n"
				   "address add 10.1.0.1/24 dev dn1\n"
				   "address add 10.2.0.1/24 dev dn2\n"
				   "link set up0 up\n"
				   "link set dn1 up\n"
				   "link set dn2 up\n";
static const char router_setup_ipv6[] = "address add 2001:db8::1/64 dev up0 nodad\n"
					"address add 2001:db8:1::1/64 dev dn1 nodad\n"
					"address add 2001:db8:2::1/64 dev dn2 nodad\n";

static const char *const link_name[LINKS] = {"up0", "dn1", "dn2"};

static int write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const size_t length = strlen(text);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, length) != (ssize_t)length)
		error = -errno;
	close(fd);
	return error;
}

/* user_namespaces(7): an ordinary user may map only itself, and only without setgroups. */
static int become_root_inside(uid_t user, gid_t group)
{
	char map[64];
	int error;

	error = write_file("/proc/self/setgroups", "deny");
	if (error)
		return error;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)user);
	error = write_file("/proc/self/uid_map", map);
	if (error)
		return error;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)group);
	return write_file("/proc/self/gid_map", map);
}

static int enter(void)
{
	const uid_t user = geteuid();
	const gid_t group = getegid();
	int error;

	/* The network namespace shows now what would be missing later. */
	if (unshare(CLONE_NEWNET | CLONE_NEWNS)) {
		if (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS))
			return -errno;
		error = become_root_inside(user, group);
		if (error)
			return error;
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"))
		return -errno;
	return 0;
}

static int open_namespace(void)
{
	const int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* The peers' own kernel must neither answer nor speak: the bench does that. */
static int make_peer(int router)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		return -errno;
	topology_set("net/ipv6/conf/default/disable_ipv6", "1");
	fd = open_namespace();
	if (setns(router, CLONE_NEWNET))
		return -errno;
	return fd;
}

static int batch_file(const char *commands)
{
	const int fd = memfd_create("batch", MFD_CLOEXEC);
	const size_t length = strlen(commands);

	if (fd < 0)
		return -errno;
	if (write(fd, commands, length) != (ssize_t)length || lseek(fd, 0, SEEK_SET)) {
		close(fd);
		return -EIO;
	}
	return fd;
}

/* Runs `ip -batch` in a namespace. Whatever it has to complain about appears on stderr. */
static int run_ip(int namespace, const char *commands)
{
	const int batch = batch_file(commands);
	int status = -1;
	pid_t child;

	if (batch < 0)
		return batch;
	child = fork();
	if (!child) {
		if (!setns(namespace, CLONE_NEWNET) && dup2(batch, STDIN_FILENO) == STDIN_FILENO) {
			execlp("ip", "ip", "-batch", "-", (char *)NULL);
			/* Not in the path of an ordinary user. */
			execl("/usr/sbin/ip", "ip", "-batch", "-", (char *)NULL);
		}
		fprintf(stderr, "bench: cannot run ip: %s (apt-get install iproute2)\n",
			strerror(errno));
		_exit(127);
	}
	close(batch);
	if (child < 0)
		return -errno;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status ? -EIO : 0;
}

static int make_link(const struct topology *topology, enum link link)
{
	char commands[128];

	/* This process is in the router's namespace: its number leads there. */
	snprintf(commands, sizeof(commands),
		 "link add peer type veth peer name %s netns %d\n"
		 "link set peer up\n",
		 link_name[link], (int)getpid());
	return run_ip(topology->peer[link], commands);
}

/* Of the lines of /proc/net/if_inet6, counts the link-local addresses that are not tentative. */
static unsigned usable_link_locals(void)
{
	FILE *file = fopen("/proc/self/net/if_inet6", "re");
	char address[33], name[17];
	unsigned index, prefix, scope, flags, count = 0;

	if (!file)
		return 0;
	while (fscanf(file, "%32s %x %x %x %x %16s", address, &index, &prefix, &scope, &flags,
		      name) == 6)
		if (scope == 0x20 && !(flags & 0x40))
			count++;
	fclose(file);
	return count;
}

static int wait_for_addresses(void)
{
	const int64_t deadline = clock_now() + 10 * SECOND;

	while (usable_link_locals() < LINKS) {
		if (clock_expired(deadline))
			return -ETIMEDOUT;
		clock_sleep(20 * MILLISECOND);
	}
	return 0;
}

static int make_peers(struct topology *topology)
{
	int link, error;

	for (link = 0; link < LINKS; link++) {
		topology->peer[link] = make_peer(topology->router);
		if (topology->peer[link] < 0)
			return topology->peer[link];
		error = make_link(topology, (enum link)link);
		if (error)
			return error;
	}
	return 0;
}

static int build(struct topology *topology)
{
	int error;

	if (unshare(CLONE_NEWNET))
		return -errno;
	topology->router = open_namespace();
	if (topology->router < 0)
		return topology->router;
	/* Nobody else is on the links: no second is spent on looking for a duplicate address. */
	topology_set("net/ipv6/conf/default/accept_dad", "0");
	error = make_peers(topology);
	if (!error)
		error = run_ip(topology->router, router_setup);
	if (!error && topology_has_ipv6())
		error = run_ip(topology->router, router_setup_ipv6);
	if (!error && topology_has_ipv6())
		error = wait_for_addresses();
	return error;
}

int topology_enter(void)
{
	const int error = enter();

	if (error)
		fprintf(stderr,
			"bench: no network namespace: %s (run it as root, or allow user "
			"namespaces)\n",
			strerror(-error));
	return error ? -1 : 0;
}

int topology_open(struct topology *topology)
{
	int error;

	*topology = (struct topology){-1, {-1, -1, -1}};
	error = build(topology);
	if (!error)
		return 0;
	fprintf(stderr, "bench: cannot set up the network: %s\n", strerror(-error));
	topology_close(topology);
	return -1;
}

void topology_close(struct topology *topology)
{
	int link;

	for (link = 0; link < LINKS; link++)
		if (topology->peer[link] >= 0)
			close(topology->peer[link]);
	if (topology->router >= 0)
		close(topology->router);
}

bool topology_has_ipv6(void)
{
	return !access("/proc/self/net/if_inet6", F_OK);
}

int topology_set(const char *name, const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return write_file(path, value);
}
