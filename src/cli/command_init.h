/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `intelmqcbmail init DIR`: what a site needs to begin with, as files.
 */
#pragma once

#include "cli/exit.h"

MgExit mg_command_init(gint argc, gchar **argv);
