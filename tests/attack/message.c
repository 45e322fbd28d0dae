/* SPDX-License-Identifier: MIT */
/*
 * attack IF send 4|6 SOURCE query|report|old|leave WORD...: one message. Words are a GROUP, `TYPE
 * GROUP SOURCE...` of a report, one record after the other; `v=VERSION`, `mrt=CODE`, `qqi=CODE`,
 * `qrv=NUMBER` and `s` of a query; and what is wrong with it: `dst=ADDRESS`, `ttl=NUMBER`, `ra=no`,
 * `sum=bad`, `cut=LENGTH`, `tail=OCTETS`, `poke=OFFSET:OCTET`.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attack.h"

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

static const char *after(const char *word, const char *key)
{
	size_t length = strlen(key);

	return strncmp(word, key, length) ? NULL : word + length;
}

/* How the packet is spoilt. */
static bool take_damage(struct parcel *parcel, const char *word)
{
	const char *value;
	char *end;

	if ((value = after(word, "dst="))) {
		parcel->envelope.destination = take_address(value);
	} else if ((value = after(word, "ttl="))) {
		parcel->envelope.ttl = take_number(value);
	} else if (!strcmp(word, "ra=no")) {
		parcel->envelope.no_router_alert = true;
	} else if (!strcmp(word, "sum=bad")) {
		parcel->damage.checksum = true;
	} else if ((value = after(word, "cut="))) {
		parcel->damage.cut_set = true;
		parcel->damage.cut = take_number(value);
	} else if ((value = after(word, "tail="))) {
		parcel->damage.tail = take_number(value);
	} else if ((value = after(word, "poke=")) && parcel->damage.poke_count < 8) {
		parcel->damage.poke[parcel->damage.poke_count].offset =
			(unsigned)strtoul(value, &end, 0);
		if (*end != ':')
			usage();
		parcel->damage.poke[parcel->damage.poke_count++].value =
			(uint8_t)take_number(end + 1);
	} else {
		return false;
	}
	return true;
}

static bool take_query(struct message *message, const char *word)
{
	const char *value;

	if ((value = after(word, "v=")))
		message->version = take_number(value);
	else if ((value = after(word, "mrt=")))
		message->response_code = take_number(value);
	else if ((value = after(word, "qqi=")))
		message->interval_code = take_number(value);
	else if ((value = after(word, "qrv=")))
		message->robustness = take_number(value);
	else if (!strcmp(word, "s"))
		message->suppress = true;
	else
		return false;
	return true;
}

/* A record's type, its group, and each of its sources are a word. */
static void take_record(struct message *message, const char *word)
{
	static const char *const type[] = {"IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"};
	static unsigned begun; /* with this type; 0: none is */
	struct addr address;

	for (unsigned i = 0; i < 6; i++)
		if (!strcmp(word, type[i])) {
			begun = i + 1;
			return;
		}
	address = take_address(word);
	if (begun)
		codec_add(message, begun, &address);
	else if (message->record_count)
		list_add(&message->record[message->record_count - 1].source, &address);
	else
		usage();
	begun = 0;
}

void send_message(int fd, int count, char **word)
{
	static const char *const kind[] = {"query", "report", "old", "leave"};
	enum protocol protocol = **word == '4' ? PROTOCOL_IGMP : PROTOCOL_MLD;
	struct parcel parcel = {.envelope.ttl = 1};
	struct message *message = &parcel.message;
	struct frame frame;

	if (count < 3)
		usage();
	parcel.envelope.source = take_address(word[1]);
	while (message->kind < 4 && strcmp(word[2], kind[message->kind]))
		message->kind++;
	if (message->kind > KIND_LEAVE)
		usage();
	message->version = newest_version(protocol) - (message->kind >= KIND_OLD_REPORT);
	message->group = protocol == PROTOCOL_IGMP ? addr_ipv4(0) : (struct addr){{0}};
	message->response_code = 10;
	message->robustness = 2;
	message->interval_code = 125;
	for (int i = 3; i < count; i++) {
		if (take_damage(&parcel, word[i]) ||
		    (message->kind != KIND_REPORT && take_query(message, word[i])))
			continue;
		if (message->kind == KIND_REPORT)
			take_record(message, word[i]);
		else
			message->group = take_address(word[i]);
	}
	parcel_wrap(&parcel, protocol, &frame);
	if (send(fd, frame.byte, frame.length, 0) != (ssize_t)frame.length)
		die("send");
	codec_free(message);
}
