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

struct MgFacts {
    gatomicrefcount references;
    GMutex lock;
    GData *values;
};

MgFacts *mg_facts_new(void)
{
    MgFacts *facts = g_new0(MgFacts, 1);

    g_atomic_ref_count_init(&facts->references);
    g_mutex_init(&facts->lock);
    return facts;
}

MgFacts *mg_facts_ref(MgFacts *facts)
{
    g_atomic_ref_count_inc(&facts->references);
    return facts;
}

void mg_facts_unref(MgFacts *facts)
{
    if (!g_atomic_ref_count_dec(&facts->references))
        return;
    g_datalist_clear(&facts->values);
    g_mutex_clear(&facts->lock);
    g_free(facts);
}

gpointer mg_facts_find(MgFacts *facts, const gchar *name)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);

    return g_datalist_get_data(&facts->values, name);
}

gpointer mg_facts_learn(MgFacts *facts, const gchar *name, gpointer value, GDestroyNotify destroy)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&facts->lock);
    gpointer known = g_datalist_get_data(&facts->values, name);

    if (known == NULL) {
        g_datalist_set_data_full(&facts->values, name, value, destroy);
        return value;
    }
    if (destroy != NULL)
        destroy(value);
    return known;
}
