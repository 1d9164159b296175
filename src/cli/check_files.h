/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `check`: who else can read the passwords, and change what the program believes.
 */
#pragma once

#include "cli/common_options.h"
#include "cli/findings.h"
#include "model/settings.h"

/* Passwords that every user of the machine can read; configuration, format scripts, YAML files and
 * templates, and the directories they are in, that every user can change or that belong to somebody
 * else. */
void mg_check_files(MgFindings *findings, const MgCommonOptions *options,
                    const MgSettings *settings);
