/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The program without a subcommand: send what is pending, in one batch or asking.
 */
#pragma once

#include "cli/exit.h"

/* `commands` lists the subcommands, for --help. */
MgExit mg_command_send(gint argc, gchar **argv, const gchar *commands);
