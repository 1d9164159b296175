/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `uncertain`: lists deliveries whose end is not known, and takes the operator's decision
 * (doc/ARCHITECTURE.md, Never twice, never lost).
 */
#pragma once

#include "cli/exit.h"

/* MG_EXIT_GROUPS_FAILED where a decision was not noted: no such delivery, or a run has it in
 * hand. */
MgExit mg_command_uncertain(gint argc, gchar **argv);
