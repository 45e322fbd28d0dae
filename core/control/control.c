/* SPDX-License-Identifier: MIT */
/*
 * The daemon's end of the control socket. Owns: the clients, a fixed number, one buffer each. What
 * they are told is control_answer.h's: a piece for each client and turn of the loop, and only when
 * it has read the piece before, so that packets never wait for a dump. There is no timer: a client
 * that does nothing is dropped when its slot is needed.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/control/control.h"
#include "core/control/control_answer.h"

enum {
	ACCEPTS = 16,	 /* connections taken in one turn of the loop */
	PATIENCE = 2000, /* ms without progress; then a client may make room for another */
};

struct control_client {
	struct loop_source source;
	struct control *control;
	int64_t progress; /* when it sent or read something last */
	size_t sent;	  /* of the answer's text, which takes in the request before */
	struct control_answer answer;
};

static void client_close(struct control_client *client)
{
	struct control *control = client->control;

	control_answer_stop(&client->answer);
	loop_remove(control->loop, &client->source);
	close(client->source.fd);
	for (size_t i = 0; i < CONFIG_CONTROL_CLIENTS; i++) {
		if (control->client[i] == client)
			control->client[i] = NULL;
	}
	free(client);
}

/* Sends what the client takes. Frees it at the end of the answer, or if it has gone. */
static void client_reply(struct control_client *client)
{
	struct control_answer *answer = &client->answer;
	ssize_t sent;

	client->progress = loop_now();
	if (client->sent == answer->length) {
		control_answer_continue(answer);
		client->sent = 0;
	}
	if (!answer->length)
		return;
	sent = send(client->source.fd, answer->text + client->sent, answer->length - client->sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			client_close(client);
		return;
	}
	client->sent += (size_t)sent;
	if (answer->finished && client->sent == answer->length)
		client_close(client);
}

/* Reads up to the end of the request, which nothing that comes after it can change. */
static void client_read(struct control_client *client)
{
	struct control_answer *answer = &client->answer;
	ssize_t got = recv(client->source.fd, answer->text + answer->length,
			   CONTROL_REQUEST - answer->length, MSG_DONTWAIT);
	const char *end;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		client_close(client);
		return;
	}
	answer->length += (size_t)got;
	client->progress = loop_now();
	end = memchr(answer->text, '\n', answer->length);
	if (!end && answer->length < CONTROL_REQUEST)
		return;
	if (end)
		control_answer_start(answer, answer->text, (size_t)(end - answer->text));
	else
		control_answer_refuse(answer, "request too long");
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

/* A slot for a client: a free one, else that of the client which has been idle longest and too
 * long. NULL: all are in use. */
static struct control_client **find_slot(struct control *control)
{
	struct control_client **idle = &control->client[0];

	for (size_t i = 0; i < CONFIG_CONTROL_CLIENTS; i++) {
		if (!control->client[i])
			return &control->client[i];
		if (control->client[i]->progress < (*idle)->progress)
			idle = &control->client[i];
	}
	if (loop_now() - (*idle)->progress < PATIENCE)
		return NULL;
	client_close(*idle);
	return idle;
}

static void refuse_client(int fd, const char *line)
{
	send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void accept_client(struct control *control, int fd)
{
	struct control_client **slot = find_slot(control), *client;

	if (!slot) {
		refuse_client(fd, "error too many clients\n");
		return;
	}
	client = calloc(1, sizeof(*client));
	if (!client) {
		refuse_client(fd, "error out of memory\n");
		return;
	}
	client->source = (struct loop_source){fd, client_ready, client};
	client->control = control;
	client->answer.daemon = control->daemon;
	client->answer.started = control->started;
	client->progress = loop_now();
	if (loop_add(control->loop, &client->source, EPOLLIN)) {
		free(client);
		refuse_client(fd, "error out of memory\n");
		return;
	}
	*slot = client;
}

/* No descriptor is free but for the spare one: a client that is told so does not wait for nothing.
 * False: there is none. */
static bool turn_away(struct control *control)
{
	int fd;

	close(control->spare);
	fd = accept4(control->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0)
		refuse_client(fd, "error no descriptor is free\n");
	control->spare = memfd_create("", MFD_CLOEXEC);
	if (fd >= 0 && !control->full)
		log_warning("no descriptor is free: who asks is turned away (ulimit -n)");
	control->full |= fd >= 0;
	return fd >= 0;
}

/* Edge-triggered, so that a connection which cannot be taken, for want of descriptors, is not
 * reported again and again. */
static void listener_ready(void *ctx, uint32_t events)
{
	struct control *control = ctx;

	(void)events;
	for (unsigned i = 0; i < ACCEPTS; i++) {
		int fd = accept4(control->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && ((errno != EMFILE && errno != ENFILE) || !turn_away(control)))
			return;
		if (fd < 0)
			continue;
		control->full = false;
		accept_client(control, fd);
	}
	/* There may be more: reported anew. */
	loop_change(control->loop, &control->listener, EPOLLIN | EPOLLET);
}

int control_open(struct control *control, struct loop *loop, int fd,
		 const struct control_daemon *daemon)
{
	int error;

	*control = (struct control){.loop = loop,
				    .listener = {fd, listener_ready, control},
				    .spare = memfd_create("", MFD_CLOEXEC),
				    .daemon = daemon,
				    .started = loop_now()};
	error = loop_add(loop, &control->listener, EPOLLIN | EPOLLET);
	if (error) {
		close(fd);
		close(control->spare);
		control->listener.fd = -1;
	}
	return error;
}

void control_interrupt(struct control *control)
{
	for (size_t i = 0; i < CONFIG_CONTROL_CLIENTS; i++)
		if (control->client[i])
			control_answer_interrupt(&control->client[i]->answer);
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
	close(control->spare);
	control->listener.fd = -1;
}
