/* SPDX-License-Identifier: MIT */
/* Columns and lines; see column.h. */
#include "core/control/column.h"

#include "core/base/text.h"

bool column_room(const struct control_answer *answer)
{
	return CONTROL_TEXT - answer->length >= CONTROL_LINE;
}

void column_byte(struct control_answer *answer, char byte)
{
	if (answer->length < CONTROL_TEXT)
		answer->text[answer->length++] = byte;
}

void column_text(struct control_answer *answer, const char *text)
{
	for (; *text; text++)
		column_byte(answer, *text >= ' ' && *text <= '~' ? *text : '?');
	column_byte(answer, '\t');
}

void column_number(struct control_answer *answer, uint64_t value)
{
	char digit[20];
	size_t count = 0;

	do {
		digit[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (count)
		column_byte(answer, digit[--count]);
	column_byte(answer, '\t');
}

void column_addr(struct control_answer *answer, const struct addr *addr, const char *any)
{
	char text[TEXT_ADDR];

	column_text(answer, addr_is_any(addr) ? any : text_addr(addr, text));
}

void column_remaining(struct control_answer *answer, int64_t when)
{
	if (when == INT64_MAX)
		column_text(answer, "static");
	else
		column_number(answer, when > answer->now ? (uint64_t)(when - answer->now) : 0);
}

void column_protocol(struct control_answer *answer, enum protocol protocol)
{
	column_text(answer, protocol == PROTOCOL_MLD ? "mld" : "igmp");
}

void column_end(struct control_answer *answer)
{
	answer->text[answer->length - 1] = '\n';
}
