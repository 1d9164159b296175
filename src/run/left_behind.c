/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/left_behind.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"
#include "database/uncertain.h"
#include "flow/begun.h"

/* By run. (transfer full) (element-type gint64 MgBegun) */
static GHashTable *find_runs(const GPtrArray *intents)
{
    GHashTable *runs =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)mg_begun_leave);

    for (guint i = 0; i < intents->len; i++) {
        MgIntent *intent = g_ptr_array_index(intents, i);
        MgBegun *begun = NULL;
        if (g_hash_table_contains(runs, &intent->run_id))
            continue;
        begun = mg_begun_find(intent->run_id);
        if (begun != NULL)
            g_hash_table_insert(runs, g_memdup2(&intent->run_id, sizeof(gint64)), begun);
    }
    return runs;
}

/* What has been marked was begun, whatever else is said of it. */
static gboolean is_not_begun(const MgIntent *intent, GHashTable *runs)
{
    const MgBegun *begun = g_hash_table_lookup(runs, &intent->run_id);

    return begun != NULL && intent->n_sent_under_ticket == 0 && intent->n_sent_otherwise == 0 &&
           mg_begun_is_not_begun(begun, intent->id);
}

static GArray *find_not_begun(const GPtrArray *intents, GHashTable *runs)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < intents->len; i++) {
        const MgIntent *intent = g_ptr_array_index(intents, i);
        if (is_not_begun(intent, runs))
            g_array_append_val(ids, intent->id);
    }
    return ids;
}

static void tell(const MgIntent *intent)
{
    g_autofree gchar *to = g_strjoinv(", ", intent->recipients);
    const MgLogField fields[] = {{"ticket", intent->ticket},
                                 {"recipient", to},
                                 {"message_id", intent->message_id},
                                 {NULL, NULL}};

    mg_log_write(MG_LOG_INFO, MG_LOGGER, fields,
                 "ticket %s to %s was not begun when its run died: it is pending as before",
                 intent->ticket, to);
}

static void take_out(GPtrArray *intents, gint64 id)
{
    for (guint i = 0; i < intents->len; i++) {
        const MgIntent *intent = g_ptr_array_index(intents, i);
        if (intent->id != id)
            continue;
        tell(intent);
        g_ptr_array_remove_index(intents, i);
        return;
    }
}

/* Somebody else has them in hand, and makes them again himself. */
static void leave_to_others(GPtrArray *intents)
{
    for (guint i = intents->len; i-- > 0;)
        if (!mg_uncertain_is_adopted(g_ptr_array_index(intents, i)))
            g_ptr_array_remove_index(intents, i);
}

/* Nothing proves anything any more: the database has another run for what is left. */
static gboolean forget_run(gpointer run_id, gpointer begun, gpointer unused)
{
    mg_begun_free(begun);
    g_free(run_id);
    return TRUE;
}

gboolean mg_left_behind_sort_out(MgConnection *connection, GPtrArray *intents, GError **error)
{
    g_autoptr(GHashTable) runs = NULL;
    g_autoptr(GArray) not_begun = NULL;
    g_autoptr(GArray) forgotten = NULL;

    if (intents->len == 0)
        return TRUE;
    runs = find_runs(intents);
    not_begun = find_not_begun(intents, runs);
    forgotten = mg_uncertain_adopt(connection, intents, not_begun, error);
    if (forgotten == NULL)
        return FALSE;
    g_hash_table_foreach_steal(runs, forget_run, NULL);
    for (guint i = 0; i < forgotten->len; i++)
        take_out(intents, g_array_index(forgotten, gint64, i));
    leave_to_others(intents);
    return TRUE;
}
