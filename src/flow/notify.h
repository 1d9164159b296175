/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One group from claim to record: the eight stages in order. Begin to read here.
 */
#pragma once

#include "flow/worker.h"

/* Does the task, logs what fails and counts it. FALSE where no further task will fare better
 * (MG_ERROR_RUN or MG_ERROR_SETUP): the worker's caller ends the run; the group stays pending, its
 * failure is told by `error` alone. */
gboolean mg_notify_group(MgWorker *worker, const MgTask *task, GError **error);
