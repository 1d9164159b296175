/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A handful: the groups that a worker takes off the run's list at once. They are its first lot;
 * what that puts back or divides goes through further lots, until nothing of the handful is left.
 */
#pragma once

#include "flow/task.h"
#include "flow/worker.h"

/* How many of `tasks` (element-type MgTask) from `first` on, `n_tasks` at most, are the worker's
 * next handful. */
guint mg_handful_size(const MgWorker *worker, const GPtrArray *tasks, guint first, guint n_tasks);

/* Does the tasks, logs what fails and counts them. What has to be begun anew, since a connection
 * broke or another of the lot needs to be alone, is done before it returns. FALSE where no further
 * task will fare better (MG_ERROR_RUN or MG_ERROR_SETUP): the worker's caller ends the run; the
 * failure is told by `error` alone, the tasks that somebody else may take up are added to
 * `not_done`, their groups stay pending; those among them that are parts of a group (task.h) are
 * then its owner's, whatever is returned. */
gboolean mg_handful_do(MgWorker *worker, const MgTask *const *tasks, guint n_tasks,
                       GPtrArray *not_done, GError **error) G_GNUC_WARN_UNUSED_RESULT;
