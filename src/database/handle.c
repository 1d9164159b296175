/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/handle.h"

void mg_handle_keep(MgConnection *connection, const gchar *name, gpointer value,
                    GDestroyNotify destroy)
{
    g_datalist_set_data_full(&connection->belongings, name, value, value != NULL ? destroy : NULL);
}

gpointer mg_handle_find(MgConnection *connection, const gchar *name)
{
    return g_datalist_get_data(&connection->belongings, name);
}

gpointer mg_handle_take(MgConnection *connection, const gchar *name)
{
    return g_datalist_id_remove_no_notify(&connection->belongings, g_quark_from_string(name));
}

void mg_handle_undo(MgConnection *connection)
{
    g_autofree gchar *sql = NULL;
    g_autoptr(MgPgResult) result = NULL;

    g_assert(connection->depth > 0 && connection->in_flight == NULL);
    connection->depth--;
    if (connection->is_broken)
        return;
    if (connection->depth == 0 && !connection->is_borrowed)
        sql = g_strdup("ROLLBACK");
    else
        sql = g_strdup_printf("ROLLBACK TO SAVEPOINT mg_%u; RELEASE SAVEPOINT mg_%u",
                              connection->depth, connection->depth);
    result = PQexec(connection->pgconn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        connection->is_broken = TRUE;
}
