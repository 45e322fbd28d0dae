/* SPDX-License-Identifier: MIT */
/*
 * attack IF send 4|6 SOURCE WORD...: one message, in the words of tests/model/said.h; times are
 * milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attack.h"
#include "tests/model/said.h"

void parcel_wrap(struct parcel *parcel, enum protocol protocol, struct frame *frame)
{
	uint8_t buf[MESSAGE_MAX];
	size_t length;

	if (addr_is_any(&parcel->envelope.destination))
		parcel->envelope.destination = codec_destination(protocol, &parcel->message);
	length = codec_encode(protocol, &parcel->message, &parcel->envelope.source,
			      &parcel->envelope.destination, &parcel->damage, buf);
	packet_message(frame, protocol, &parcel->envelope, buf, length);
}

static void name(void *ctx, const char *word, struct list *list)
{
	struct addr address = take_address(word);

	(void)ctx;
	list_add(list, &address);
}

static void wrong(void *ctx, const char *expected, const char *got)
{
	(void)ctx;
	fprintf(stderr, "attack: expected %s, got %s\n", expected, got);
	usage();
}

void send_message(int fd, int count, char **word)
{
	enum protocol protocol = **word == '4' ? PROTOCOL_IGMP : PROTOCOL_MLD;
	int32_t response = protocol == PROTOCOL_IGMP ? 1000 : 10;
	struct values values = {.robustness = 2,
				.query_interval = 125000,
				.query_response_interval = response,
				.last_member_query_interval = response};
	struct speaker speaker = {protocol, &values, true, true, name, wrong, NULL};
	struct said said = {.ttl = 1};
	static struct words words;
	struct parcel parcel;
	struct frame frame;
	char line[1024] = "";

	if (count < 3)
		usage();
	for (int i = 2; i < count && strlen(line) + strlen(word[i]) + 2 < sizeof(line); i++)
		strcat(strcat(line, word[i]), " ");
	words_split(&words, line, "{}");
	if (protocol == PROTOCOL_IGMP)
		said.message.group = addr_ipv4(0);
	said_read(&speaker, &words, &said);
	parcel = (struct parcel){
		said.message,
		said.damage,
		{take_address(word[1]), said.destination, said.ttl, said.no_router_alert}};
	parcel_wrap(&parcel, protocol, &frame);
	if (send(fd, frame.byte, frame.length, 0) != (ssize_t)frame.length)
		die("send");
	codec_free(&said.message);
}
