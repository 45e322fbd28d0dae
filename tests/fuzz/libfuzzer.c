/* SPDX-License-Identifier: MIT */
/* The entry of libFuzzer. The name of the program says which target it is: fuzz-TARGET. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *dash = strrchr((*argv)[0], '-');

	(void)argc;
	target = fuzz_target_named(dash ? dash + 1 : "");
	if (target)
		return 0;
	fputs("this program has to be called fuzz-TARGET\n", stderr);
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest digest = {0};

	if (size <= FUZZ_INPUT_MAX)
		target->run(data, size, &digest);
	return 0;
}
