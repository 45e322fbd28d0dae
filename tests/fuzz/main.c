/* SPDX-License-Identifier: MIT */
/*
 * Runs targets on inputs, each twice, and compares what happened; a file is one input, @FILE an
 * archive of them. The result of all inputs of a target is one line. And makes files of an archive
 * and an archive of files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "fuzz.h"
#include "seams.h"

enum { FAULTS = 20 /* of an input */ };

static const char usage[] = "usage: fuzz packet|conf|control FILE|@ARCHIVE... [TARGET ...]\n"
			    "       fuzz pack FILE... >ARCHIVE\n"
			    "       fuzz unpack ARCHIVE DIRECTORY\n";

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

	result->count++;
	if (input_read(&input, name))
		result->right += run_input(target, &input);
	else
		printf("not ok fuzz %s: %s cannot be read\n", target->name, name);
}

static void run_archive(const struct fuzz_target *target, const char *name, struct result *result)
{
	static struct input input;
	FILE *file = fopen(name, "rb");
	enum archived got = ARCHIVED_WRONG;

	while (file && (got = archive_get(file, &input)) == ARCHIVED_ONE) {
		result->count++;
		result->right += run_input(target, &input);
	}
	if (file)
		fclose(file);
	if (got == ARCHIVED_NONE)
		return;
	result->count++;
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

/* What comes of several files is named as they are, without their directories. */
static int pack(char **name)
{
	static struct input input;
	const char *slash;

	for (; *name; name++) {
		if (!input_read(&input, *name)) {
			fprintf(stderr, "fuzz: %s cannot be read\n", *name);
			return 1;
		}
		slash = strrchr(*name, '/');
		snprintf(input.name, sizeof(input.name), "%s", slash ? slash + 1 : *name);
		archive_put(stdout, &input);
	}
	return fflush(stdout) != 0;
}

static int unpack(const char *archive, const char *directory)
{
	static struct input input;
	FILE *file = fopen(archive, "rb");
	enum archived got = ARCHIVED_WRONG;

	while (file && (got = archive_get(file, &input)) == ARCHIVED_ONE)
		if (!input_write(&input, directory))
			break;
	if (file)
		fclose(file);
	if (got != ARCHIVED_NONE)
		fprintf(stderr, "fuzz: %s cannot be unpacked\n", archive);
	return got != ARCHIVED_NONE;
}

int main(int argc, char **argv)
{
	char **word = argv + 1;
	int failed = 0;

	if (argc > 2 && !strcmp(*word, "pack"))
		return pack(word + 1);
	if (argc == 4 && !strcmp(*word, "unpack"))
		return unpack(argv[2], argv[3]);
	if (argc < 2 || !fuzz_target_named(*word)) {
		fputs(usage, stderr);
		return 2;
	}
	while (*word)
		word = run_words(fuzz_target_named(*word), word + 1, &failed);
	return failed != 0;
}
