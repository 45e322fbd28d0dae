/* SPDX-License-Identifier: MIT */
/*
 * The status socket, with clients that say anything, in any pieces, read or do not, and hang up,
 * while the groups behind it come and go. What a client is told has to be whole lines of an answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/control/control.h"
#include "core/control/socket.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "tests/model/codec.h"
#include "../unit/instance.h"
#include "fuzz.h"
#include "inside.h"
#include "seams.h"

enum { CLIENTS = 12, GROUPS = 64, STEPS = 400, TEXT = 2 * CONTROL_LINE, LAST_TURNS = 16 };

struct client {
	int fd; /* -1: none */
	bool ended;
	size_t length; /* of the text; whole lines are taken out of it */
	char text[TEXT];
};

struct run {
	struct bytes bytes;
	struct digest *digest;
	struct loop loop;
	struct sockaddr_un address;
	struct control control;
	struct control_view view;
	struct control_daemon daemon;
	struct script script;
	struct iface iface[2];
	struct proxy_interface_config interface[2];
	struct proxy_config config;
	struct proxy *proxy;
	struct client client[CLIENTS];
	unsigned steps, last_turns;
	bool parted; /* sockets took less than they were given */
};

/* ---- what a client is told ---- */

static bool is_end(const char *line)
{
	return !strcmp(line, "ok") || (!strncmp(line, "error ", 6) && !strchr(line, '\t'));
}

static void take_line(struct client *client, const char *line, struct digest *digest)
{
	if (client->ended)
		fuzz_fail("after the end of an answer: '%s'", line);
	for (const char *c = line; *c && strncmp(line, "line\t", 5) != 0; c++)
		if (*c != '\t' && (*c < ' ' || *c > '~'))
			fuzz_fail("a character that cannot be printed: '%s'", line);
	client->ended = is_end(line);
	if (!client->ended && !strchr(line, '\t') && strcmp(line, "yes") && strcmp(line, "no"))
		fuzz_fail("this is no line of an answer: '%s'", line);
	/* The process is another one each time. */
	if (strncmp(line, "-\t-\tpid\t", 8))
		digest_text(digest, line);
}

static void take_lines(struct client *client, struct digest *digest)
{
	char *start = client->text, *end;

	while ((end = memchr(start, '\n', client->length))) {
		*end++ = '\0';
		if (memchr(start, 0, (size_t)(end - start)) != end - 1)
			fuzz_fail("a line with a 0 in it");
		take_line(client, start, digest);
		client->length -= (size_t)(end - start);
		start = end;
	}
	memmove(client->text, start, client->length);
	if (client->length >= CONTROL_LINE)
		fuzz_fail("a line of more than %d octets", CONTROL_LINE);
}

static void hang_up(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	*client = (struct client){.fd = -1};
}

/* Up to MOST octets. */
static void read_some(struct run *run, struct client *client, size_t most)
{
	ssize_t got;

	if (most > TEXT - client->length)
		most = TEXT - client->length;
	got = recv(client->fd, client->text + client->length, most, MSG_DONTWAIT);
	digest_number(run->digest, got);
	if (got > 0) {
		client->length += (size_t)got;
		take_lines(client, run->digest);
	} else if (!got && most) {
		/* Whoever is dropped because another needs the place may have got a part only. */
		if (client->length && !run->parted)
			fuzz_fail("an answer ends in the middle of a line");
		hang_up(client);
	}
}

/* ---- what happens ---- */

static void dial(struct run *run, struct client *client)
{
	hang_up(client);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Beyond the backlog it is refused. */
	if (client->fd < 0 ||
	    connect(client->fd, (struct sockaddr *)&run->address, sizeof(run->address)))
		hang_up(client);
}

static void say(struct run *run, struct client *client, size_t length)
{
	const uint8_t *data;

	length = bytes_take(&run->bytes, length, &data);
	if (length)
		digest_number(run->digest, send(client->fd, data, length, MSG_NOSIGNAL));
}

/* A host joins (EXCLUDE {}, or INCLUDE with a few sources) or leaves. */
static void join_group(struct run *run, unsigned code, unsigned sources)
{
	struct addr group = addr_ipv4(0xef010100 | (code % GROUPS));
	struct packet packet = {.vif = 1,
				.source = addr_ipv4(0x0a000163),
				.destination = addr_ipv4(0xe0000016),
				.ttl = 1,
				.router_alert = true};
	struct message message = {.kind = KIND_REPORT, .version = 3};
	struct damage none = {0};
	uint8_t buf[MESSAGE_MAX];
	struct record *record = codec_add(&message,
					  code & 64 ? TO_IN
					  : sources ? ALLOW
						    : TO_EX,
					  &group);

	for (unsigned i = 0; i < sources; i++) {
		struct addr source = addr_ipv4(0x0a090000 | (code >> 7 << 6) | i);

		list_add(&record->source, &source);
	}
	packet.length = codec_encode(PROTOCOL_IGMP, &message, &packet.source, &packet.destination,
				     &none, buf);
	packet.data = buf;
	proxy_packet(run->proxy, seams()->now, &packet);
	codec_free(&message);
}

/* Any octets, as of a name. */
static void write_log(struct run *run, unsigned level, size_t length)
{
	const uint8_t *data;

	length = bytes_take(&run->bytes, length, &data);
	log_line((enum log_level)level, "%.*s", (int)length, (const char *)data);
}

/* What an earlier input has left in the log is pushed out. */
static void fill_log(void)
{
	static const char levels[] = "error warning notice info debug";

	log_open(false, LOG_LEVEL_DEBUG);
	for (unsigned i = 0; i < CONFIG_LOG_RING_SIZE / sizeof(levels); i++) {
		seams()->now += 1000;
		log_line((enum log_level)(i % (LOG_LEVEL_DEBUG + 1)), "%s", levels);
	}
}

/* An octet is the action and the client; others follow. */
static void step(struct run *run)
{
	unsigned code = bytes_get(&run->bytes), more;
	struct client *client = &run->client[(code >> 3) % CLIENTS];

	if ((code & 7) == 0 || (client->fd < 0 && (code & 7) <= 4)) {
		dial(run, client);
		return;
	}
	more = bytes_get(&run->bytes);
	if ((code & 7) <= 2)
		say(run, client, more);
	else if ((code & 7) == 3)
		read_some(run, client, more & 128 ? TEXT : more);
	else if ((code & 7) == 4 && more & 1)
		shutdown(client->fd, SHUT_WR);
	else if ((code & 7) == 4)
		hang_up(client);
	else if ((code & 7) == 5)
		join_group(run, more, code >> 3);
	else if ((code & 7) == 6)
		seams()->now += more << (code >> 3 & 15);
	else if (code & 8)
		write_log(run, (code >> 4) % (LOG_LEVEL_DEBUG + 1), 2 * more);
	else
		run->parted |= (seams()->send_most = more) != 0;
}

/* After each step the program has its turn; at the end some more, without clients. */
static int64_t turn(void *ctx, int64_t now)
{
	struct run *run = ctx;

	if (proxy_deadline(run->proxy) <= now)
		proxy_tick(run->proxy, now);
	if (run->bytes.left && run->steps < STEPS) {
		run->steps++;
		step(run);
	} else {
		for (unsigned i = 0; i < CLIENTS; i++)
			hang_up(&run->client[i]);
		run->loop.stop = ++run->last_turns == LAST_TURNS;
	}
	return INT64_MIN;
}

/* ---- an input ---- */

static void start_proxy(struct run *run)
{
	static const struct proxy_out out = {
		.send = ignore_send, .route = ignore_route, .reverse_path = ignore_reverse_path};
	struct interface_state up = {.exists = true, .up = true, .mtu = 1500};

	run->interface[0].upstream = true;
	run->interface[1].vif = 1;
	run->config = (struct proxy_config){.protocol = PROTOCOL_IGMP,
					    .interface_count = 2,
					    .interface = run->interface,
					    .max_routes = 100};
	run->proxy = proxy_new(&run->config, &out, NULL, 1);
	if (!run->proxy)
		return;
	for (; up.vif < 2; up.vif++) {
		run->view.interface[up.vif] = &run->iface[up.vif];
		run->iface[up.vif].index = up.vif + 1;
		up.address = addr_ipv4(0x0a000002 | up.vif << 8);
		proxy_interface(run->proxy, seams()->now, &up);
	}
	strcpy(run->iface[0].name, "wan0");
	strcpy(run->iface[1].name, "lan\x1b[1");
	run->view.instance = "tv";
	run->view.protocol = PROTOCOL_IGMP;
	run->view.proxy = run->proxy;
	run->view.mroute = -1;
	run->view.entry_count = 2;
	for (unsigned i = 0; i < GROUPS / 2; i++)
		join_group(run, i, i % 8 ? i % 4 : 20);
}

static void check_nothing_left(const struct run *run)
{
	for (unsigned i = 0; i < CONFIG_CONTROL_CLIENTS; i++)
		if (run->control.client[i])
			fuzz_fail("a client that has gone is still there");
	if (inside_walks(run->proxy))
		fuzz_fail("a dump goes on for nobody");
}

/* What a command does is not for here, but that it ends all dumps, or says why not. */
static bool command(void *ctx, enum control_command command, const char *line,
		    char error[CONTROL_ERROR])
{
	struct run *run = ctx;

	(void)command;
	digest_text(run->digest, line);
	if (strlen(line) >= CONTROL_REQUEST)
		fuzz_fail("a command of %zu octets", strlen(line));
	control_interrupt(&run->control);
	snprintf(error, CONTROL_ERROR, "not %s", line);
	return strlen(line) % 2;
}

static bool healthy(void *ctx, char reason[CONTROL_ERROR])
{
	struct run *run = ctx;

	snprintf(reason, CONTROL_ERROR, "after %u steps, \"lan\x1b[1\"", run->steps);
	return run->steps % 2;
}

static void set_daemon(struct run *run)
{
	static char text[] =
		"# a text\npinstance tv:\twan0 ==> \"lan\x1b[1\";\n\n# and\xc3\xa4\0\n";

	run->script = (struct script){.file = {.text = text, .size = sizeof(text) - 1}};
	run->daemon = (struct control_daemon){.view = &run->view,
					      .script = &run->script,
					      .process = {.pid = 1, .root = "empty"},
					      .command = command,
					      .healthy = healthy,
					      .ctx = run};
}

static void listen_and_run(struct run *run)
{
	const char *directory = getenv("TMPDIR");
	char *path = run->address.sun_path;

	run->address.sun_family = AF_UNIX;
	snprintf(path, sizeof(run->address.sun_path), "%s/fuzz-control-%d",
		 directory ? directory : "/tmp", (int)getpid());
	if (loop_open(&run->loop))
		fuzz_fail("no loop: %m");
	unlink(path);
	if (control_open(&run->control, &run->loop, socket_listen(path, ""), &run->daemon))
		fuzz_fail("no socket at %s: %m", path);
	if (loop_run(&run->loop, turn, run))
		fuzz_fail("the loop has ended: %m");
	check_nothing_left(run);
	control_close(&run->control);
	socket_remove(path);
	loop_close(&run->loop);
}

void fuzz_control(const uint8_t *data, size_t size, struct digest *digest)
{
	static struct run run;
	long blocks = seams()->blocks;

	run = (struct run){.bytes = {data, size}, .digest = digest};
	for (unsigned i = 0; i < CLIENTS; i++)
		run.client[i].fd = -1;
	seams()->now = 1000000;
	seams()->send_most = 0;
	fill_log();
	start_proxy(&run);
	set_daemon(&run);
	if (run.proxy) {
		listen_and_run(&run);
		proxy_free(run.proxy);
	}
	if (seams()->blocks != blocks)
		fuzz_fail("%ld blocks were not freed", seams()->blocks - blocks);
}
