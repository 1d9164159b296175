/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/vanished.h"

#include "database/batch.h"
#include "database/connection_private.h"
#include "database/pg_array.h"

static const gchar doing[] = "cannot set directives aside whose event is gone";

static const gchar is_possible_sql[] =
    "SELECT coalesce(pg_catalog.has_function_privilege(pg_catalog.to_regprocedure("
    "'set_aside_vanished_directives(bigint[])'), 'EXECUTE'), false)";

static const gchar set_aside_sql[] = "SELECT set_aside_vanished_directives($1::bigint[])";

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
    batch = mg_batch_new(connection, doing);
    mg_batch_begin(batch);
    call = mg_batch_add(batch, set_aside_sql, MG_PARAMETERS(ids));
    mg_batch_commit(batch);
    if (!mg_batch_run(batch, error))
        return FALSE;
    *n_moved = (gsize)g_ascii_strtoull(PQgetvalue(mg_batch_result(batch, call), 0, 0), NULL, 10);
    return TRUE;
}
