/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/support.h"

#include "database/batch.h"

/* All that is ever asked for, so that one statement answers for good. */
static const gchar *const tables[] = {"delivery_intents", "notification_runs", "refused_groups"};

static gchar yes[] = "t";
static gchar no[] = "f";

static const gchar support_sql[] =
    "SELECT coalesce(pg_catalog.has_table_privilege(relation, 'SELECT')"
    " AND pg_catalog.has_table_privilege(relation, 'INSERT')"
    " AND pg_catalog.has_table_privilege(relation, 'UPDATE')"
    " AND pg_catalog.has_table_privilege(relation, 'DELETE')"
    " AND pg_catalog.has_sequence_privilege("
    "pg_catalog.pg_get_serial_sequence(relation::text, 'id'), 'USAGE'), false)"
    " FROM (VALUES (1, pg_catalog.to_regclass($1)), (2, pg_catalog.to_regclass($2)),"
    " (3, pg_catalog.to_regclass($3))) AS wanted (place, relation) ORDER BY place";

static gboolean learn(MgConnection *connection, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, "cannot ask for the database's tables", support_sql,
                       G_N_ELEMENTS(tables), tables, error);

    if (result == NULL)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
        mg_facts_learn(connection->facts, tables[i],
                       PQgetvalue(result, (gint)i, 0)[0] == 't' ? yes : no, NULL);
    return TRUE;
}

gboolean mg_support_ask(MgConnection *connection, const gchar *table, gboolean *supported,
                        GError **error)
{
    const gchar *known = mg_facts_find(connection->facts, table);

    if (known == NULL) {
        if (!learn(connection, error))
            return FALSE;
        known = mg_facts_find(connection->facts, table);
    }
    g_assert(known != NULL);
    *supported = known == yes;
    return TRUE;
}
