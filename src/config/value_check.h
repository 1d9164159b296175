/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One value of the configuration against one known key: checked and put into its field. What
 * several keys say together is the job of consistency.h.
 */
#pragma once

#include "config/problems.h"
#include "model/settings.h"

/* Checks `value`, which is not null, and sets the field of `settings`; of an object only that it is
 * one. What is unfit is added to `problems` and leaves the field as it is. Reads password files. */
void mg_value_check(const MgNode *value, const MgKnownKey *key, MgSettings *settings,
                    MgProblems *problems);

/* Sets the field to what a missing key means, if anything. */
void mg_value_check_fall_back(const MgKnownKey *key, MgSettings *settings);
