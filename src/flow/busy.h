/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What of a worker may take for ever: a format that answers for a group, or a script's own send().
 * Noted by the worker's thread, and looked at by the run's.
 */
#pragma once

#include "model/group.h"

typedef struct MgBusy MgBusy;

MgBusy *mg_busy_new(void);
void mg_busy_free(MgBusy *busy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgBusy, mg_busy_free)

/* From `now_us` (monotonic) on `format`, which must live until the end, is at work for `group`. */
void mg_busy_begin(MgBusy *busy, const gchar *format, const MgGroup *group, gint64 now_us);
void mg_busy_end(MgBusy *busy);

/* (nullable): what the operator is to be told, once for each minute that it lasts. (transfer
 * full) */
gchar *mg_busy_word(MgBusy *busy, gint64 now_us);
