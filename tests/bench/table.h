/* SPDX-License-Identifier: MIT */
/* What was measured, as a Markdown table for people and for the README. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "rows.h"

enum column { MCPROXY_IPV4, MCPROXY_IPV6, IGMPPROXY_IPV4, COLUMNS };

/* Prints the table to stdout; a column whose result has no subject is shown as not there. Returns
 * how many targets were missed. */
unsigned table_print(struct result result[COLUMNS]);
/* One line about the machine: kernel, processor, cores. */
void table_print_machine(void);

#endif
