/* SPDX-License-Identifier: MIT */
/*
 * What core/kernel/iface.c and core/kernel/netlink.c make of netlink messages that are cut off, lie
 * about their length, or are rubbish: the bytes lie at the very end of what was allocated, so that
 * a sanitizer sees any step beyond. What it makes of the kernel's is linux_iface.c's.
 */
#include <stdlib.h>

#include "core/kernel/netlink.c"

#include "core/kernel/iface.c"

#include "test.h"

enum { ROUNDS = 200000 };

static uint32_t seed = 1;
static int answered; /* the result of the last answer */
static struct iface eth0 = {.name = "eth0", .index = 3};
static struct ifaces ifaces = {.first = &eth0, .request.sequence = 7};

static uint8_t random_byte(void)
{
	seed = seed * 1664525 + 1013904223;
	return (uint8_t)(seed >> 24);
}

/* A notification of eth0's end: header, link, two attributes. */
static struct {
	struct abi_nlmsghdr header;
	struct abi_ifinfomsg link;
	struct abi_rtattr mtu;
	uint32_t mtu_value;
	struct abi_rtattr name;
	char name_value[8];
} message;

static void reset(void)
{
	message.header = (struct abi_nlmsghdr){
		.nlmsg_len = sizeof(message), .nlmsg_type = ABI_RTM_DELLINK, .nlmsg_seq = 7};
	message.link = (struct abi_ifinfomsg){.ifi_index = 3};
	message.mtu = (struct abi_rtattr){.rta_len = 8, .rta_type = ABI_IFLA_MTU};
	message.mtu_value = 1400;
	message.name = (struct abi_rtattr){.rta_len = 9, .rta_type = ABI_IFLA_IFNAME};
	strcpy(message.name_value, "eth0");
	eth0.stale = eth0.gone = false;
}

static void visit(void *ctx, uint16_t type, struct wire_reader *body)
{
	struct reading reading = {.iface = ctx, .address = {.ifa_family = AF_INET, .ifa_index = 3}};
	struct wire_reader link = *body, address = *body;
	unsigned index = 0;

	read_link(&reading, type, &link);
	read_address(&reading, type, &address);
	read_route(&index, type, body);
}

/* As a notification and as an answer; true if it is an answer's end. */
static bool read_as_both(const void *bytes, size_t length)
{
	uint8_t *data = malloc(length + 1);
	struct wire_reader r = {.at = data, .left = length};
	struct iface scratch = {.name = "eth0"};
	bool end;

	memcpy(data, bytes, length);
	read_notifications(r, note_message, &ifaces);
	answered = 0;
	end = read_answer(&ifaces.request, r, visit, &scratch, &answered);
	CHECK(scratch.prefix_count <= IFACE_PREFIXES);
	free(data);
	return end;
}

/* A notification of eth0, which is up, with this event. */
static bool moves_it(uint32_t flags, uint32_t event)
{
	reset();
	message.header.nlmsg_type = ABI_RTM_NEWLINK;
	message.link.ifi_flags = flags;
	message.mtu.rta_type = ABI_IFLA_EVENT;
	message.mtu_value = event;
	eth0.up = true;
	eth0.moved = false;
	read_as_both(&message, sizeof(message));
	return eth0.moved;
}

static void test_events(void)
{
	const uint32_t up = IFF_UP | ABI_IFF_LOWER_UP;

	TEST("a bond's failover, a machine's move, memberships that are to be told again");
	CHECK(moves_it(up, 3) && moves_it(up, 4) && moves_it(up, 5));
	TEST("other events, and none");
	CHECK(!moves_it(up, 0) && !moves_it(up, 1) && !moves_it(up, 2) && !moves_it(up, 6));
	TEST("a link that goes down");
	CHECK(moves_it(IFF_UP, 0) && moves_it(ABI_IFF_LOWER_UP, 2));
	eth0.up = eth0.moved = false;
}

static void test_whole(void)
{
	TEST("a link's end is noted, by its index or its name");
	reset();
	CHECK(read_as_both(&message, sizeof(message)) && eth0.stale && eth0.gone);
	reset();
	message.link.ifi_index = 4;
	CHECK(read_as_both(&message, sizeof(message)) && eth0.stale && !eth0.gone);
	reset();
	message.link.ifi_index = 4;
	strcpy(message.name_value, "eth00");
	message.name.rta_len = 10;
	CHECK(read_as_both(&message, sizeof(message)) && !eth0.stale);
	TEST("one that leaves a bridge is not");
	reset();
	message.link.ifi_family = AF_BRIDGE;
	CHECK(read_as_both(&message, sizeof(message)) && !eth0.stale);
	TEST("what is cut off is not read at all");
	reset();
	for (size_t length = 0; length < sizeof(message); length++)
		CHECK(!read_as_both(&message, length) && !eth0.stale, "%zu", length);
	TEST("an answer to another question is passed over");
	reset();
	message.header.nlmsg_seq = 6;
	CHECK(!read_as_both(&message, sizeof(message)));
	TEST("a table that changed while it was read is to be read again");
	reset();
	CHECK(read_as_both(&message, sizeof(message)) && !answered);
	message.header.nlmsg_flags = ABI_NLM_F_DUMP_INTR;
	CHECK(read_as_both(&message, sizeof(message)) && answered == -EINTR);
}

static void test_lengths(void)
{
	TEST("lengths that cannot be: too short, beyond the end");
	reset();
	for (unsigned length = 0; length < 70000; length++) {
		reset();
		message.header.nlmsg_len = length;
		CHECK(read_as_both(&message, sizeof(message)) ==
		      (length >= sizeof(message.header) && length <= sizeof(message)));
		reset();
		message.mtu.rta_len = (uint16_t)length;
		message.link.ifi_index = 9;
		read_as_both(&message, sizeof(message));
		CHECK(eth0.stale == ((uint16_t)length >= 5 && (uint16_t)length <= 8), "%u", length);
	}
	reset();
	message.header.nlmsg_len = UINT32_MAX;
	CHECK(!read_as_both(&message, sizeof(message)) && !eth0.stale);
}

static void test_rubbish(void)
{
	static const uint16_t type[] = {ABI_RTM_NEWLINK, ABI_RTM_DELLINK,  ABI_RTM_NEWADDR,
					ABI_RTM_DELADDR, ABI_RTM_NEWROUTE, ABI_NLMSG_ERROR,
					ABI_NLMSG_DONE};
	uint8_t bytes[2 * sizeof(message)];

	TEST("rubbish is survived");
	for (unsigned round = 0; round < ROUNDS; round++) {
		reset();
		message.header.nlmsg_type = type[random_byte() % 7];
		message.header.nlmsg_flags = ABI_NLM_F_MULTI;
		memcpy(bytes, &message, sizeof(message));
		memcpy(bytes + sizeof(message), &message, sizeof(message));
		for (unsigned i = random_byte() % 12; i; i--)
			bytes[random_byte() % sizeof(bytes)] = random_byte() & 63;
		read_as_both(bytes, round % sizeof(bytes));
	}
	CHECK(ifaces.first == &eth0 && !eth0.next);
}

/* By another hand: an array by index, sorted when it is asked for. */
static void test_names(void)
{
	static const char pattern[][IF_NAMESIZE] = {"a*", "b?"};
	static const char *const choice[] = {"a", "a1", "b", "b1", "b12", "c1", "aaaaaaaaaaaaaaaa",
					     ""};
	struct names names = {.pattern = pattern, .pattern_count = 2};
	const char *is[20] = {NULL};
	unsigned count, changed = 0;

	TEST("names that match are kept, sorted, whatever happens to them");
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned index = random_byte() % 20, n = random_byte() % 12;

		is[index] = n < 8 && (n < 2 || n == 3) ? choice[n] : NULL;
		names_set(&names, index, n < 8 ? choice[n] : NULL);
		count = 0;
		for (unsigned i = 0; i < 20; i++)
			count += is[i] != NULL;
		if (!CHECK(names.count == count && !names.stale, "%u: %zu", round, names.count))
			break;
		for (unsigned i = 0; i < names.count; i++)
			CHECK(is[names.index[i]] && !strcmp(is[names.index[i]], names.name[i]) &&
			      (!i || strcmp(names.name[i - 1], names.name[i]) <= 0));
		changed += names.changed;
		names.changed = false;
	}
	CHECK(changed > ROUNDS / 8 && changed < ROUNDS, "%u", changed);
	TEST("no more names than there may be");
	for (unsigned i = 0; i < NAMES_MAX + 20; i++)
		names_set(&names, 100 + i, "a");
	CHECK(names.count == NAMES_MAX && names.left_out == count + 20);
	names_clear(&names);
	CHECK(!names.count && names.pattern_count == 2);
}

int main(void)
{
	RUN(test_names, test_events, test_whole, test_lengths, test_rubbish);
	return test_end();
}
