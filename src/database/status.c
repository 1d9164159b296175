/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/status.h"

#include "base/clock.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/pg_array.h"
#include "database/pg_time.h"
#include "database/run_lock.h"
#include "database/run_register.h"

/* sent has a row for each mail that ever went out; the range is what its index is for. */
static const gchar sent_sql[] =
    "SELECT pg_catalog.width_bucket(s.sent_at, $1::timestamptz[])::text, pg_catalog.count(*)::text"
    " FROM sent AS s WHERE s.sent_at >= $2::timestamptz GROUP BY 1";

/* A run without an end is going on as long as somebody holds its lock. The locks of the primary's
 * sessions are not seen on a standby. */
#define RUNS_SQL                                                                                   \
    "SELECT i.ended_at IS NOT NULL,"                                                               \
    " CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN " MG_RUN_LOCK_IS_GONE_SQL " END,"          \
    " i.started_at, i.ended_at,"                                                                   \
    " i.host, i.pid::text, i.program_version, i.dry_run, i.mails_sent::text,"                      \
    " i.mails_postponed::text, i.errors::text, i.exit_status::text, i.ended_because"               \
    " FROM notification_runs AS i"

static const gchar runs_sql[] = RUNS_SQL " ORDER BY i.id DESC LIMIT $1::integer";
/* 3: groups failed, but it was through. */
static const gchar last_run_sql[] = RUNS_SQL " WHERE i.ended_at IS NOT NULL AND NOT i.dry_run"
                                             " AND i.exit_status IN (0, 3)"
                                             " ORDER BY i.id DESC LIMIT 1";

enum {
    IS_ENDED,
    IS_GONE,
    STARTED_AT,
    ENDED_AT,
    HOST,
    PID,
    PROGRAM_VERSION,
    DRY_RUN,
    MAILS_SENT,
    MAILS_POSTPONED,
    ERRORS,
    EXIT_STATUS,
    ENDED_BECAUSE,
};

static const gchar keeps_rejected_sql[] =
    "SELECT coalesce(pg_catalog.has_table_privilege("
    "pg_catalog.to_regclass('rejected_directives'), 'SELECT'), false)";
static const gchar rejected_sql[] =
    "SELECT r.id::text, r.events_id::text, r.inserted_at, r.reason, r.directive::text"
    " FROM rejected_directives AS r WHERE r.id < $1::bigint ORDER BY r.id DESC LIMIT $2::integer";
static const gchar count_rejected_sql[] =
    "SELECT pg_catalog.count(*)::text FROM rejected_directives";

static gint64 read_number(const PGresult *result, gint row, gint field)
{
    return g_ascii_strtoll(PQgetvalue(result, row, field), NULL, 10);
}

/* In the binary format, where a boolean is one byte. */
static gboolean read_flag(const PGresult *result, gint row, gint field)
{
    return !PQgetisnull(result, row, field) && PQgetvalue(result, row, field)[0] != 0;
}

static gchar *read_text(const PGresult *result, gint row, gint field)
{
    return PQgetisnull(result, row, field) ? NULL : g_strdup(PQgetvalue(result, row, field));
}

static gchar *format_times(const gint64 *times, gsize n_times)
{
    g_auto(GStrv) texts = g_new0(gchar *, n_times + 1);

    for (gsize i = 0; i < n_times; i++)
        texts[i] = mg_clock_format_utc(times[i]);
    return mg_pg_array_format_texts((const gchar *const *)texts);
}

gboolean mg_status_count_sent(MgConnection *connection, const gint64 *begins, gsize n_days,
                              guint64 *counts, GError **error)
{
    g_autofree gchar *times = format_times(begins, n_days);
    g_autofree gchar *first = mg_clock_format_utc(begins[0]);
    g_autoptr(MgPgResult) result = mg_batch_query(connection, "cannot count what was sent",
                                                  sent_sql, MG_PARAMETERS(times, first), error);

    if (result == NULL)
        return FALSE;
    for (gsize i = 0; i < n_days; i++)
        counts[i] = 0;
    for (gint row = 0; row < PQntuples(result); row++) {
        gint64 bucket = read_number(result, row, 0);
        g_assert(bucket >= 1 && bucket <= (gint64)n_days);
        counts[bucket - 1] = (guint64)read_number(result, row, 1);
    }
    return TRUE;
}

void mg_status_run_free(MgStatusRun *run)
{
    if (run == NULL)
        return;
    g_free(run->host);
    g_free(run->program_version);
    g_free(run->ended_because);
    g_free(run);
}

static MgStatusRunState read_state(const PGresult *result, gint row)
{
    if (read_flag(result, row, IS_ENDED))
        return MG_STATUS_RUN_ENDED;
    if (PQgetisnull(result, row, IS_GONE))
        return MG_STATUS_RUN_UNKNOWN;
    return read_flag(result, row, IS_GONE) ? MG_STATUS_RUN_DIED : MG_STATUS_RUN_GOING_ON;
}

static MgStatusRun *read_run(const PGresult *result, gint row)
{
    MgStatusRun *run = g_new0(MgStatusRun, 1);

    run->state = read_state(result, row);
    mg_pg_time_read_timestamp(result, row, STARTED_AT, &run->started_at);
    mg_pg_time_read_timestamp(result, row, ENDED_AT, &run->ended_at);
    run->host = g_strdup(PQgetvalue(result, row, HOST));
    run->pid = read_number(result, row, PID);
    run->program_version = g_strdup(PQgetvalue(result, row, PROGRAM_VERSION));
    run->dry_run = read_flag(result, row, DRY_RUN);
    run->mails_sent = read_number(result, row, MAILS_SENT);
    run->mails_postponed = read_number(result, row, MAILS_POSTPONED);
    run->errors = read_number(result, row, ERRORS);
    run->exit_status = read_number(result, row, EXIT_STATUS);
    run->ended_because = read_text(result, row, ENDED_BECAUSE);
    return run;
}

static GPtrArray *list_runs(MgConnection *connection, const gchar *sql, gsize n_parameters,
                            const gchar *const *parameters, GError **error)
{
    g_autoptr(GPtrArray) runs =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))mg_status_run_free);
    g_autoptr(MgBatch) batch = NULL;
    gboolean is_noted = FALSE;
    guint list;

    if (!mg_run_register_is_noted(connection, &is_noted, error))
        return NULL;
    if (!is_noted)
        return g_steal_pointer(&runs);
    batch = mg_batch_new(connection, "cannot list the last runs");
    list = mg_batch_add_binary(batch, sql, n_parameters, parameters);
    if (!mg_batch_run(batch, error))
        return NULL;
    for (gint row = 0; row < PQntuples(mg_batch_result(batch, list)); row++)
        g_ptr_array_add(runs, read_run(mg_batch_result(batch, list), row));
    return g_steal_pointer(&runs);
}

GPtrArray *mg_status_list_runs(MgConnection *connection, guint n_runs, GError **error)
{
    g_autofree gchar *limit = g_strdup_printf("%u", n_runs);

    return list_runs(connection, runs_sql, MG_PARAMETERS(limit), error);
}

MgStatusRun *mg_status_last_real_run(MgConnection *connection, GError **error)
{
    g_autoptr(GPtrArray) runs = list_runs(connection, last_run_sql, MG_NO_PARAMETERS, error);

    return runs != NULL && runs->len > 0 ? g_ptr_array_steal_index(runs, 0) : NULL;
}

void mg_status_rejected_free(MgStatusRejected *rejected)
{
    if (rejected == NULL)
        return;
    g_free(rejected->reason);
    g_free(rejected->directive_json);
    g_free(rejected);
}

static gboolean ask_keeps_rejected(MgConnection *connection, gboolean *keeps, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, "cannot ask for the database's tables", keeps_rejected_sql,
                       MG_NO_PARAMETERS, error);

    if (result == NULL)
        return FALSE;
    *keeps = PQgetvalue(result, 0, 0)[0] == 't';
    return TRUE;
}

static MgStatusRejected *read_rejected(const PGresult *result, gint row)
{
    MgStatusRejected *rejected = g_new0(MgStatusRejected, 1);

    rejected->id = read_number(result, row, 0);
    rejected->event_id = read_number(result, row, 1);
    mg_pg_time_read_timestamp(result, row, 2, &rejected->inserted_at);
    rejected->reason = g_strdup(PQgetvalue(result, row, 3));
    rejected->directive_json = read_text(result, row, 4);
    return rejected;
}

GPtrArray *mg_status_list_rejected(MgConnection *connection, gint64 before_id, guint n_rejected,
                                   GError **error)
{
    g_autofree gchar *before = g_strdup_printf("%" G_GINT64_FORMAT, before_id);
    g_autofree gchar *limit = g_strdup_printf("%u", n_rejected);
    g_autoptr(GPtrArray) all =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))mg_status_rejected_free);
    g_autoptr(MgBatch) batch = NULL;
    gboolean keeps = FALSE;
    guint list;

    if (!ask_keeps_rejected(connection, &keeps, error))
        return NULL;
    if (!keeps)
        return g_steal_pointer(&all);
    batch = mg_batch_new(connection, "cannot list the directives that could not be stored");
    list = mg_batch_add_binary(batch, rejected_sql, MG_PARAMETERS(before, limit));
    if (!mg_batch_run(batch, error))
        return NULL;
    for (gint row = 0; row < PQntuples(mg_batch_result(batch, list)); row++)
        g_ptr_array_add(all, read_rejected(mg_batch_result(batch, list), row));
    return g_steal_pointer(&all);
}

gboolean mg_status_count_rejected(MgConnection *connection, guint64 *n_rejected, GError **error)
{
    g_autoptr(MgPgResult) result = NULL;
    gboolean keeps = FALSE;

    *n_rejected = 0;
    if (!ask_keeps_rejected(connection, &keeps, error))
        return FALSE;
    if (!keeps)
        return TRUE;
    result = mg_batch_query(connection, "cannot count the directives that could not be stored",
                            count_rejected_sql, MG_NO_PARAMETERS, error);
    if (result == NULL)
        return FALSE;
    *n_rejected = (guint64)read_number(result, 0, 0);
    return TRUE;
}

gboolean mg_status_is_standby(MgConnection *connection, gboolean *is_standby, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, "cannot ask whether the server is a standby",
                       "SELECT pg_catalog.pg_is_in_recovery()", MG_NO_PARAMETERS, error);

    if (result == NULL)
        return FALSE;
    *is_standby = PQgetvalue(result, 0, 0)[0] == 't';
    return TRUE;
}
