/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The subcommands of the program.
 */
#pragma once

#include "cli/exit.h"

/* Does what the command line asks for. The command may stand behind options (`-c FILE check`). */
MgExit mg_command_run(gint argc, gchar **argv);
