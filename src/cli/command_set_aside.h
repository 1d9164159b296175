/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The subcommands `set-aside` and `bring-back`: groups that are refused run after run.
 */
#pragma once

#include "cli/exit.h"

/* What the command line asks for. */
MgExit mg_command_set_aside(gint argc, gchar **argv);
/* The command bring-back. */
MgExit mg_command_set_aside_end(gint argc, gchar **argv);
