/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/run_register.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/connection_private.h"
#include "database/run_lock.h"
#include "database/support.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

/* The lock of `instances: exclusive`: two-part keys are a space of their own. */
#define EXCLUSIVE_KEY "1229803853, 1"

static const gchar note_start_sql[] =
    "INSERT INTO notification_runs (run_id, started_at, host, pid, program_version, dry_run)"
    " VALUES ($1::bigint, pg_catalog.clock_timestamp(), $2::text, $3::integer, $4::text,"
    " $5::boolean)";
static const gchar forget_sql[] = "DELETE FROM notification_runs"
                                  " WHERE started_at < pg_catalog.now() - '90 days'::interval";
static const gchar note_end_sql[] =
    "UPDATE notification_runs SET ended_at = pg_catalog.clock_timestamp(),"
    " mails_sent = $2::bigint, mails_postponed = $3::bigint, errors = $4::bigint,"
    " exit_status = $5::integer, ended_because = $6::text"
    " WHERE run_id = $1::bigint AND ended_at IS NULL";

static gchar *format_number(gint64 number)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, number);
}

gint64 mg_run_register_new_id(void)
{
    guint32 random = 0;

    while (getrandom(&random, sizeof random, 0) != sizeof random)
        g_assert(errno == EINTR);
    return ((gint64)MG_RUN_LOCK_CLASS << 32) | random;
}

gboolean mg_run_register_join(MgConnection *connection, gint64 run_id, GError **error)
{
    g_autofree gchar *sql =
        g_strdup_printf("SELECT pg_catalog.pg_advisory_lock_shared(%" G_GINT64_FORMAT ")", run_id);

    g_assert(!connection->is_borrowed);
    return mg_connection_keep(connection, sql, error);
}

/* In a session that replaces this one, the lock is tried again; where another instance was faster,
 * both go on: the row locks keep them apart all the same. */
gboolean mg_run_register_lock_exclusively(MgConnection *connection, gboolean *is_only,
                                          GError **error)
{
    static const gchar sql[] = "SELECT pg_catalog.pg_try_advisory_lock(" EXCLUSIVE_KEY ")";
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, "cannot ask for other instances", sql, MG_NO_PARAMETERS, error);

    if (result == NULL)
        return FALSE;
    *is_only = PQgetvalue(result, 0, 0)[0] == 't';
    if (*is_only)
        g_ptr_array_add(connection->kept, g_strdup(sql));
    return TRUE;
}

gboolean mg_run_register_is_noted(MgConnection *connection, gboolean *is_noted, GError **error)
{
    return mg_support_ask(connection, "notification_runs", &connection->runs, is_noted, error);
}

gboolean mg_run_register_note_start(MgConnection *connection, gint64 run_id,
                                    const gchar *program_version, gboolean dry_run, GError **error)
{
    g_autofree gchar *id = format_number(run_id);
    g_autofree gchar *pid = format_number(getpid());
    const gchar *host = g_get_host_name();
    g_autoptr(MgBatch) batch = NULL;
    gboolean is_noted = FALSE;

    if (!mg_run_register_is_noted(connection, &is_noted, error))
        return FALSE;
    if (!is_noted)
        return TRUE;
    /* The name comes from the system, which does not promise UTF-8. */
    if (!g_utf8_validate(host, -1, NULL))
        host = "";
    batch = mg_batch_new(connection, "cannot note the start of the run");
    mg_batch_begin(batch);
    mg_batch_add(batch, forget_sql, MG_NO_PARAMETERS);
    mg_batch_add(batch, note_start_sql,
                 MG_PARAMETERS(id, host, pid, program_version, dry_run ? "t" : "f"));
    mg_batch_commit(batch);
    return mg_batch_run(batch, error);
}

gboolean mg_run_register_note_end(MgConnection *connection, gint64 run_id, const MgRunEnd *end,
                                  GError **error)
{
    g_autofree gchar *id = format_number(run_id);
    g_autofree gchar *sent = format_number(end->mails_sent);
    g_autofree gchar *postponed = format_number(end->mails_postponed);
    g_autofree gchar *errors = format_number(end->errors);
    g_autofree gchar *status = format_number(end->exit_status);
    g_autoptr(MgBatch) batch = NULL;
    gboolean is_noted = FALSE;

    if (!mg_run_register_is_noted(connection, &is_noted, error))
        return FALSE;
    if (!is_noted)
        return TRUE;
    batch = mg_batch_new(connection, "cannot note the end of the run");
    mg_batch_begin(batch);
    mg_batch_add(batch, note_end_sql,
                 MG_PARAMETERS(id, sent, postponed, errors, status, end->ended_because));
    mg_batch_commit(batch);
    return mg_batch_run(batch, error);
}
