/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/pending.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/group_row.h"
#include "database/intent.h"
#include "database/pg_time.h"
#include "database/refused.h"
#include "database/sqlstate.h"

#include <string.h>

static const gchar doing[] = "cannot list the pending directives";

enum {
    LAST_SENT = MG_GROUP_ROW_FIELDS,
    REFUSED_ID,
    N_FIELDS,
};

/* The arrays of ids are sorted here, not there: that costs the server a sort of every directive. */
static const gchar select_sql[] =
    "WITH pending AS ("
    "SELECT d3.recipient_address, d3.template_name, d3.notification_format, d3.event_data_format,"
    " coalesce(d3.aggregate_identifier, '{}'::text[]) AS aggregate,"
    " pg_catalog.array_agg(d3.id) AS directive_ids,"
    " pg_catalog.array_agg(d3.events_id) AS event_ids,"
    " pg_catalog.max(d3.inserted_at) AS inserted_at,"
    " pg_catalog.max(d3.notification_interval) AS notification_interval"
    " FROM directives AS d3";
/* Groups are told apart by a hash of the five columns, in half the time: a number for people,
 * which a collision in 2^64 would not spoil. */
static const gchar count_sql[] =
    "SELECT pg_catalog.count(*)::text, coalesce(pg_catalog.sum(g.n), 0)::text,"
    " pg_catalog.min(g.oldest) FROM ("
    "SELECT pg_catalog.count(*) AS n, pg_catalog.min(d3.inserted_at) AS oldest"
    " FROM directives AS d3";
static const gchar count_end_sql[] =
    " GROUP BY hash_array_extended(ARRAY[d3.recipient_address, d3.template_name,"
    " d3.notification_format, d3.event_data_format]::text[],"
    " hash_array_extended(coalesce(d3.aggregate_identifier, '{}'::text[]), 0))) AS g";
static const gchar join_sql[] = " JOIN events ON d3.events_id = events.id";
static const gchar where_sql[] =
    " WHERE d3.sent_id IS NULL AND d3.medium::text = 'email'::text AND d3.endpoint = 'source'";
/* Becomes an anti-join over a hash of the few that are in hand. */
static const gchar intents_sql[] = " AND NOT EXISTS (SELECT FROM delivery_intents, "
                                   "pg_catalog.unnest(directive_ids) AS covered (id)"
                                   " WHERE covered.id = d3.id)";
static const gchar group_sql[] =
    " GROUP BY 1, 2, 3, 4, 5)"
    " SELECT pending.*, last.sent_at, refused.id::text FROM pending LEFT JOIN LATERAL (";
static const gchar end_sql[] = ") AS last ON true";
/* Few, so that this is a look into a hash for each group. */
static const gchar refused_sql[] = " LEFT JOIN refused_groups AS refused"
                                   " ON refused.recipient_address = pending.recipient_address"
                                   " AND refused.template_name = pending.template_name"
                                   " AND refused.notification_format = pending.notification_format"
                                   " AND refused.event_data_format = pending.event_data_format"
                                   " AND refused.aggregate_identifier = pending.aggregate"
                                   " WHERE refused.set_aside_at IS NULL";
static const gchar none_refused_sql[] = " CROSS JOIN (SELECT NULL AS id) AS refused";
/* For the count. A list, since it becomes one hash, whatever the planner knows of the tables. */
static const gchar not_set_aside_sql[] =
    " AND (d3.recipient_address::text, d3.template_name::text, d3.notification_format::text,"
    " d3.event_data_format::text, coalesce(d3.aggregate_identifier, '{}')) NOT IN"
    " (SELECT r.recipient_address, r.template_name, r.notification_format, r.event_data_format,"
    " r.aggregate_identifier FROM refused_groups AS r WHERE r.set_aside_at IS NOT NULL)";

#define SAME_FOUR                                                                                  \
    " AND d2.recipient_address = pending.recipient_address"                                        \
    " AND d2.template_name = pending.template_name"                                                \
    " AND d2.notification_format = pending.notification_format"                                    \
    " AND d2.event_data_format = pending.event_data_format"

/* The index directives_last_sent_idx is on this very expression; the equalities besides are for
 * hashes that are equal by chance. The grouping index would have to walk over all that is pending
 * first. */
static const gchar indexed_last_sql[] =
    "SELECT sent.sent_at FROM directives AS d2 JOIN sent ON sent.id = d2.sent_id"
    " WHERE hash_array_extended(ARRAY[d2.recipient_address, d2.template_name,"
    "   d2.notification_format, d2.event_data_format]::text[],"
    "   hash_array_extended(coalesce(d2.aggregate_identifier, '{}'), 0))"
    "  = hash_array_extended(ARRAY[pending.recipient_address, pending.template_name,"
    "   pending.notification_format, pending.event_data_format]::text[],"
    "   hash_array_extended(pending.aggregate, 0))" SAME_FOUR
    " AND coalesce(d2.aggregate_identifier, '{}') = pending.aggregate"
    " AND d2.sent_id IS NOT NULL"
    " ORDER BY d2.inserted_at DESC LIMIT 1";

/* With the Python program's indexes. NULL and '{}' are one group, but no index finds both by one
 * condition. */
static const gchar plain_last_sql[] =
    "SELECT sent.sent_at FROM ("
    "  (SELECT d2.sent_id, d2.inserted_at FROM directives AS d2"
    "    WHERE d2.aggregate_identifier = pending.aggregate" SAME_FOUR
    "      AND d2.sent_id IS NOT NULL ORDER BY d2.inserted_at DESC LIMIT 1)"
    "  UNION ALL"
    "  (SELECT d2.sent_id, d2.inserted_at FROM directives AS d2"
    "    WHERE d2.aggregate_identifier IS NULL AND pending.aggregate = '{}'::text[]" SAME_FOUR
    "      AND d2.sent_id IS NOT NULL ORDER BY d2.inserted_at DESC LIMIT 1)"
    " ) AS newest JOIN sent ON sent.id = newest.sent_id"
    " ORDER BY newest.inserted_at DESC LIMIT 1";

/* The planner expects far more groups than there are, and would sort a million wide rows on disk.
 * All of this is undone by the rollback that ends the transaction. */
static const gchar *const planner_sql[] = {
    "SET LOCAL work_mem = '256MB'",
    "SET LOCAL enable_sort = off",
};

/* Rather once too often than missed: the join costs little. */
static gboolean mentions_events(const gchar *where)
{
    return g_regex_match_simple("\\bevents\"?\\s*\\.", where, G_REGEX_CASELESS | G_REGEX_RAW, 0);
}

/* `further`: a condition of our own, or "". `where_at` receives where the administrator's text
 * begins, 0 where there is none. */
static void append_condition(GString *sql, const gchar *where, const gchar *further,
                             gsize *where_at)
{
    if (where != NULL && mentions_events(where))
        g_string_append(sql, join_sql);
    g_string_append(sql, where_sql);
    g_string_append(sql, further);
    *where_at = 0;
    if (where != NULL) {
        g_string_append(sql, " AND (");
        *where_at = sql->len;
        g_string_append_printf(sql, "%s\n)", where); /* a final comment ends with the line */
    }
}

/* What the database has that the Python program's lacks. */
typedef struct {
    gboolean intents;
    gboolean refused;
} Support;

static gchar *build_sql(const gchar *where, const Support *has, gboolean with_index,
                        gsize *where_at)
{
    GString *sql = g_string_new(select_sql);

    append_condition(sql, where, has->intents ? intents_sql : "", where_at);
    g_string_append(sql, group_sql);
    g_string_append(sql, with_index ? indexed_last_sql : plain_last_sql);
    g_string_append(sql, end_sql);
    g_string_append(sql, has->refused ? refused_sql : none_refused_sql);
    return g_string_free(sql, FALSE);
}

static gboolean is_blank(const gchar *text)
{
    return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

/* Ours is tested, so what fails at or after the pasted text, or on a value, is the
 * administrator's. */
static gboolean is_mistake_in_where(const PGresult *result, gsize where_at)
{
    const gchar *sqlstate = mg_sqlstate_of(result);
    const gchar *position = NULL;

    if (where_at == 0 || sqlstate == NULL)
        return FALSE;
    if (g_str_has_prefix(sqlstate, "22"))
        return TRUE;
    position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    return g_str_has_prefix(sqlstate, "42") && position != NULL &&
           g_ascii_strtoull(position, NULL, 10) > where_at;
}

static void set_error(GError **error, MgConnection *connection, const PGresult *result,
                      const gchar *where, gsize where_at)
{
    g_autofree gchar *quoted = NULL;
    g_autofree gchar *message = NULL;

    if (!is_mistake_in_where(result, where_at)) {
        mg_sqlstate_set_error(error, connection, result, FALSE, doing);
        return;
    }
    quoted = mg_error_quote(where);
    message = mg_sqlstate_clean_text(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "database.additional_directive_where is %s, which PostgreSQL refuses: %s "
                "(SQLSTATE %s)",
                quoted, message, mg_sqlstate_of(result));
}

static MgGroup *read_group(const PGresult *row)
{
    g_autoptr(MgGroup) group = NULL;

    if (PQnfields(row) != N_FIELDS)
        return NULL;
    group = mg_group_row_read(row, 0, 0);
    if (group == NULL || !mg_pg_time_read_timestamp(row, 0, LAST_SENT, &group->last_sent))
        return NULL;
    if (!PQgetisnull(row, 0, REFUSED_ID))
        group->refused_id = g_ascii_strtoll(PQgetvalue(row, 0, REFUSED_ID), NULL, 10);
    return g_steal_pointer(&group);
}

/* Takes what one PQgetResult() gave. FALSE with error where the query has failed. */
static gboolean take_row(MgConnection *connection, const PGresult *row, GPtrArray *groups,
                         const gchar *where, gsize where_at, GError **error)
{
    MgGroup *group = NULL;

    if (PQresultStatus(row) == PGRES_TUPLES_OK) /* after the last row */
        return TRUE;
    if (PQresultStatus(row) != PGRES_SINGLE_TUPLE) {
        set_error(error, connection, row, where, where_at);
        return FALSE;
    }
    group = read_group(row);
    if (group == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "%s: a column of table directives has another type than expected\n"
                    "HINT: compare the table with sql/notifications.sql",
                    doing);
        return FALSE;
    }
    g_ptr_array_add(groups, group);
    return TRUE;
}

/* Row by row, so that the memory is that of the groups and not that of the whole result besides. */
static gboolean read_rows(MgConnection *connection, const gchar *sql, GPtrArray *groups,
                          const gchar *where, gsize where_at, GError **error)
{
    PGconn *pgconn = connection->pgconn;
    PGresult *next = NULL;
    gboolean ok = TRUE;

    mg_batch_collect(connection);
    if (PQsendQueryParams(pgconn, sql, 0, NULL, NULL, NULL, NULL, 1) != 1 ||
        PQsetSingleRowMode(pgconn) != 1) {
        mg_sqlstate_set_error(error, connection, NULL, FALSE, doing);
        return FALSE;
    }
    while ((next = PQgetResult(pgconn)) != NULL) {
        g_autoptr(MgPgResult) row = next;
        if (ok) /* else read on to the end, the connection must be free again */
            ok = take_row(connection, row, groups, where, where_at, error);
    }
    return ok;
}

static gint compare_pairs(const MgPairs *a, const MgPairs *b)
{
    for (guint i = 0; i < MIN(mg_pairs_count(a), mg_pairs_count(b)); i++) {
        gint order = g_strcmp0(mg_pairs_name(a, i), mg_pairs_name(b, i));
        if (order == 0)
            order = g_strcmp0(mg_pairs_text(a, i), mg_pairs_text(b, i));
        if (order != 0)
            return order;
    }
    return (gint)mg_pairs_count(a) - (gint)mg_pairs_count(b);
}

static gint compare_groups(gconstpointer a, gconstpointer b)
{
    const MgGroup *left = *(const MgGroup *const *)a;
    const MgGroup *right = *(const MgGroup *const *)b;
    gint order = strcmp(left->recipient_address, right->recipient_address);

    if (order == 0)
        order = strcmp(left->template_name, right->template_name);
    if (order == 0)
        order = strcmp(left->notification_format, right->notification_format);
    if (order == 0)
        order = strcmp(left->event_data_format, right->event_data_format);
    if (order == 0)
        order = compare_pairs(left->aggregate, right->aggregate);
    if (order == 0 && left->directive_ids[0] != right->directive_ids[0])
        order = left->directive_ids[0] < right->directive_ids[0] ? -1 : 1;
    return order;
}

#define ANY_SQL "EXISTS (SELECT FROM directives WHERE sent_id IS NULL)"

static gboolean ask(MgConnection *connection, const gchar *sql, gboolean *answer, GError **error)
{
    g_autoptr(MgPgResult) result = mg_batch_query(connection, "cannot ask for pending directives",
                                                  sql, MG_NO_PARAMETERS, error);

    if (result == NULL)
        return FALSE;
    *answer = PQgetvalue(result, 0, 0)[0] == 't';
    return TRUE;
}

/* What was set aside may be all that ever waits at a site. To leave it out costs as much again as a
 * whole run's other questions, so that is only done where there is any. */
gboolean mg_pending_is_any(MgConnection *connection, gboolean *is_any, GError **error)
{
    g_autofree gchar *sql = NULL;
    gboolean has_set_aside = FALSE;

    if (!ask(connection, "SELECT " ANY_SQL, is_any, error))
        return FALSE;
    if (!*is_any)
        return TRUE;
    if (!mg_refused_has_set_aside(connection, &has_set_aside, error))
        return FALSE;
    if (!has_set_aside)
        return TRUE;
    sql = g_strconcat("SELECT EXISTS (SELECT FROM directives AS d3 WHERE d3.sent_id IS NULL",
                      not_set_aside_sql, ")", NULL);
    return ask(connection, sql, is_any, error);
}

/* Most runs from cron find nothing: then the long query is not even planned. */
static const gchar ahead_sql[] =
    "SELECT pg_catalog.to_regclass('directives_last_sent_idx') IS NOT NULL, " ANY_SQL;

typedef struct {
    gboolean with_index;
    gboolean is_any_pending;
} Ahead;

/* Begins the transaction that the list is read in. */
static gboolean prepare(MgConnection *connection, Ahead *ahead, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, doing);
    guint index = 0;

    mg_batch_begin(batch);
    for (gsize i = 0; i < G_N_ELEMENTS(planner_sql); i++)
        mg_batch_add(batch, planner_sql[i], MG_NO_PARAMETERS);
    index = mg_batch_add(batch, ahead_sql, MG_NO_PARAMETERS);
    if (!mg_batch_run(batch, error))
        return FALSE;
    ahead->with_index = PQgetvalue(mg_batch_result(batch, index), 0, 0)[0] == 't';
    ahead->is_any_pending = PQgetvalue(mg_batch_result(batch, index), 0, 1)[0] == 't';
    return TRUE;
}

GPtrArray *mg_pending_list(MgConnection *connection, const gchar *additional_directive_where,
                           GError **error)
{
    const gchar *where = is_blank(additional_directive_where) ? NULL : additional_directive_where;
    g_autoptr(GPtrArray) groups =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))mg_group_unref);
    g_autofree gchar *sql = NULL;
    Support has = {0};
    Ahead ahead = {0};
    gboolean ok = FALSE;
    gsize where_at = 0;

    if (!mg_intent_is_supported(connection, &has.intents, error) ||
        !prepare(connection, &ahead, error))
        return NULL;
    /* A mistake in the administrator's text is told whatever is pending. */
    if (!ahead.is_any_pending && where == NULL) {
        mg_connection_rollback(connection);
        return g_steal_pointer(&groups);
    }
    if (mg_refused_is_supported(connection, &has.refused, error)) {
        sql = build_sql(where, &has, ahead.with_index, &where_at);
        ok = read_rows(connection, sql, groups, where, where_at, error);
    }
    mg_connection_rollback(connection);
    if (!ok)
        return NULL;
    g_ptr_array_sort(groups, compare_groups);
    return g_steal_pointer(&groups);
}

gboolean mg_pending_count(MgConnection *connection, const gchar *additional_directive_where,
                          MgPendingCount *count, GError **error)
{
    const gchar *where = is_blank(additional_directive_where) ? NULL : additional_directive_where;
    g_autoptr(GString) sql = g_string_new(count_sql);
    g_autoptr(MgPgResult) result = NULL;
    gboolean has_refused = FALSE;
    Ahead ahead = {0};
    gsize where_at = 0;

    if (!mg_refused_is_supported(connection, &has_refused, error) ||
        !prepare(connection, &ahead, error))
        return FALSE;
    append_condition(sql, where, has_refused ? not_set_aside_sql : "", &where_at);
    g_string_append(sql, count_end_sql);
    mg_batch_collect(connection);
    result = PQexecParams(connection->pgconn, sql->str, 0, NULL, NULL, NULL, NULL, 1);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        set_error(error, connection, result, where, where_at);
        mg_connection_rollback(connection);
        return FALSE;
    }
    count->n_groups = g_ascii_strtoull(PQgetvalue(result, 0, 0), NULL, 10);
    count->n_directives = g_ascii_strtoull(PQgetvalue(result, 0, 1), NULL, 10);
    mg_pg_time_read_timestamp(result, 0, 2, &count->oldest);
    mg_connection_rollback(connection);
    return TRUE;
}
