/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What several keys of a configuration must say together, and the defaults that depend on others.
 */
#pragma once

#include "config/problems.h"
#include "model/settings.h"

/* `root` is the merged document, in which places are looked up. */
void mg_consistency_check(const MgNode *root, MgSettings *settings, MgProblems *problems);

/* The value at a path such as "smtp.port"; NULL where there is none or it is null. */
const MgNode *mg_consistency_find(const MgNode *root, const gchar *path);
