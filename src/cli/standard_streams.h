/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Standard input, output and error as a program may be given them: closed, full, or a pipe that
 * nobody reads any more.
 */
#pragma once

#include "cli/exit.h"

#include <stdio.h>

/* Before anything else is opened: puts /dev/null where one of the three is closed, so that no
 * socket or file gets its number and takes what is printed and logged, or is read for an answer.
 * Signals for a write that fails are ignored. FALSE where not even /dev/null can be opened. */
gboolean mg_standard_streams_secure(void);

/* At the end: writes out what was printed to `stream`. Where that fails, logs it, and success
 * becomes MG_EXIT_ENDED_EARLY; a reader that went away, such as head(1), is no failure. */
MgExit mg_standard_streams_finish(FILE *stream, MgExit status);
