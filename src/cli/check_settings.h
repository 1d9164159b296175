/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `check`: what can be said about the settings without asking another program. Each function adds
 * its findings.
 */
#pragma once

#include "cli/common_options.h"
#include "cli/findings.h"
#include "model/settings.h"

/* Every mistake is a finding; NULL then. (transfer full) (nullable) */
MgSettings *mg_check_settings_read(MgFindings *findings, const MgCommonOptions *options);

/* Whether the log that the settings name can be written: a finding. */
void mg_check_settings_log(MgFindings *findings, const MgSettings *settings);

/* The brakes, so that nobody wonders where the mails are. */
void mg_check_settings_safety(MgFindings *findings, const MgSettings *settings);
