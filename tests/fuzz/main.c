/* SPDX-License-Identifier: MIT */
/*
 * Runs targets on files, each twice, and compares what happened: fuzz TARGET FILE... [TARGET
 * FILE...]. The result of all files of a target is one line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "seams.h"

enum { FAULTS = 20 /* of a file */ };

static uint8_t buffer[FUZZ_INPUT_MAX + 1];

/* True: it has been read, all of it. */
static bool read_file(const char *name, size_t *size)
{
	FILE *file = fopen(name, "rb");

	if (!file)
		return false;
	*size = fread(buffer, 1, sizeof(buffer), file);
	fclose(file);
	return *size <= FUZZ_INPUT_MAX;
}

/* In memory of exactly its size, so that a sanitizer sees each byte read behind it. */
static uint64_t run_once(const struct fuzz_target *target, size_t size)
{
	struct digest digest = {0xcbf29ce484222325ULL};
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		abort();
	for (size_t i = 0; i < size; i++)
		exact[i] = buffer[i];
	target->run(exact, size, &digest);
	free(exact);
	return digest.value;
}

/* Each of COUNT allocations fails once, in turn; or as many of them, evenly spread. */
static void run_with_faults(const struct fuzz_target *target, size_t size, unsigned long count)
{
	for (unsigned long n = 1; n <= count; n += 1 + count / FAULTS) {
		seams()->allocations = 0;
		seams()->fail_at = n;
		run_once(target, size);
		seams()->fail_at = 0;
	}
}

static bool run_file(const struct fuzz_target *target, const char *name)
{
	size_t size;

	if (!read_file(name, &size)) {
		printf("not ok fuzz %s: %s cannot be read\n", target->name, name);
		return false;
	}
	/* Should it crash, the log ends with its name. */
	printf("%s\n", name);
	fflush(stdout);
	seams()->allocations = 0;
	if (run_once(target, size) != run_once(target, size)) {
		printf("not ok fuzz %s: %s ran in two ways\n", target->name, name);
		return false;
	}
	if (target->survives_faults)
		run_with_faults(target, size, seams()->allocations / 2);
	return true;
}

/* The files from NAME on up to the next target, which is returned; NULL: the end. */
static char **run_files(const struct fuzz_target *target, char **name, int *failed)
{
	int right = 0, count = 0;

	for (; *name && !fuzz_target_named(*name); name++, count++)
		right += run_file(target, *name);
	if (right == count)
		printf("%s fuzz %s: %d files\n", count ? "ok" : "not ok", target->name, count);
	*failed += right != count || !count;
	return name;
}

int main(int argc, char **argv)
{
	char **word = argv + 1;
	int failed = 0;

	if (argc < 2 || !fuzz_target_named(*word)) {
		fputs("usage: fuzz packet|conf|control FILE... [TARGET FILE...]\n", stderr);
		return 2;
	}
	while (*word)
		word = run_files(fuzz_target_named(*word), word + 1, &failed);
	return failed != 0;
}
