/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The subcommands of the program.
 */
#pragma once

#include "cli/exit.h"

typedef struct {
    const gchar *name; /* NULL: what the program does without a subcommand */
    MgExit (*run)(gint argc, gchar **argv);
    const gchar *help; /* one line */
} MgCommand;

/* The command that the first argument names, else the one without a name. */
const MgCommand *mg_command_find(gint argc, gchar **argv);
