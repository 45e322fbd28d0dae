/* SPDX-License-Identifier: MIT */
/* attack IF send|flood|data ..., attack control ...: see the files beside this one. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attack.h"

void die(const char *what)
{
	fprintf(stderr, "attack: %s: %s\n", what, strerror(errno));
	exit(1);
}

void usage(void)
{
	fputs("usage: attack IF send 4|6 SOURCE query|report|old|leave WORD...\n"
	      "       attack IF flood 4|6 KIND COUNT ADDRESSES RATE [GROUP]\n"
	      "         KIND: groups|sources|members|leaves|queries|adverts|discover\n"
	      "       attack IF data 4|6 COUNT SOURCES RATE GROUP\n"
	      "       attack control PATH idle|slow|garbage COUNT\n",
	      stderr);
	exit(2);
}

uint32_t take_number(const char *text)
{
	char *end;
	unsigned long number = strtoul(text, &end, 0);

	if (!*text || *end || number > UINT32_MAX)
		usage();
	return (uint32_t)number;
}

struct addr take_address(const char *text)
{
	struct addr address = {{[10] = 0xff, [11] = 0xff}};

	if (!inet_pton(AF_INET, text, address.byte + 12) &&
	    !inet_pton(AF_INET6, text, address.byte))
		usage();
	return address;
}

/* linux/if_packet.h, which not every C library comes with */
struct packet_address {
	unsigned short family, protocol;
	int interface;
	unsigned short hardware;
	unsigned char type, length, address[8];
};

int open_port(const char *interface)
{
	struct packet_address address = {.family = AF_PACKET,
					 .interface = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("packet socket");
	if (!address.interface || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die(interface);
	return fd;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "control")) {
		visit_control(argv[2], argv[3], take_number(argv[4]));
		return 0;
	}
	if (argc < 4)
		usage();
	if (!strcmp(argv[2], "send"))
		send_message(open_port(argv[1]), argc - 3, argv + 3);
	else if (!strcmp(argv[2], "flood"))
		send_flood(open_port(argv[1]), argc - 3, argv + 3);
	else if (!strcmp(argv[2], "data"))
		send_data(open_port(argv[1]), argc - 3, argv + 3);
	else
		usage();
	return 0;
}
