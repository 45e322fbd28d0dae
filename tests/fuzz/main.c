/* SPDX-License-Identifier: MIT */
/*
 * Runs targets on inputs, each twice, and compares what happened; a file is one input, @FILE an
 * archive of them: a line each, with its name, a blank, its bytes; whatever is not printable, and
 * %, is %XX. The result of all inputs of a target is one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "seams.h"

enum { FAULTS = 20 /* of an input */ };

static const char usage[] = "usage: fuzz packet|conf|control FILE|@ARCHIVE... [TARGET ...]\n";

struct input {
	char name[128];
	uint8_t data[FUZZ_INPUT_MAX + 1];
	size_t size;
};

/* In memory of exactly its size, so that a sanitizer sees each byte read behind it. */
static uint64_t run_once(const struct fuzz_target *target, const struct input *input)
{
	struct digest digest = {0xcbf29ce484222325ULL};
	uint8_t *exact = malloc(input->size ? input->size : 1);

	if (!exact)
		abort();
	for (size_t i = 0; i < input->size; i++)
		exact[i] = input->data[i];
	target->run(exact, input->size, &digest);
	free(exact);
	return digest.value;
}

/* Each of COUNT allocations fails once, in turn; or as many of them, evenly spread. */
static void run_with_faults(const struct fuzz_target *target, const struct input *input,
			    unsigned long count)
{
	for (unsigned long n = 1; n <= count; n += 1 + count / FAULTS) {
		seams()->allocations = 0;
		seams()->fail_at = n;
		run_once(target, input);
		seams()->fail_at = 0;
	}
}

static bool run_input(const struct fuzz_target *target, const struct input *input)
{
	/* Should it crash, the log ends with its name. */
	printf("%s\n", input->name);
	fflush(stdout);
	seams()->allocations = 0;
	if (run_once(target, input) != run_once(target, input)) {
		printf("not ok fuzz %s: %s ran in two ways\n", target->name, input->name);
		return false;
	}
	if (target->survives_faults)
		run_with_faults(target, input, seams()->allocations / 2);
	return true;
}

/* Those that ran and those that were right. */
struct result {
	int count, right;
};

static void run_file(const struct fuzz_target *target, const char *name, struct result *result)
{
	static struct input input;
	FILE *file = fopen(name, "rb");

	result->count++;
	snprintf(input.name, sizeof(input.name), "%s", name);
	input.size = file ? fread(input.data, 1, sizeof(input.data), file) : 0;
	if (file && input.size <= FUZZ_INPUT_MAX)
		result->right += run_input(target, &input);
	else
		printf("not ok fuzz %s: %s cannot be read\n", target->name, name);
	if (file)
		fclose(file);
}

/* A line of an archive; false: it is none. */
static bool get_line(struct input *input, FILE *file)
{
	unsigned byte;
	int character;

	input->size = 0;
	if (fscanf(file, "%127[^ \n]", input->name) != 1 || getc(file) != ' ')
		return false;
	while ((character = getc(file)) != '\n') {
		byte = (unsigned)character;
		if (character < ' ' || character > '~' || input->size == FUZZ_INPUT_MAX ||
		    (character == '%' && fscanf(file, "%2x", &byte) != 1))
			return false;
		input->data[input->size++] = (uint8_t)byte;
	}
	return true;
}

static void run_archive(const struct fuzz_target *target, const char *name, struct result *result)
{
	static struct input input;
	FILE *file = fopen(name, "rb");
	bool right = file;
	int next;

	while (right && (next = getc(file)) != EOF) {
		ungetc(next, file);
		right = get_line(&input, file);
		result->count++;
		result->right += right && run_input(target, &input);
	}
	if (file)
		fclose(file);
	if (right)
		return;
	result->count += !file;
	printf("not ok fuzz %s: %s cannot be read\n", target->name, name);
}

/* The inputs from WORD on up to the next target, which is returned; NULL: the end. */
static char **run_words(const struct fuzz_target *target, char **word, int *failed)
{
	struct result result = {0};

	for (; *word && !fuzz_target_named(*word); word++) {
		if (**word == '@')
			run_archive(target, *word + 1, &result);
		else
			run_file(target, *word, &result);
	}
	if (result.right == result.count)
		printf("%s fuzz %s: %d inputs\n", result.count ? "ok" : "not ok", target->name,
		       result.count);
	*failed += result.right != result.count || !result.count;
	return word;
}

int main(int argc, char **argv)
{
	char **word = argv + 1;
	int failed = 0;

	if (argc < 2 || !fuzz_target_named(*word)) {
		fputs(usage, stderr);
		return 2;
	}
	while (*word)
		word = run_words(fuzz_target_named(*word), word + 1, &failed);
	return failed != 0;
}
