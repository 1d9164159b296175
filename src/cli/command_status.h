/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `status`: what is pending, uncertain, rejected, what was sent, which runs there were; for people,
 * programs, Prometheus and monitoring plugins. Reads only.
 */
#pragma once

#include "cli/exit.h"

/* With --warn-age or --crit-age the exit status is that of a monitoring plugin: 0 to 3. */
MgExit mg_command_status(gint argc, gchar **argv);
