#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The code of each mutant is there, once: whoever changes the code changes the mutant.

LOOK=1 O=none exec sh tests/mutants/run.sh
