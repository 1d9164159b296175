/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/vanished.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/pg_array.h"

static const gchar doing[] = "cannot set directives aside whose event is gone";

static const gchar is_possible_sql[] =
    "SELECT coalesce(pg_catalog.has_function_privilege(pg_catalog.to_regprocedure("
    "'set_aside_vanished_directives(bigint[])'), 'EXECUTE'), false)";

static const gchar set_aside_sql[] = "SELECT set_aside_vanished_directives($1::bigint[])";

#define FEWEST_GONE 100 /* whoever removes some old events must not have to ask */

/* Newest first: who removes old events, with their partition say, begins at the other end. */
static const gchar newest_sql[] =
    "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE NOT EXISTS"
    "  (SELECT FROM events WHERE events.id = newest.events_id)) FROM"
    " (SELECT d.events_id FROM directives AS d WHERE d.sent_id IS NULL"
    "  ORDER BY d.inserted_at DESC LIMIT 1000) AS newest";

gboolean mg_vanished_is_believable(MgConnection *connection, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, "cannot look for the events of pending directives", newest_sql,
                       MG_NO_PARAMETERS, error);
    gint64 n_looked_at = 0;
    gint64 n_gone = 0;

    if (result == NULL)
        return FALSE;
    n_looked_at = g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    n_gone = g_ascii_strtoll(PQgetvalue(result, 0, 1), NULL, 10);
    if (n_gone < FEWEST_GONE || n_gone <= n_looked_at / 2)
        return TRUE;
    g_set_error(
        error, MG_ERROR, MG_ERROR_SETUP,
        "of the newest %" G_GINT64_FORMAT " pending directives %" G_GINT64_FORMAT
        " name an event that is not in table events: none is set aside\n"
        "HINT: find out whether this role sees the whole of the right table; where the events "
        "were removed indeed: SELECT set_aside_vanished_directives(array_agg(id)) FROM "
        "directives WHERE sent_id IS NULL",
        n_looked_at, n_gone);
    return FALSE;
}

gboolean mg_vanished_set_aside(MgConnection *connection, const MgGroup *group, gsize *n_moved,
                               GError **error)
{
    g_autofree gchar *ids = mg_pg_array_format_ids(group->directive_ids, group->n_directives);
    g_autoptr(MgPgResult) is_possible =
        mg_batch_query(connection, doing, is_possible_sql, MG_NO_PARAMETERS, error);
    g_autoptr(MgBatch) batch = NULL;
    guint call = 0;

    *n_moved = 0;
    if (is_possible == NULL)
        return FALSE;
    if (PQgetvalue(is_possible, 0, 0)[0] != 't')
        return TRUE;
    if (!mg_vanished_is_believable(connection, error))
        return FALSE;
    batch = mg_batch_new(connection, doing);
    mg_batch_begin(batch);
    call = mg_batch_add(batch, set_aside_sql, MG_PARAMETERS(ids));
    mg_batch_commit(batch);
    if (!mg_batch_run(batch, error))
        return FALSE;
    *n_moved = (gsize)g_ascii_strtoull(PQgetvalue(mg_batch_result(batch, call), 0, 0), NULL, 10);
    return TRUE;
}
