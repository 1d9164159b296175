/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The list of what a run has to do.
 */
#pragma once

#include "flow/site.h"
#include "flow/task.h"

/* Deliveries that an earlier run left uncertain, each logged as WARNING (those whose directives are
 * all gone are forgotten), then the pending groups. Errors are those of the database. (transfer
 * full) (element-type MgTask) */
GPtrArray *mg_task_list_make(MgConnection *connection, const MgSite *site,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
