/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `check`: the database, and what is pending in it. Each function adds its findings.
 */
#pragma once

#include "cli/findings.h"
#include "model/settings.h"

/* All formats of the site. (transfer full) (nullable) (element-type MgFormat) */
GPtrArray *mg_check_database_formats(MgFindings *findings, const MgSettings *settings);

/* Server, objects, privileges, ticket numbers; then, with `formats` (nullable) (transfer full),
 * whether the templates that pending directives name are there and expand. Reads only, locks
 * nothing. */
void mg_check_database(MgFindings *findings, const MgSettings *settings, GPtrArray *formats);
