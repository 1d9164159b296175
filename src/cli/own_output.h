/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Standard output for the program alone, where it prints something that people and programs read
 * whole.
 */
#pragma once

#include <stdio.h>

/* What format scripts print, at the latest when their interpreter ends, goes to standard error from
 * here on; the program writes to what is returned, and flushes it. To be called once, before
 * formats are loaded. */
FILE *mg_own_output_take(void);
