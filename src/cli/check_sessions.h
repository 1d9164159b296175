/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Part of `check`: whether the database has as many sessions for us as a run wants.
 */
#pragma once

#include "cli/findings.h"
#include "database/connection.h"

/* `connection`: the only one of the program. */
void mg_check_sessions(MgFindings *findings, const MgSettings *settings, MgConnection *connection);
