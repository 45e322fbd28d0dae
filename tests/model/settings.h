/* SPDX-License-Identifier: MIT */
/* The keys of an interface that transcripts and worlds set by name. */
#ifndef TESTS_MODEL_SETTINGS_H
#define TESTS_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/config.h"

/* NULL: done; else what VALUE should be. "": there is no such key. */
const char *settings_set(struct proxy_interface_config *, const char *key, const char *value);

#endif
