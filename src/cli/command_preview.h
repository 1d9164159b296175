/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `intelmqcbmail preview`: what the next run would send, hold back and fail at; nothing is sent or
 * written but the files that are asked for.
 */
#pragma once

#include "cli/exit.h"

/* argv[0] is the command's name. Errors are logged. */
MgExit mg_command_preview(gint argc, gchar **argv);
