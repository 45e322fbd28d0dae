/* SPDX-License-Identifier: MIT */
/* The network, the proxy and its far ends; see lab.h. */
#include "lab.h"

#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

#include "tests/unit/netns.h"

enum { IGNORE_OUTGOING = 23, RECEIVE_BUFFER = 4 << 20, BARRIERS = 4000 };
/* Turns of the proxy's loop within which all that it does about a packet is done. */
enum { SETTLE_TURNS = 2 };

static const char *const port_name[PORTS] = {"up0", "dn1", "dn2"};

int64_t lab_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the network ---- */

/* Addresses are there from the start: nobody looks for duplicates, none is made from the Ethernet
 * address. Kernel reports of its own link-local groups would only be noise. */
static const char router_script[] =
	"set -e\n"
	"cd /proc/sys/net\n"
	"echo 0 >ipv4/igmp_link_local_mcast_reports\n"
	"echo 1000 >ipv4/igmp_max_memberships\n"
	"echo 0 >ipv6/conf/default/accept_dad\n"
	"echo 0 >ipv6/conf/default/router_solicitations\n"
	"{\n"
	"n=0\n"
	"for i in up0 dn1 dn2; do\n"
	"	echo link add name $i address 02:00:00:00:00:02 type veth peer name $i netns $FAR\n"
	"	echo link set dev $i addrgenmode none\n"
	"	echo link set dev $i up\n"
	"	echo address add 10.$n.0.2/16 dev $i\n"
	"	echo address add fe80::2/64 dev $i nodad\n"
	"	echo address add 2001:db8:$n::2/48 dev $i nodad\n"
	"	n=$((n + 1))\n"
	"done\n"
	"echo link set dev lo up\n"
	"} | ip -batch -\n"
	/* The kernel makes an IPv6 address its own a while after it has begun to show it. */
	"for try in $(seq 200); do\n"
	"	[ $(ip -6 route show table local | grep -c '^local .* dev [ud]') = 6 ] && exit\n"
	"	sleep 0.05\n"
	"done\n"
	"exit 1\n";

static int open_port(enum port port)
{
	int fd = netns_tap(port_name[port]), on = 1, size = RECEIVE_BUFFER;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return setsockopt(fd, SOL_PACKET, IGNORE_OUTGOING, &on, sizeof(on)) ||
			       setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
			       fcntl(fd, F_SETFL, O_NONBLOCK)
		       ? -1
		       : fd;
}

/* The far ends have no addresses: what they say, this program says. */
static bool open_far_ends(struct lab *lab)
{
	bool opened = !setns(lab->far, CLONE_NEWNET) &&
		      netns_run("for i in up0 dn1 dn2; do ip link set dev $i up || exit; done");

	for (int port = UP; opened && port < PORTS; port++) {
		lab->socket[port] = open_port((enum port)port);
		opened = lab->socket[port] >= 0;
	}
	return !setns(lab->home, CLONE_NEWNET) && opened;
}

void lab_set(const struct lab *lab, const char *path, const char *value)
{
	char name[128];

	snprintf(name, sizeof(name), "/proc/sys/%s", path);
	if (!lab->absent)
		netns_write(name, value);
}

bool lab_open(struct lab *lab)
{
	char far[64];

	if (unshare(CLONE_NEWNET))
		goto failed;
	netns_write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	lab->far = netns_open();
	if (unshare(CLONE_NEWNET))
		goto failed;
	lab->home = netns_open();
	/* A path, as ip-link(8) takes for a namespace that has no name. */
	snprintf(far, sizeof(far), "/proc/%d/fd/%d", (int)getpid(), lab->far);
	setenv("FAR", far, 1);
	if (!system(router_script) && open_far_ends(lab))
		return true;
failed:
	fprintf(stderr, "wire: cannot set up the network: %s\n", strerror(errno));
	return false;
}

/* ---- the proxy ---- */

static void write_configuration(const struct lab *lab, const struct proxy_command *command,
				const char *configuration)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/conf", lab->directory);
	file = fopen(path, "we");
	if (!file)
		return;
	if (command->igmpproxy)
		fprintf(file, "phyint up0 upstream ratelimit 0 threshold 1\n"
			      "phyint dn1 downstream ratelimit 0 threshold 1\n"
			      "phyint dn2 downstream ratelimit 0 threshold 1\n"
			      "phyint lo disabled\n");
	else
		fprintf(file,
			"protocol %s;\n"
			"set control \"%s/control\";\n"
			"pinstance p: up0 ==> dn1 dn2;\n"
			"pinstance p downstream * set last-member-query-interval 0.5;\n"
			"%s\n",
			lab->protocol == PROTOCOL_IGMP ? "IGMPv3" : "MLDv2", lab->directory,
			configuration);
	fclose(file);
}

static _Noreturn void become_proxy(const struct lab *lab, const struct proxy_command *command)
{
	char line[512], path[128];
	int log, null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s/log", lab->directory);
	log = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	snprintf(line, sizeof(line), "exec %s '%s/conf'", command->text, lab->directory);
	execl("/bin/sh", "sh", "-c", line, (char *)NULL);
	_exit(127);
}

bool lab_start(struct lab *lab, const struct proxy_command *command, const char *configuration)
{
	snprintf(lab->directory, sizeof(lab->directory), "%s/wire.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(lab->directory)) {
		perror(lab->directory);
		return false;
	}
	write_configuration(lab, command, configuration);
	lab->pid = fork();
	if (!lab->pid)
		become_proxy(lab, command);
	return lab->pid > 0;
}

bool lab_alive(struct lab *lab)
{
	if (lab->pid && waitpid(lab->pid, &lab->status, WNOHANG) == lab->pid)
		lab->pid = 0;
	return lab->pid;
}

int lab_stop(struct lab *lab)
{
	int64_t deadline = lab_now() + SOON;

	if (!lab_alive(lab))
		return -1;
	lab->stopped = true;
	kill(lab->pid, SIGTERM);
	while (lab_alive(lab)) {
		if (lab_now() > deadline) {
			kill(lab->pid, SIGKILL);
			waitpid(lab->pid, &lab->status, 0);
			lab->pid = 0;
			return -1;
		}
		lab_run(lab, 10);
	}
	return WIFEXITED(lab->status) ? WEXITSTATUS(lab->status) : -1;
}

void lab_show_log(const struct lab *lab)
{
	netns_run("tail -n 20 '%s/log' >&2", lab->directory);
}

void lab_close(struct lab *lab)
{
	lab_stop(lab);
	netns_run("rm -rf '%s'", lab->directory);
}

/* ---- out ---- */

static void send_frame(struct lab *lab, enum port port, const struct frame *frame)
{
	if (send(lab->socket[port], frame->byte, frame->length, 0) != (ssize_t)frame->length)
		fprintf(stderr, "wire: cannot send on %s: %s\n", port_name[port], strerror(errno));
}

static void say(struct lab *lab, enum port port, const char *line)
{
	uint8_t buf[MESSAGE_MAX];
	struct frame frame;
	struct text text;
	size_t length;

	text_parse(&text, lab->protocol, port, line);
	length = codec_encode(lab->protocol, &text.said.message, &text.envelope.source,
			      &text.envelope.destination, &text.said.damage, buf);
	packet_message(&frame, lab->protocol, &text.envelope, buf, length);
	send_frame(lab, port, &frame);
	text_free(&text);
}

void lab_say(struct lab *lab, enum port port, const char *format, ...)
{
	char line[2048], *rest = NULL;
	va_list arguments;

	if (lab->absent)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (char *one = strtok_r(line, ";", &rest); one; one = strtok_r(NULL, ";", &rest))
		say(lab, port, one);
}

void lab_repeat(struct lab *lab, enum port port, const char *source, const char *group,
		unsigned ttl, uint32_t number)
{
	struct envelope envelope = {.ttl = ttl};
	struct frame frame;

	if (lab->absent)
		return;
	envelope.source = text_address(lab->protocol, port, source);
	/* Hosts send data from their global address. */
	if (addr_is_link_local(&envelope.source))
		memcpy(envelope.source.byte,
		       (uint8_t[]){0x20, 1, 0x0d, 0xb8, 0, (uint8_t)port, 0, 0}, 8);
	envelope.destination = text_address(lab->protocol, port, group);
	packet_data(&frame, lab->protocol, &envelope, number);
	send_frame(lab, port, &frame);
}

uint32_t lab_data(struct lab *lab, enum port port, const char *source, const char *group,
		  unsigned ttl)
{
	lab_repeat(lab, port, source, group, ttl, ++lab->last_data);
	return lab->last_data;
}

/* ---- in ---- */

static struct seen *room_for_one(struct lab *lab)
{
	if (lab->count == lab->room) {
		lab->room = lab->room ? lab->room * 2 : 256;
		lab->seen = realloc(lab->seen, lab->room * sizeof(*lab->seen));
		if (!lab->seen)
			abort();
	}
	return &lab->seen[lab->count];
}

/* The stamp is of another clock, which may be set; its age is not. */
static int64_t arrival(struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	struct timespec stamp, now;
	int64_t age = 0;

	if (control && control->cmsg_level == SOL_SOCKET) {
		memcpy(&stamp, CMSG_DATA(control), sizeof(stamp));
		clock_gettime(CLOCK_REALTIME, &now);
		age = (now.tv_sec - stamp.tv_sec) * 1000 + (now.tv_nsec - stamp.tv_nsec) / 1000000;
	}
	return lab_now() - (age > 0 && age < SOON ? age : 0);
}

static bool receive(struct lab *lab, enum port port)
{
	uint8_t byte[FRAME_MAX + 64];
	union {
		struct cmsghdr header;
		char room[256];
	} control;
	struct iovec part = {byte, sizeof(byte)};
	struct msghdr header = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = &control,
				.msg_controllen = sizeof(control)};
	ssize_t length = recvmsg(lab->socket[port], &header, 0);
	struct seen *seen = room_for_one(lab);

	if (length < 0)
		return false;
	seen->time = arrival(&header);
	seen->port = port;
	if (packet_read(&seen->packet, lab->protocol, byte, (size_t)length))
		lab->count++;
	return true;
}

/* Until something has come or the deadline is over. */
static void pump(struct lab *lab, int64_t deadline)
{
	struct pollfd ready[PORTS];
	int64_t left = deadline - lab_now();

	for (int port = UP; port < PORTS; port++)
		ready[port] = (struct pollfd){.fd = lab->socket[port], .events = POLLIN};
	poll(ready, PORTS, left > 0 ? (int)left : 0);
	for (int port = UP; port < PORTS; port++)
		while ((ready[port].revents & POLLIN) && receive(lab, (enum port)port))
			;
}

void lab_run(struct lab *lab, int64_t ms)
{
	int64_t deadline = lab_now() + ms;

	if (lab->absent)
		return;
	do
		pump(lab, deadline);
	while (lab_now() < deadline);
}

void lab_mark(struct lab *lab)
{
	if (!lab->absent)
		lab_run(lab, 0);
	lab->mark = lab->count;
}

const struct seen *lab_find(struct lab *lab, enum port port, unsigned n, const char *line)
{
	const struct seen *found = NULL;
	struct text text;

	text_parse(&text, lab->protocol, port, line);
	for (unsigned i = lab->mark; i < lab->count && !found; i++) {
		const struct seen *seen = &lab->seen[i];

		if (seen->port == port && !seen->packet.udp &&
		    text_matches(&text, &seen->packet.message) && !n--)
			found = seen;
	}
	text_free(&text);
	return found;
}

unsigned lab_matches(struct lab *lab, enum port port, const char *text)
{
	unsigned n = 0;

	while (lab_find(lab, port, n, text))
		n++;
	return n;
}

const struct seen *lab_wait(struct lab *lab, int64_t deadline, enum port port, unsigned n,
			    const char *text)
{
	const struct seen *found = lab_find(lab, port, n, text);

	while (!lab->absent && !found && lab_now() < deadline && lab_alive(lab)) {
		pump(lab, deadline);
		found = lab_find(lab, port, n, text);
	}
	return found;
}

unsigned lab_data_ports(const struct lab *lab, uint32_t number)
{
	unsigned ports = 0;

	for (unsigned i = lab->mark; i < lab->count; i++)
		if (lab->seen[i].packet.udp && lab->seen[i].packet.number == number)
			ports |= 1u << lab->seen[i].port;
	return ports;
}

/* A report that wants at least one source of the group, of any version. */
static bool wants(const struct message *m, const struct addr *group)
{
	if (m->kind == KIND_OLD_REPORT)
		return addr_equal(&m->group, group);
	for (unsigned i = 0; m->kind == KIND_REPORT && i < m->record_count; i++) {
		const struct record *record = &m->record[i];

		if (!addr_equal(&record->group, group) || record->type == BLOCK)
			continue;
		if (record->type == IS_EX || record->type == TO_EX || record->source.count)
			return true;
	}
	return false;
}

const struct seen *lab_joined(struct lab *lab, int64_t ms, const char *group)
{
	struct addr address = text_address(lab->protocol, UP, group);
	int64_t deadline = lab_now() + ms;
	unsigned at = lab->mark;

	while (!lab->absent) {
		for (; at < lab->count; at++)
			if (lab->seen[at].port == UP && !lab->seen[at].packet.udp &&
			    wants(&lab->seen[at].packet.message, &address))
				return &lab->seen[at];
		if (lab_now() >= deadline || !lab_alive(lab))
			break;
		pump(lab, deadline);
	}
	return NULL;
}

bool lab_settle(struct lab *lab, enum port port)
{
	char group[16];

	for (unsigned turn = 0; turn < SETTLE_TURNS; turn++) {
		snprintf(group, sizeof(group), "g%u", BARRIERS + lab->last_barrier++);
		lab_say(lab, port, "report TO_EX %s", group);
		if (!lab_joined(lab, SOON, group))
			return false;
	}
	return true;
}

/* The kernel's own memberships are no matter of the proxy's. */
static bool of_interest(const struct message *m)
{
	for (unsigned i = 0; i < m->record_count; i++)
		if (!addr_is_link_scope(&m->record[i].group))
			return true;
	return m->kind != KIND_REPORT;
}

const char *lab_came(const struct lab *lab, enum port port)
{
	static char came[600];
	char text[MESSAGE_TEXT];
	size_t length = 0;

	for (unsigned i = lab->mark; i < lab->count && length < sizeof(came) - 1; i++) {
		const struct seen *seen = &lab->seen[i];

		if (seen->port != port || seen->packet.udp || !of_interest(&seen->packet.message))
			continue;
		codec_text(lab->protocol, &seen->packet.message, text);
		length += (size_t)snprintf(came + length, sizeof(came) - length, "%s%s",
					   length ? "; " : "", text);
	}
	return length ? came : "nothing";
}
