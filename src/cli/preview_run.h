/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Fills a preview from what a run tells that works through everything and sends nothing.
 */
#pragma once

#include "flow/site.h"
#include "preview/preview.h"
#include "run/task_filter.h"

/* What a run would send now of what `filter` (nullable) lets through, and which limits it would
 * exceed. `site` was opened for previews. Errors as mg_run_process(). */
gboolean mg_preview_run(MgSite *site, const MgTaskFilter *filter, MgPreview *preview,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One of the tasks that a run of `site` has listed, in front of that run; nothing of it is begun by
 * this. Errors as mg_run_process(). */
gboolean mg_preview_run_task(const MgSite *site, GPtrArray *tasks, guint index, MgPreview *preview,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
