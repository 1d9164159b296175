/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Which tasks a run takes: what the operator asked for on the command line.
 */
#pragma once

#include "flow/task.h"

typedef struct {
    gchar **recipients; /* (nullable): everyone; patterns with * and ?, letter case aside */
    gchar **templates;  /* (nullable): every one; likewise, but letter case counts */
    gint limit;         /* groups; 0: no limit; never negative */
} MgTaskFilter;

/* Takes out of `tasks` (of MgTask) what is not wanted; the order stays. A group must match one
 * pattern of each list. Uncertain deliveries are filtered like other groups, and count. */
void mg_task_filter_apply(const MgTaskFilter *filter, GPtrArray *tasks);
