/* SPDX-License-Identifier: MIT */
/*
 * What the tests of attacks do to a proxy: forged messages one by one, floods of them, clients of
 * its control socket that do not behave. Messages are those of tests/model/codec.h, in the frames
 * of tests/model/packet.h: sent by a packet socket, from whatever address.
 */
#ifndef TESTS_ATTACK_ATTACK_H
#define TESTS_ATTACK_ATTACK_H

#include "tests/model/packet.h"

/* Ends the program, with errno. */
void die(const char *what) __attribute__((noreturn));
void usage(void) __attribute__((noreturn));
uint32_t take_number(const char *text);
struct addr take_address(const char *text);
/* A packet socket at the interface. */
int open_port(const char *interface);

/* FRAME is MESSAGE from SOURCE, to where it belongs unless DESTINATION is set. */
struct parcel {
	struct message message;
	struct damage damage;
	struct envelope envelope;
};
void parcel_wrap(struct parcel *, enum protocol, struct frame *);

/* The commands: their words, of which there are COUNT. */
void send_message(int fd, int count, char **word);
void send_flood(int fd, int count, char **word);
void send_data(int fd, int count, char **word);
void visit_control(const char *path, const char *how, uint32_t count);

#endif
