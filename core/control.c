/* SPDX-License-Identifier: MIT */
/*
 * The status socket, both ends. Owns: the socket file, the clients (a fixed number, one buffer
 * each), the requests and the lines that answer them. A dump is told in pieces, one piece for each
 * client and turn of the loop, and only when the client has read the piece before, so that packets
 * never wait for it. There is no timer: a client that does nothing is dropped when its place is
 * needed. Leaves out: commands that change anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "format.h"
#include "mroute.h"
#include "text.h"

enum {
	BUFFER = 4096,
	PIECE = 32,   /* memberships visited in one turn of the loop for one client */
	ACCEPTS = 16, /* connections taken in one turn of the loop */
	ARGUMENTS = 2,
};

struct request {
	const char *name;
	unsigned least, most; /* arguments */
	/* Tells of a view, from client->position on, what there is room for. True: all is told. */
	bool (*tell)(struct control_client *, const struct control_view *);
	struct proxy_visitor visitor;
	/* Or answers a question. Returns what is wrong with it, NULL: nothing. */
	const char *(*ask)(const struct control *, char **argument, bool *yes);
};

struct control_client {
	struct loop_source source;
	struct control *control;
	int64_t progress; /* when it sent or read something last */
	int64_t now;
	const struct request *request; /* NULL: it has not asked yet */
	const struct control_view *view;
	unsigned position;
	bool walking, finished;
	struct proxy_walk walk;
	/* The membership that is being told; by record_bit(), which of its records have been told
	 * and which one up to the line of LAST. */
	struct addr group, last;
	uint64_t told, partly;
	size_t length, sent;
	char buffer[BUFFER];
};

/* ---- columns and lines; a line is begun only if there is room for the longest one ---- */

static bool has_room(const struct control_client *client)
{
	return BUFFER - client->length >= CONTROL_LINE;
}

static void put(struct control_client *client, char byte)
{
	if (client->length < BUFFER)
		client->buffer[client->length++] = byte;
}

static void put_text(struct control_client *client, const char *text)
{
	for (; *text; text++)
		put(client, *text >= ' ' && *text <= '~' ? *text : '?');
	put(client, '\t');
}

static void put_number(struct control_client *client, uint64_t value)
{
	char digit[20];
	size_t count = 0;

	do {
		digit[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (count)
		put(client, digit[--count]);
	put(client, '\t');
}

static void put_addr(struct control_client *client, const struct addr *addr, const char *any)
{
	char text[TEXT_ADDR];

	put_text(client, addr_is_any(addr) ? any : text_addr(addr, text));
}

static void put_remaining(struct control_client *client, int64_t when)
{
	if (when == INT64_MAX)
		put_text(client, "static");
	else
		put_number(client, when > client->now ? (uint64_t)(when - client->now) : 0);
}

/* Replaces the tab after the last column. */
static void end_line(struct control_client *client)
{
	client->buffer[client->length - 1] = '\n';
}

static const char *protocol_name(enum protocol protocol)
{
	return protocol == PROTOCOL_MLD ? "mld" : "igmp";
}

static const char *mode_name(enum filter_mode mode)
{
	return mode == EXCLUDE ? "exclude" : "include";
}

/* ---- interfaces, counters, summary ---- */

static void tell_interface(struct control_client *client, const struct control_view *view,
			   unsigned vif)
{
	const struct iface *iface = view->interface[vif];
	struct proxy_interface_status status;

	proxy_interface_status(view->proxy, client->now, vif, &status);
	put_text(client, view->instance);
	put_text(client, iface->name);
	put_text(client, protocol_name(view->protocol));
	put_text(client, status.upstream ? "upstream" : "downstream");
	put_text(client, !iface->index ? "absent" : status.up ? "up" : "down");
	put_addr(client, &status.address, "-");
	if (status.querier)
		put_text(client, "self");
	else
		put_addr(client, &status.other_querier, "-");
	put_number(client, status.version);
	put_number(client, status.groups);
	if (status.up && status.next_query > 0 && status.next_query < INT64_MAX)
		put_remaining(client, status.next_query);
	else
		put_text(client, "-");
	put_number(client, status.values.robustness);
	put_number(client, (uint64_t)status.values.query_interval);
	put_number(client, (uint64_t)status.values.query_response_interval);
	put_number(client, (uint64_t)status.values.last_member_query_interval);
	put_number(client, status.values.last_member_query_count);
	end_line(client);
}

static bool tell_interfaces(struct control_client *client, const struct control_view *view)
{
	for (; client->position < view->interface_count; client->position++) {
		if (!has_room(client))
			return false;
		tell_interface(client, view, client->position);
	}
	return true;
}

static bool tell_counters(struct control_client *client, const struct control_view *view)
{
	struct proxy_interface_status status;

	for (; client->position < view->interface_count * COUNTER_COUNT; client->position++) {
		unsigned vif = client->position / COUNTER_COUNT;
		enum counter counter = (enum counter)(client->position % COUNTER_COUNT);

		if (!has_room(client))
			return false;
		proxy_interface_status(view->proxy, client->now, vif, &status);
		put_text(client, view->instance);
		put_text(client, view->interface[vif]->name);
		put_text(client, protocol_name(view->protocol));
		put_text(client, counter_name(counter));
		put_number(client, status.counters->value[counter]);
		end_line(client);
	}
	return true;
}

/* VIEW NULL: about the program. */
static void tell_value(struct control_client *client, const struct control_view *view,
		       const char *name, uint64_t value)
{
	put_text(client, view ? view->instance : "-");
	put_text(client, view ? protocol_name(view->protocol) : "-");
	put_text(client, name);
	put_number(client, value);
	end_line(client);
}

static uint64_t milliseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000 + (uint64_t)time->tv_usec / 1000;
}

static void tell_program(struct control_client *client)
{
	const struct control *control = client->control;
	struct rusage usage = {0};

	getrusage(RUSAGE_SELF, &usage);
	tell_value(client, NULL, "pid", (uint64_t)getpid());
	tell_value(client, NULL, "uptime", (uint64_t)(client->now - control->started));
	tell_value(client, NULL, "cpu",
		   milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime));
	tell_value(client, NULL, "memory-peak", (uint64_t)usage.ru_maxrss);
}

/* All of it takes less than CONTROL_LINE. */
static bool tell_summary(struct control_client *client, const struct control_view *view)
{
	struct proxy_totals totals;

	if (!has_room(client))
		return false;
	if (view == client->control->view)
		tell_program(client);
	proxy_totals(view->proxy, &totals);
	tell_value(client, view, "memberships", totals.memberships);
	tell_value(client, view, "groups", totals.groups);
	tell_value(client, view, "group-routes", totals.group_routes);
	tell_value(client, view, "source-routes", totals.source_routes);
	return true;
}

/* ---- groups, upstream memberships, routes ---- */

/* A pause may come between any two lines, and then the membership is visited again and may have
 * changed. So what has been told of it is known by its keys. */
static void begin_membership(struct control_client *client, const struct addr *group)
{
	if (addr_equal(group, &client->group))
		return;
	client->group = *group;
	client->told = client->partly = 0;
}

static uint64_t record_bit(const struct group_status *group)
{
	return UINT64_C(1) << (group->vif + (group->permanent ? PROXY_VIFS : 0));
}

/* The first line of GROUP after that of source LAST. */
static unsigned line_after(const struct group_status *group, const struct addr *last)
{
	unsigned low = 0, high = group->source_count;
	struct source_status entry;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		group->source(group, middle, &entry);
		if (addr_compare(&entry.address, last) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 1 + low;
}

/* Line 0 is the group itself, line N its source N - 1. */
static void tell_group(struct control_client *client, const struct group_status *group,
		       unsigned line)
{
	struct source_status entry = {.expires = group->expires};
	enum filter_mode mode = group->filter_mode;
	bool timer = mode == EXCLUDE;

	if (line) {
		group->source(group, line - 1, &entry);
		if (!group->upstream)
			mode = mode == INCLUDE || entry.expires > client->now ? INCLUDE : EXCLUDE;
		timer = mode == INCLUDE;
	}
	put_text(client, client->view->instance);
	put_text(client, client->view->interface[group->vif]->name);
	put_addr(client, &group->group, "*");
	put_addr(client, &entry.address, "*");
	put_text(client, mode_name(mode));
	if (!group->upstream) {
		put_number(client, group->version);
		if (timer)
			put_remaining(client, entry.expires);
		else
			put_text(client, "-");
	}
	end_line(client);
	client->last = entry.address;
}

static bool visit_group(struct control_client *client, const struct group_status *group)
{
	uint64_t bit = record_bit(group);
	unsigned line;

	begin_membership(client, &group->group);
	if (client->told & bit)
		return true;
	line = client->partly == bit ? line_after(group, &client->last) : 0;
	for (; line <= group->source_count; line++) {
		if (!has_room(client))
			return false;
		tell_group(client, group, line);
		client->partly = bit;
	}
	client->told |= bit;
	return true;
}

static bool visit_downstream(void *ctx, const struct group_status *group)
{
	return group->upstream || visit_group(ctx, group);
}

static bool visit_upstream(void *ctx, const struct group_status *group)
{
	return !group->upstream || visit_group(ctx, group);
}

static void put_outputs(struct control_client *client, uint32_t outputs)
{
	bool any = false;

	for (unsigned vif = 0; vif < client->view->interface_count; vif++) {
		if (!(outputs & UINT32_C(1) << vif))
			continue;
		if (any)
			client->buffer[client->length - 1] = ',';
		put_text(client, client->view->interface[vif]->name);
		any = true;
	}
	if (!any)
		put_text(client, "-");
}

static void tell_route(struct control_client *client, const struct route *route)
{
	const struct control_view *view = client->view;
	struct mroute_counters counters;

	put_text(client, view->instance);
	put_addr(client, &route->source, "*");
	put_addr(client, &route->group, "*");
	/* (*,*) without an upstream has a VIF as its input that there is not. */
	put_text(client,
		 route->input < view->interface_count ? view->interface[route->input]->name : "-");
	put_outputs(client, route->outputs);
	if (mroute_read_counters(view->mroute, view->protocol, route, &counters)) {
		for (unsigned i = 0; i < 3; i++)
			put_text(client, "-");
	} else {
		put_number(client, counters.packets);
		put_number(client, counters.bytes);
		put_number(client, counters.wrong_if);
	}
	end_line(client);
}

static bool visit_route(void *ctx, const struct route *route)
{
	struct control_client *client = ctx;

	begin_membership(client, &route->group);
	if (client->partly && addr_compare(&route->source, &client->last) <= 0)
		return true;
	if (!has_room(client))
		return false;
	tell_route(client, route);
	client->last = route->source;
	client->partly = 1;
	return true;
}

static void stop_walk(struct control_client *client)
{
	if (client->walking)
		proxy_walk_stop(client->view->proxy, &client->walk);
	client->walking = false;
}

static bool tell_memberships(struct control_client *client, const struct control_view *view)
{
	if (!client->walking) {
		proxy_walk_start(view->proxy, &client->walk);
		client->walking = true;
		client->group = (struct addr){{0}};
		client->told = client->partly = 0;
	}
	if (proxy_walk(view->proxy, &client->walk, client->now, PIECE, &client->request->visitor,
		       client))
		return false;
	stop_walk(client);
	return true;
}

/* ---- questions ---- */

/* The VIF of the interface called NAME; PROXY_VIFS: it has none in this view. */
static unsigned find_interface(const struct control_view *view, const char *name)
{
	for (unsigned vif = 0; vif < view->interface_count; vif++) {
		if (!strcmp(view->interface[vif]->name, name))
			return vif;
	}
	return PROXY_VIFS;
}

static const char *ask_running(const struct control *control, char **argument, bool *yes)
{
	(void)control;
	(void)argument;
	*yes = true;
	return NULL;
}

static const char *ask_group(const struct control *control, char **argument, bool *yes)
{
	const char *name = argument[1];
	bool found = false;
	struct addr group;

	if (!text_to_addr(argument[0], &group) || !addr_is_multicast(&group))
		return "not a multicast address";
	for (size_t i = 0; i < control->view_count; i++) {
		const struct control_view *view = &control->view[i];
		unsigned vif = name ? find_interface(view, name) : PROXY_VIFS;

		if (name && vif == PROXY_VIFS)
			continue;
		found = true;
		*yes |= proxy_has_group(view->proxy, &group, vif);
	}
	return found ? NULL : "no such interface";
}

static const char *ask_upstream(const struct control *control, char **argument, bool *yes)
{
	struct addr group;

	if (!text_to_addr(argument[0], &group) || !addr_is_multicast(&group))
		return "not a multicast address";
	for (size_t i = 0; i < control->view_count; i++)
		*yes |= proxy_is_subscribed(control->view[i].proxy, &group);
	return NULL;
}

/* Yes: of every protocol that the interface runs. */
static const char *ask_querier(const struct control *control, char **argument, bool *yes)
{
	bool found = false, all = true;

	for (size_t i = 0; i < control->view_count; i++) {
		const struct control_view *view = &control->view[i];
		unsigned vif = find_interface(view, argument[0]);
		struct proxy_interface_status status;

		if (vif == PROXY_VIFS)
			continue;
		proxy_interface_status(view->proxy, loop_now(), vif, &status);
		found = true;
		all = all && status.up && status.querier;
	}
	*yes = found && all;
	return found ? NULL : "no such interface";
}

/* ---- a client: one request, then its answer ---- */

static const struct request requests[] = {
	{.name = "interfaces", .tell = tell_interfaces},
	{.name = "counters", .tell = tell_counters},
	{.name = "summary", .tell = tell_summary},
	{.name = "groups", .tell = tell_memberships, .visitor = {.group = visit_downstream}},
	{.name = "upstream", .tell = tell_memberships, .visitor = {.group = visit_upstream}},
	{.name = "routes", .tell = tell_memberships, .visitor = {.route = visit_route}},
	{.name = "running", .ask = ask_running},
	{.name = "group", .least = 1, .most = 2, .ask = ask_group},
	{.name = "subscribed", .least = 1, .most = 1, .ask = ask_upstream},
	{.name = "querier", .least = 1, .most = 1, .ask = ask_querier},
};

static void client_close(struct control_client *client)
{
	struct control *control = client->control;

	stop_walk(client);
	loop_remove(control->loop, &client->source);
	close(client->source.fd);
	for (size_t i = 0; i < CONFIG_CONTROL_CLIENTS; i++) {
		if (control->client[i] == client)
			control->client[i] = NULL;
	}
	free(client);
}

/* The status line: "ok", or what is wrong. */
static void client_finish(struct control_client *client, const char *error)
{
	for (const char *text = error ? "error " : "ok"; *text; text++)
		put(client, *text);
	put_text(client, error ? error : "");
	end_line(client);
	client->finished = true;
}

/* Adds what may be told in one turn of the loop. */
static void client_tell(struct control_client *client)
{
	const struct control *control = client->control;

	client->now = client->progress = loop_now();
	client->length = client->sent = 0;
	while (client->view < control->view + control->view_count) {
		if (!client->request->tell(client, client->view))
			return;
		client->view++;
		client->position = 0;
	}
	if (has_room(client))
		client_finish(client, NULL);
}

/* Sends what the client takes. Frees it at the end of the answer, or if it has gone. */
static void client_reply(struct control_client *client)
{
	ssize_t sent;

	if (client->sent == client->length)
		client_tell(client);
	if (client->sent == client->length)
		return;
	sent = send(client->source.fd, client->buffer + client->sent, client->length - client->sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			client_close(client);
		return;
	}
	client->sent += (size_t)sent;
	client->progress = loop_now();
	if (client->finished && client->sent == client->length)
		client_close(client);
}

/* Cuts LINE at its spaces. Returns how many words there are, at most COUNT. */
static unsigned split(char *line, char **word, unsigned count)
{
	unsigned words = 0;
	bool inside = false;

	for (; *line; line++) {
		if (*line == ' ') {
			*line = '\0';
			inside = false;
			continue;
		}
		if (!inside && words == count)
			break;
		if (!inside)
			word[words++] = line;
		inside = true;
	}
	return words;
}

/* Takes the request LINE, which is in the buffer that the answer goes to. */
static void client_ask(struct control_client *client, size_t length)
{
	const struct request *request = requests,
			     *end = request + sizeof(requests) / sizeof(*requests);
	char line[CONTROL_REQUEST], *word[1 + ARGUMENTS + 1] = {NULL};
	const char *error = "unknown request";
	bool yes = false;
	unsigned words;

	memcpy(line, client->buffer, length);
	line[length] = '\0';
	client->length = 0;
	words = split(line, word, 1 + ARGUMENTS + 1);
	while (request < end && words && strcmp(request->name, word[0]))
		request++;
	if (words && request < end) {
		client->request = request;
		if (words - 1 < request->least || words - 1 > request->most)
			error = "wrong number of arguments";
		else if (request->tell)
			return;
		else
			error = request->ask(client->control, word + 1, &yes);
	}
	if (!error) {
		put_text(client, yes ? "yes" : "no");
		end_line(client);
	}
	client_finish(client, error);
}

/* Reads up to the end of the request, which nothing that comes after it can change. */
static void client_read(struct control_client *client)
{
	ssize_t got = recv(client->source.fd, client->buffer + client->length,
			   CONTROL_REQUEST - client->length, MSG_DONTWAIT);
	const char *end;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		client_close(client);
		return;
	}
	client->length += (size_t)got;
	client->progress = loop_now();
	end = memchr(client->buffer, '\n', client->length);
	if (!end && client->length < CONTROL_REQUEST)
		return;
	if (end) {
		client_ask(client, (size_t)(end - client->buffer));
	} else {
		client->length = 0;
		client_finish(client, "request too long");
	}
	if (loop_change(client->control->loop, &client->source, EPOLLOUT))
		client_close(client);
	else
		client_reply(client);
}

static void client_ready(void *ctx, uint32_t events)
{
	struct control_client *client = ctx;

	if (events & (EPOLLERR | EPOLLHUP))
		client_close(client);
	else if (events & EPOLLIN)
		client_read(client);
	else
		client_reply(client);
}

/* ---- the listening socket ---- */

/* A free place; for the want of one, that of the client which has been idle longest and too long.
 * NULL: all are in use. */
static struct control_client **find_place(struct control *control)
{
	struct control_client **idle = &control->client[0];

	for (size_t i = 0; i < CONFIG_CONTROL_CLIENTS; i++) {
		if (!control->client[i])
			return &control->client[i];
		if (control->client[i]->progress < (*idle)->progress)
			idle = &control->client[i];
	}
	if (loop_now() - (*idle)->progress < CONTROL_PATIENCE)
		return NULL;
	client_close(*idle);
	return idle;
}

static void refuse(int fd, const char *line)
{
	send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void welcome(struct control *control, int fd)
{
	struct control_client **place = find_place(control), *client;

	if (!place) {
		refuse(fd, "error too many clients\n");
		return;
	}
	client = calloc(1, sizeof(*client));
	if (!client) {
		refuse(fd, "error out of memory\n");
		return;
	}
	client->source = (struct loop_source){fd, client_ready, client};
	client->control = control;
	client->view = control->view;
	client->progress = loop_now();
	if (loop_add(control->loop, &client->source, EPOLLIN)) {
		free(client);
		refuse(fd, "error out of memory\n");
		return;
	}
	*place = client;
}

/* Edge-triggered, so that a connection which cannot be taken, for want of descriptors, is not
 * reported again and again. */
static void listener_ready(void *ctx, uint32_t events)
{
	struct control *control = ctx;

	(void)events;
	for (unsigned i = 0; i < ACCEPTS; i++) {
		int fd = accept4(control->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		welcome(control, fd);
	}
	/* There may be more: reported anew. */
	loop_change(control->loop, &control->listener, EPOLLIN | EPOLLET);
}

static bool address_of(const char *path, struct sockaddr_un *address)
{
	size_t length = strlen(path);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (!length || length >= sizeof(address->sun_path))
		return false;
	memcpy(address->sun_path, path, length);
	return true;
}

/* A socket that nobody listens at: its daemon was killed. */
static bool is_stale(const struct sockaddr_un *address)
{
	struct stat status;
	bool stale;
	int fd;

	if (lstat(address->sun_path, &status) || !S_ISSOCK(status.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)address, sizeof(*address)) &&
		errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int bind_file(int fd, const struct sockaddr_un *address)
{
	if (!bind(fd, (const struct sockaddr *)address, sizeof(*address)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!is_stale(address) || unlink(address->sun_path))
		return -EADDRINUSE;
	return bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;
}

/* The fields of /etc/group: name, password, number, members. */
struct group_line {
	unsigned field;
	const char *name; /* what is left to match; NULL: it does not */
	uint64_t number;
};

/* True: NUMBER is that of the group NAME. getgrnam() would be a sixth of the whole program. */
static bool group_byte(struct group_line *line, const char *name, char byte)
{
	if (byte == '\n') {
		*line = (struct group_line){.name = name};
	} else if (byte == ':') {
		if (!line->field++ && line->name && *line->name)
			line->name = NULL;
		return line->field == 3 && line->name && line->number < UINT32_MAX;
	} else if (!line->field && line->name) {
		line->name = *line->name == byte ? line->name + 1 : NULL;
	} else if (line->field == 2 && line->name) {
		if (byte < '0' || byte > '9' || line->number >= UINT32_MAX)
			line->name = NULL;
		line->number = line->number * 10 + (uint64_t)(byte - '0');
	}
	return false;
}

static int find_group(const char *name, gid_t *gid)
{
	struct group_line line = {.name = name};
	bool found = text_to_number(name, 0, UINT32_MAX - 1, &line.number);
	int fd = found ? -1 : open("/etc/group", O_RDONLY | O_CLOEXEC);
	char chunk[512];
	ssize_t got;

	while (!found && fd >= 0 && (got = read(fd, chunk, sizeof(chunk))) > 0) {
		for (ssize_t i = 0; i < got && !found; i++)
			found = group_byte(&line, name, chunk[i]);
	}
	if (fd >= 0)
		close(fd);
	*gid = (gid_t)line.number;
	return found ? 0 : -EINVAL;
}

/* The bound socket becomes one to connect to, but not before its file is only for those who may. */
static int start_listening(struct control *control, gid_t gid)
{
	const char *path = control->address.sun_path;

	if (lchown(path, (uid_t)-1, gid) || chmod(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) ||
	    listen(control->listener.fd, CONFIG_CONTROL_CLIENTS))
		return -errno;
	return loop_add(control->loop, &control->listener, EPOLLIN | EPOLLET);
}

int control_open(struct control *control, struct loop *loop, const char *path, const char *group,
		 const struct control_view *view, size_t view_count)
{
	gid_t gid = (gid_t)-1;
	int fd, error = 0;

	*control = (struct control){.loop = loop,
				    .listener = {-1, listener_ready, control},
				    .view = view,
				    .view_count = view_count,
				    .started = loop_now()};
	if (!address_of(path, &control->address))
		return -ENAMETOOLONG;
	if (*group)
		error = find_group(group, &gid);
	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	error = bind_file(fd, &control->address);
	if (!error) {
		control->listener.fd = fd;
		error = start_listening(control, gid);
		if (error)
			unlink(path);
	}
	if (error) {
		close(fd);
		control->listener.fd = -1;
	}
	return error;
}

void control_close(struct control *control)
{
	if (control->listener.fd < 0)
		return;
	for (size_t i = 0; i < CONFIG_CONTROL_CLIENTS; i++) {
		if (control->client[i])
			client_close(control->client[i]);
	}
	loop_remove(control->loop, &control->listener);
	close(control->listener.fd);
	control->listener.fd = -1;
	/* Else it is another daemon's. */
	if (is_stale(&control->address))
		unlink(control->address.sun_path);
}

/* ---- the client's end ---- */

enum { CLIENT_TIMEOUT = 5 /* seconds without a byte */ };

static int connect_to(const char *path)
{
	const struct timeval timeout = {.tv_sec = CLIENT_TIMEOUT};
	struct sockaddr_un address;
	int fd, error;

	if (!address_of(path, &address))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		error = errno == EAGAIN ? -ETIMEDOUT : -errno;
		close(fd);
		return error;
	}
	return fd;
}

/* What a line may do to a terminal is up to whoever can write it. */
static void make_printable(char *line)
{
	for (; *line; line++) {
		if (*line != '\t' && (*line < ' ' || *line > '~'))
			*line = '?';
	}
}

/* Takes the whole lines in BUFFER out of it. 1: there will be more; 0: that was the last line; or
 * -EPROTO. */
static int take_lines(char *buffer, size_t *length, void (*line)(void *ctx, char *line), void *ctx,
		      char error[CONTROL_ERROR])
{
	static const char failed[] = "error ";
	char *start = buffer, *end;

	while ((end = memchr(start, '\n', *length))) {
		*end = '\0';
		*length -= (size_t)(end + 1 - start);
		make_printable(start);
		if (!strcmp(start, "ok"))
			return 0;
		if (!strncmp(start, failed, sizeof(failed) - 1) && !strchr(start, '\t')) {
			format_text(error, CONTROL_ERROR, "%s", start + sizeof(failed) - 1);
			return -EPROTO;
		}
		line(ctx, start);
		start = end + 1;
	}
	memmove(buffer, start, *length);
	return 1;
}

static int receive_answer(int fd, void (*line)(void *ctx, char *line), void *ctx,
			  char error[CONTROL_ERROR])
{
	char buffer[4 * CONTROL_LINE];
	size_t length = 0;
	ssize_t got;
	int result;

	for (;;) {
		if (length == sizeof(buffer))
			return -EMSGSIZE;
		do {
			got = recv(fd, buffer + length, sizeof(buffer) - length, 0);
		} while (got < 0 && errno == EINTR);
		if (!got)
			return -ECONNRESET;
		if (got < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		length += (size_t)got;
		result = take_lines(buffer, &length, line, ctx, error);
		if (result <= 0)
			return result;
	}
}

int control_ask(const char *path, const char *request, void (*line)(void *ctx, char *line),
		void *ctx, char error[CONTROL_ERROR])
{
	int fd = connect_to(path), result = fd;

	error[0] = '\0';
	if (fd >= 0) {
		/* If this fails, the daemon has closed: it said why. */
		if (send(fd, request, strlen(request), MSG_NOSIGNAL | MSG_MORE) >= 0)
			send(fd, "\n", 1, MSG_NOSIGNAL);
		result = receive_answer(fd, line, ctx, error);
		close(fd);
	}
	if (result && !error[0])
		format_text(error, CONTROL_ERROR, "%s", strerror(-result));
	return result;
}
