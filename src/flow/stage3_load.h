/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 3, load: the events, only the columns asked for (contract 7).
 */
#pragma once

#include "database/connection.h"
#include "model/events.h"
#include "model/group.h"

/* `fields` as in mg_event_query_load(): NULL loads every column. MG_ERROR_GROUP where no event of the group
 * exists any more; `vanished` tells that from other errors. */
MgEvents *mg_stage3_load(MgConnection *connection, const MgGroup *group, const gchar *const *fields,
                         gboolean *vanished, GError **error);
