/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What the commands open before they begin: settings, log, formats, templates, key.
 */
#pragma once

#include "cli/common_options.h"
#include "flow/site.h"
#include "model/settings.h"

/* Operators look for this very line. */
#define MG_OPENING_OTHER_INSTANCE                                                                  \
    "Could not get db lock for pending notifications. Probably another instance of myself is "     \
    "running."

/* Reads the configuration files and has the log go where they say. MG_ERROR_SETUP listing every
 * mistake. */
MgSettings *mg_opening_settings(const MgCommonOptions *options,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Loads the formats, the Python plug-in only where one is a script, and opens templates and key.
 * `settings` must outlive the site. MG_ERROR_SETUP where something must be mended, also where there
 * is no format: nobody would answer for any group. */
MgSite *mg_opening_site(const MgSettings *settings, MgPurpose purpose,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
