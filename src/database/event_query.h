/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 3, load: the events of a group, only the columns asked for (contract 7).
 */
#pragma once

#include "database/connection.h"
#include "model/events.h"

/* The events in ascending id. `fields`: NULL-terminated names of columns and "extra.KEY"; NULL
 * means every column of the table. A name that is no column, or not an allowed name, is
 * MG_ERROR_GROUP and nothing is sent to the server. Events that no longer exist are left out. */
MgEvents *mg_event_query_load(MgConnection *connection, const gint64 *event_ids, gsize n_ids,
                              const gchar *const *fields, GError **error);
