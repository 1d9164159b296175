/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 3, load: the events of a lot's groups, only the columns asked for.
 */
#pragma once

#include "database/connection.h"
#include "model/events.h"
#include "model/group.h"

/* The events in ascending id. `fields`: NULL-terminated names of columns and "extra.KEY", each a
 * column of the result in that order; NULL means every column of the table, in the table's order. A
 * name that is no column, or not an allowed name, is MG_ERROR_GROUP and nothing is sent to the
 * server. Events that no longer exist are left out. An "extra.KEY" is the JSON text of the value
 * exactly as it is stored; but where a document of type json holds escapes that stand for no text
 * (\u0000, half a surrogate pair), these come as if their backslash were doubled. A timestamp
 * without time zone counts as text. More than 128 MiB in all are MG_ERROR_GROUP. A transaction that
 * is open outlives every failure but a broken connection. (transfer full) */
MgEvents *mg_event_query_load(MgConnection *connection, const gint64 *event_ids, gsize n_ids,
                              const gchar *const *fields, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for the groups of a lot, in one query: `events` receives those of each group (transfer
 * full), none where all of its events are gone. They share the memory of the result, which goes
 * with the last of them. The limit holds for the lot: where it is exceeded each group is to be
 * loaded by itself. FALSE with error: `events` is untouched. */
gboolean mg_event_query_load_lot(MgConnection *connection, const MgGroup *const *groups,
                                 gsize n_groups, const gchar *const *fields, MgEvents **events,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether each of `fields` could be loaded; the first that could not is MG_ERROR_GROUP as above. */
gboolean mg_event_query_check(MgConnection *connection, const gchar *const *fields,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
