/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 3, load: the events, only the columns asked for (contract 7).
 */
#pragma once

#include "flow/worker.h"
#include "model/events.h"

/* The events of the group in hand. `fields` as in mg_event_query_load(): NULL loads every column. With
 * `ticket` (nullable) a number for the mail is drawn at the same time, since the two wait on different
 * connections; (transfer full). MG_ERROR_GROUP where no event of the group exists any more. */
MgEvents *mg_stage3_load(MgWorker *worker, const gchar *const *fields, gchar **ticket,
                         GError **error);
