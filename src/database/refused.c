/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/refused.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/pg_array.h"
#include "database/pg_time.h"
#include "database/support.h"

/* Exactly the expression of the table's unique index. */
#define HASH_OF(columns, aggregate)                                                                \
    "hash_array_extended(ARRAY[" columns "], hash_array_extended(" aggregate ", 0))"

/* The columns are those of one of the group's directives, whatever the program could make of them.
 * Of two groups with one hash the second is not noted. */
static const gchar note_sql[] =
    "INSERT INTO refused_groups AS r (recipient_address, template_name, notification_format,"
    " event_data_format, aggregate_identifier, last_run_id, reason)"
    " SELECT DISTINCT ON (" HASH_OF(
        "d.recipient_address, d.template_name, d.notification_format, d.event_data_format",
        "coalesce(d.aggregate_identifier, '{}')") ")"
                                                  " d.recipient_address, d.template_name, d.notification_format, d.event_data_format,"
                                                  " coalesce(d.aggregate_identifier, '{}'), $1::bigint, refused.reason"
                                                  " FROM unnest($2::bigint[], $3::text[]) AS refused (directive_id, reason)"
                                                  " JOIN directives AS d ON d.id = refused.directive_id"
                                                  " ON CONFLICT (" HASH_OF(
                                                      "recipient_address, template_name, notification_format, event_data_format",
                                                      "aggregate_identifier") ") DO UPDATE SET"
                                                                              " n_runs = r.n_runs + (r.last_run_id <> EXCLUDED.last_run_id)::integer,"
                                                                              " last_run_id = EXCLUDED.last_run_id, reason = EXCLUDED.reason,"
                                                                              " last_refused_at = EXCLUDED.last_refused_at"
                                                                              " WHERE r.recipient_address = EXCLUDED.recipient_address"
                                                                              " AND r.template_name = EXCLUDED.template_name"
                                                                              " AND r.notification_format = EXCLUDED.notification_format"
                                                                              " AND r.event_data_format = EXCLUDED.event_data_format"
                                                                              " AND r.aggregate_identifier = EXCLUDED.aggregate_identifier";

static const gchar forget_sql[] = "DELETE FROM refused_groups"
                                  " WHERE id = ANY ($1::bigint[]) AND last_run_id <> $2::bigint";

#define IS_PENDING_IN_GROUP                                                                        \
    "d.sent_id IS NULL AND d.recipient_address = r.recipient_address"                              \
    " AND d.template_name = r.template_name AND d.notification_format = r.notification_format"     \
    " AND d.event_data_format = r.event_data_format"                                               \
    " AND coalesce(d.aggregate_identifier, '{}') = r.aggregate_identifier"

/* Before anything was analyzed the planner would walk through all that is pending for each refused
 * group. Undone by the end of the transaction. */
static const gchar planner_sql[] = "SET LOCAL enable_nestloop = off";

static const gchar tidy_sql[] = "DELETE FROM refused_groups AS r WHERE NOT EXISTS"
                                " (SELECT FROM directives AS d WHERE " IS_PENDING_IN_GROUP ")";

enum {
    ID,
    RECIPIENT_ADDRESS,
    TEMPLATE_NAME,
    NOTIFICATION_FORMAT,
    EVENT_DATA_FORMAT,
    AGGREGATE,
    N_RUNS,
    FIRST_REFUSED_AT,
    LAST_REFUSED_AT,
    REASON,
    SET_ASIDE_AT,
    N_DIRECTIVES,
    OLDEST,
};
static const gchar list_sql[] =
    "SELECT r.id::text, r.recipient_address, r.template_name, r.notification_format,"
    " r.event_data_format, r.aggregate_identifier, r.n_runs::text, r.first_refused_at,"
    " r.last_refused_at, r.reason, r.set_aside_at, pg_catalog.count(*)::text,"
    " pg_catalog.min(d.inserted_at)"
    " FROM refused_groups AS r JOIN directives AS d ON " IS_PENDING_IN_GROUP
    " GROUP BY r.id ORDER BY r.set_aside_at NULLS FIRST, r.recipient_address, r.id";

static const gchar state_sql[] =
    "SELECT n_runs::text, set_aside_at IS NOT NULL FROM refused_groups WHERE id = $1::bigint";
static const gchar any_set_aside_sql[] =
    "SELECT EXISTS (SELECT FROM refused_groups WHERE set_aside_at IS NOT NULL)";

static const gchar set_aside_sql[] =
    "UPDATE refused_groups SET set_aside_at = pg_catalog.now()"
    " WHERE id = $1::bigint AND set_aside_at IS NULL AND n_runs >= $2::integer RETURNING id";
/* Without a row it is a group as any other, that counts anew. */
static const gchar bring_back_sql[] =
    "DELETE FROM refused_groups WHERE id = $1::bigint AND set_aside_at IS NOT NULL RETURNING id";

gboolean mg_refused_is_supported(MgConnection *connection, gboolean *supported, GError **error)
{
    return mg_support_ask(connection, "refused_groups", supported, error);
}

/* One statement, committed by itself. */
static gboolean execute(MgConnection *connection, const gchar *doing, const gchar *sql,
                        gsize n_parameters, const gchar *const *parameters, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, doing, sql, n_parameters, parameters, error);

    return result != NULL;
}

gboolean mg_refused_note(MgConnection *connection, gint64 run_id, const MgRefusedNote *notes,
                         gsize n_notes, GError **error)
{
    g_autofree gchar *run = g_strdup_printf("%" G_GINT64_FORMAT, run_id);
    g_autofree gint64 *directives = g_new(gint64, n_notes);
    g_autofree const gchar **reasons = g_new0(const gchar *, n_notes + 1);
    g_autofree gchar *ids = NULL;
    g_autofree gchar *texts = NULL;
    gboolean supported = FALSE;

    if (n_notes == 0)
        return TRUE;
    if (!mg_refused_is_supported(connection, &supported, error))
        return FALSE;
    for (gsize i = 0; i < n_notes; i++) {
        directives[i] = notes[i].group->directive_ids[0];
        reasons[i] = notes[i].reason;
    }
    ids = mg_pg_array_format_ids(directives, n_notes);
    texts = mg_pg_array_format_texts(reasons);
    return !supported || execute(connection, "cannot note that groups were refused", note_sql,
                                 MG_PARAMETERS(run, ids, texts), error);
}

gboolean mg_refused_forget(MgConnection *connection, gint64 run_id, const gint64 *refused_ids,
                           gsize n_ids, GError **error)
{
    g_autofree gchar *run = g_strdup_printf("%" G_GINT64_FORMAT, run_id);
    g_autofree gchar *ids = mg_pg_array_format_ids(refused_ids, n_ids);

    return n_ids == 0 || execute(connection, "cannot forget that groups were refused", forget_sql,
                                 MG_PARAMETERS(ids, run), error);
}

gboolean mg_refused_tidy(MgConnection *connection, GError **error)
{
    g_autoptr(MgBatch) batch = NULL;
    gboolean supported = FALSE;

    if (!mg_refused_is_supported(connection, &supported, error))
        return FALSE;
    if (!supported)
        return TRUE;
    batch = mg_batch_new(connection, "cannot forget refused groups that are gone");
    mg_batch_begin(batch);
    mg_batch_add(batch, planner_sql, MG_NO_PARAMETERS);
    mg_batch_add(batch, tidy_sql, MG_NO_PARAMETERS);
    mg_batch_commit(batch);
    return mg_batch_run(batch, error);
}

void mg_refused_free(MgRefused *refused)
{
    if (refused == NULL)
        return;
    g_free(refused->recipient_address);
    g_free(refused->template_name);
    g_free(refused->notification_format);
    g_free(refused->event_data_format);
    g_clear_pointer(&refused->aggregate, mg_pairs_free);
    g_free(refused->reason);
    g_free(refused);
}

static gchar *read_text(const PGresult *rows, gint row, gint field)
{
    return g_strdup(PQgetvalue(rows, row, field));
}

static guint64 read_count(const PGresult *rows, gint row, gint field)
{
    return g_ascii_strtoull(PQgetvalue(rows, row, field), NULL, 10);
}

static MgRefused *read_refused(const PGresult *rows, gint row)
{
    MgRefused *refused = g_new0(MgRefused, 1);

    refused->id = (gint64)read_count(rows, row, ID);
    refused->recipient_address = read_text(rows, row, RECIPIENT_ADDRESS);
    refused->template_name = read_text(rows, row, TEMPLATE_NAME);
    refused->notification_format = read_text(rows, row, NOTIFICATION_FORMAT);
    refused->event_data_format = read_text(rows, row, EVENT_DATA_FORMAT);
    refused->aggregate = mg_pairs_new();
    mg_pg_array_read_pairs(PQgetvalue(rows, row, AGGREGATE),
                           (gsize)PQgetlength(rows, row, AGGREGATE), refused->aggregate);
    refused->n_runs = (guint)read_count(rows, row, N_RUNS);
    mg_pg_time_read_timestamp(rows, row, FIRST_REFUSED_AT, &refused->first_refused_at);
    mg_pg_time_read_timestamp(rows, row, LAST_REFUSED_AT, &refused->last_refused_at);
    refused->reason = read_text(rows, row, REASON);
    mg_pg_time_read_timestamp(rows, row, SET_ASIDE_AT, &refused->set_aside_at);
    refused->n_directives = read_count(rows, row, N_DIRECTIVES);
    mg_pg_time_read_timestamp(rows, row, OLDEST, &refused->oldest);
    return refused;
}

GPtrArray *mg_refused_list(MgConnection *connection, GError **error)
{
    g_autoptr(GPtrArray) all =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))mg_refused_free);
    g_autoptr(MgBatch) batch = NULL;
    const PGresult *rows;
    gboolean supported = FALSE;
    guint list;

    if (!mg_refused_is_supported(connection, &supported, error))
        return NULL;
    if (!supported)
        return g_steal_pointer(&all);
    batch = mg_batch_new(connection, "cannot list the groups that were refused");
    mg_batch_begin(batch);
    mg_batch_add(batch, planner_sql, MG_NO_PARAMETERS);
    list = mg_batch_add_binary(batch, list_sql, MG_NO_PARAMETERS);
    if (!mg_batch_run(batch, error))
        return NULL;
    mg_connection_rollback(connection);
    rows = mg_batch_result(batch, list);
    for (gint row = 0; row < PQntuples(rows); row++)
        g_ptr_array_add(all, read_refused(rows, row));
    return g_steal_pointer(&all);
}

gboolean mg_refused_has_set_aside(MgConnection *connection, gboolean *has, GError **error)
{
    g_autoptr(MgPgResult) any = NULL;

    if (!mg_refused_is_supported(connection, has, error))
        return FALSE;
    if (!*has)
        return TRUE;
    any = mg_batch_query(connection, "cannot ask for groups that are set aside", any_set_aside_sql,
                         MG_NO_PARAMETERS, error);
    if (any == NULL)
        return FALSE;
    *has = PQgetvalue(any, 0, 0)[0] == 't';
    return TRUE;
}

gboolean mg_refused_count_set_aside(MgConnection *connection, guint *n_groups,
                                    guint64 *n_directives, GError **error)
{
    g_autoptr(GPtrArray) all = NULL;
    gboolean has = FALSE;

    *n_groups = 0;
    *n_directives = 0;
    if (!mg_refused_has_set_aside(connection, &has, error))
        return FALSE;
    if (!has)
        return TRUE;
    all = mg_refused_list(connection, error);
    for (guint i = 0; all != NULL && i < all->len; i++) {
        const MgRefused *refused = g_ptr_array_index(all, i);
        if (refused->set_aside_at == MG_CLOCK_NONE)
            continue;
        (*n_groups)++;
        *n_directives += refused->n_directives;
    }
    return all != NULL;
}

static MgRefusedChange why_unchanged(MgConnection *connection, const gchar *id, gboolean wanted,
                                     GError **error)
{
    g_autoptr(MgPgResult) state = mg_batch_query(connection, "cannot look at a refused group",
                                                 state_sql, MG_PARAMETERS(id), error);
    gboolean is_aside;

    if (state == NULL)
        return MG_REFUSED_FAILED;
    if (PQntuples(state) == 0)
        return MG_REFUSED_NONE;
    is_aside = PQgetvalue(state, 0, 1)[0] == 't';
    return is_aside == wanted ? MG_REFUSED_ALREADY : MG_REFUSED_EARLY;
}

static MgRefusedChange change(MgConnection *connection, const gchar *sql, gsize n_parameters,
                              const gchar *const *parameters, gboolean wanted, GError **error)
{
    g_autoptr(MgPgResult) changed = mg_batch_query(connection, "cannot change a refused group", sql,
                                                   n_parameters, parameters, error);

    if (changed == NULL)
        return MG_REFUSED_FAILED;
    return PQntuples(changed) > 0 ? MG_REFUSED_DONE
                                  : why_unchanged(connection, parameters[0], wanted, error);
}

MgRefusedChange mg_refused_set_aside(MgConnection *connection, gint64 id, GError **error)
{
    g_autofree gchar *number = g_strdup_printf("%" G_GINT64_FORMAT, id);
    g_autofree gchar *runs = g_strdup_printf("%d", MG_REFUSED_RUNS);

    return change(connection, set_aside_sql, MG_PARAMETERS(number, runs), TRUE, error);
}

MgRefusedChange mg_refused_bring_back(MgConnection *connection, gint64 id, GError **error)
{
    g_autofree gchar *number = g_strdup_printf("%" G_GINT64_FORMAT, id);

    return change(connection, bring_back_sql, MG_PARAMETERS(number), FALSE, error);
}
