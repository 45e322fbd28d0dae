/* SPDX-License-Identifier: MIT */
/* core/base/option.c: which options are read from which words. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/format.h"
#include "core/base/option.h"
#include "test.h"

enum { WORDS = 8 };

struct example {
	const char *words[WORDS];
	const char *read; /* letters and values, what ended them, and the words left */
};

static const struct example examples[] = {
	{{NULL}, "0"},
	{{"-a", "-b"}, "a b 0"},
	{{"-ab"}, "a b 0"},
	{{"-v", "value", "-a"}, "v=value a 0"},
	{{"-vvalue", "-a"}, "v=value a 0"},
	{{"-abvvalue", "rest"}, "a b v=value 0 rest"},
	{{"-v", "-a"}, "v=-a 0"},
	{{"-v", "--"}, "v=-- 0"},
	{{"-v", ""}, "v= 0"},
	{{"word", "-a"}, "0 word -a"},
	{{"-a", "--", "-b"}, "a 0 -b"},
	{{"-a", "-", "-b"}, "a 0 - -b"},
	{{"", "-a"}, "0  -a"},
	{{"-x"}, "-1"},
	{{"-ax"}, "a -1"},
	{{"-:"}, "-1"},
	{{"-\xff"}, "-1"},
	{{"--all"}, "-1"},
	{{"-v"}, "-1"},
	{{"-av"}, "a -1"},
};

static void read_options(const struct example *example, bool operands, char *text, size_t size)
{
	char *words[WORDS + 1] = {NULL};
	struct option_reader reader = {.name = "option",
				       .usage = "Usage: option\n",
				       .letters = "abv:",
				       .operands = operands,
				       .words = words};
	size_t length = 0;
	int option;

	memcpy(words, example->words, sizeof(example->words));
	while ((option = option_next(&reader)) > 0)
		length += format_text(text + length, size - length,
				      option == 'v' ? "%c=%s " : "%c ", option, reader.value);
	length += format_text(text + length, size - length, "%d", option);
	for (char **word = reader.words; !option && *word; word++)
		length += format_text(text + length, size - length, " %s", *word);
}

int main(void)
{
	int standard_error = dup(STDERR_FILENO), quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char text[128];

	TEST("options are read as POSIX has them");
	dup2(quiet, STDERR_FILENO);
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		const char *end = strstr(examples[i].read, "0 ");

		read_options(&examples[i], true, text, sizeof(text));
		CHECK(!strcmp(text, examples[i].read), "'%s', not '%s'", text, examples[i].read);
		read_options(&examples[i], false, text, sizeof(text));
		CHECK(end ? !strncmp(text, examples[i].read, (size_t)(end - examples[i].read)) &&
				      !strcmp(text + (end - examples[i].read), "-1")
			  : !strcmp(text, examples[i].read),
		      "'%s' without operands", text);
	}
	dup2(standard_error, STDERR_FILENO);
	return test_end();
}
