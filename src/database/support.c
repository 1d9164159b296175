/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/support.h"

#include "database/batch.h"

static const gchar support_sql[] =
    "SELECT coalesce(pg_catalog.has_table_privilege(relation, 'SELECT')"
    " AND pg_catalog.has_table_privilege(relation, 'INSERT')"
    " AND pg_catalog.has_table_privilege(relation, 'UPDATE')"
    " AND pg_catalog.has_table_privilege(relation, 'DELETE')"
    " AND pg_catalog.has_sequence_privilege("
    "pg_catalog.pg_get_serial_sequence(relation::text, 'id'), 'USAGE'), false)"
    " FROM (SELECT pg_catalog.to_regclass($1)) AS wanted (relation)";

gboolean mg_support_ask(MgConnection *connection, const gchar *table, gboolean *supported,
                        GError **error)
{
    static const gchar yes[] = "t";
    static const gchar no[] = "f";
    const gchar *known = mg_facts_find(connection->facts, table);
    g_autoptr(MgPgResult) result = NULL;

    if (known == NULL) {
        result = mg_batch_query(connection, "cannot ask for the database's tables", support_sql,
                                MG_PARAMETERS(table), error);
        if (result == NULL)
            return FALSE;
        known = mg_facts_learn(connection->facts, table,
                               (gpointer)(PQgetvalue(result, 0, 0)[0] == 't' ? yes : no), NULL);
    }
    *supported = known == yes;
    return TRUE;
}
