/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `check`: whether the program could do its work now, and what to mend. Changes nothing.
 */
#pragma once

#include "cli/exit.h"

/* 0: all is well, or only warnings; 2: something failed, or wrong usage. */
MgExit mg_command_check(gint argc, gchar **argv);
