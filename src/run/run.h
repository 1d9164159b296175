/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A run: one list of tasks, N workers, the counts (intelmqcbmail(1)).
 *
 * Used from one thread, which is not a worker's.
 */
#pragma once

#include "flow/site.h"
#include "flow/summary.h"
#include "run/task_filter.h"

typedef struct MgRun MgRun;

/* Opens the run's own database session. `*is_alone` FALSE: `instances` is exclusive and another
 * instance runs; the caller says so and ends; not asked for a preview. `site` must outlive
 * the run. */
MgRun *mg_run_new(const MgSite *site, gboolean *is_alone, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_run_free(MgRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgRun, mg_run_free)

/* For `intelmqcbmail status`: the run's line in the database, written before it lists anything, and
 * brought to its end with the counts, the exit status and, where it did not simply come to its end,
 * why (nullable). Both do nothing where the database has no place for it; what fails is a WARNING,
 * since no mail depends on it. The end waits some seconds for a database that went away. */
void mg_run_note_start(MgRun *run, const gchar *program_version);
void mg_run_note_end(MgRun *run, gint exit_status, const gchar *ended_because);

/* Of a run that will work on its list at once, as early as can be: where something is pending, its
 * first worker is hired while the start is noted and the list is made. What fails is told by
 * mg_run_process(). Not for a borrowed connection. */
void mg_run_hire_ahead(MgRun *run);

/* What there is to do: deliveries that an earlier run left uncertain, each logged as WARNING, then
 * the pending groups; of these what `filter` (nullable) lets through. (transfer full)
 * (element-type MgTask) */
GPtrArray *mg_run_list(MgRun *run, const MgTaskFilter *filter,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Works on `n_tasks` tasks from `first` on and returns when all are left, a stop was requested, or
 * nothing further can be done. MG_ERROR_RUN where the run ended early by a failure.
 *
 * Where the site has limits (flow/safety.h), the tasks are previewed first, with what was sent
 * before in this run counted in: MG_ERROR_RUN, nothing being begun, where they would exceed one. */
gboolean mg_run_process(MgRun *run, GPtrArray *tasks, guint first, guint n_tasks,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What became of the groups so far. (transfer none) */
const MgSummary *mg_run_summary(const MgRun *run);

/* The run's own session, for questions before and after it works; outside a transaction. */
MgConnection *mg_run_connection(MgRun *run);
