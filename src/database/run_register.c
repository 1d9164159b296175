/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/run_register.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
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

/* A note that a crash of the server takes is missed by nobody: not waiting for the disk is a good
 * part of what a run with nothing to do takes. */
static const gchar no_wait_sql[] = "SET LOCAL synchronous_commit = off";

static gchar *format_number(gint64 number)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, number);
}

gint64 mg_run_register_new_id(void)
{
    guint32 random = 0;

    while (random == 0) /* which is MG_RUN_LOCK_NOBODY */
        if (getrandom(&random, sizeof random, 0) != sizeof random)
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

/* The session that holds the lock of `instances: exclusive`, and the run that the same session
 * keeps alive. */
enum {
    SERVER_PID,
    USER,
    APPLICATION,
    ADDRESS,
    SINCE,
    LIFE, /* NULL: it keeps no run alive */
    RUN_HOST,
    RUN_PID,
    RUN_START,
    RUN_END,
};
#define HOLDER_SQL(run_columns, run_join)                                                          \
    "SELECT holder.pid::text, a.usename, coalesce(a.application_name, ''),"                        \
    " coalesce(a.client_addr::text, ''),"                                                          \
    " pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),"            \
    " life.objid, " run_columns " FROM pg_catalog.pg_locks AS holder"                              \
    " LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = holder.pid"                            \
    " LEFT JOIN pg_catalog.pg_locks AS life ON life.pid = holder.pid"                              \
    "  AND life.locktype = 'advisory' AND life.granted AND life.objsubid = 1"                      \
    "  AND life.classid = 1229803853 AND life.database = holder.database" run_join                 \
    " WHERE holder.locktype = 'advisory' AND holder.granted AND holder.objsubid = 2"               \
    " AND holder.classid = 1229803853 AND holder.objid = 1"                                        \
    " AND holder.database = (SELECT oid FROM pg_catalog.pg_database"                               \
    "   WHERE datname = pg_catalog.current_database()) LIMIT 1"

static const gchar holder_sql[] = HOLDER_SQL("NULL, NULL, NULL, NULL", "");
static const gchar noted_holder_sql[] = HOLDER_SQL(
    "r.host, r.pid::text,"
    " pg_catalog.to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), r.ended_at",
    " LEFT JOIN notification_runs AS r"
    "  ON r.run_id = (1229803853::bigint << 32) + life.objid::bigint");

static gchar *describe_run(const PGresult *holder)
{
    g_autofree gchar *host = mg_error_quote(PQgetvalue(holder, 0, RUN_HOST));

    return g_strdup_printf("on host %s, process %s, since %s (UTC)", host,
                           PQgetvalue(holder, 0, RUN_PID), PQgetvalue(holder, 0, RUN_START));
}

static gchar *describe_session(const PGresult *holder)
{
    g_autofree gchar *user = mg_error_quote(PQgetvalue(holder, 0, USER));
    g_autofree gchar *application = mg_error_quote(PQgetvalue(holder, 0, APPLICATION));
    const gchar *address = PQgetvalue(holder, 0, ADDRESS);

    return g_strdup_printf("the server's process %s, of user %s, application %s, from %s, since %s "
                           "(UTC)",
                           PQgetvalue(holder, 0, SERVER_PID), user, application,
                           *address != '\0' ? address : "the server's own machine",
                           PQgetvalue(holder, 0, SINCE));
}

gchar *mg_run_register_describe_other(MgConnection *connection, gboolean *is_alive, GError **error)
{
    g_autoptr(MgPgResult) holder = NULL;
    gboolean has_table = FALSE;

    *is_alive = FALSE;
    if (!mg_run_register_is_noted(connection, &has_table, error))
        return NULL;
    holder = mg_batch_query(connection, "cannot ask for the other instance",
                            has_table ? noted_holder_sql : holder_sql, MG_NO_PARAMETERS, error);
    if (holder == NULL || PQntuples(holder) == 0)
        return NULL;
    /* A session that outlived its run: a pooler has kept it. */
    *is_alive = !PQgetisnull(holder, 0, LIFE) && PQgetisnull(holder, 0, RUN_END);
    return *is_alive && !PQgetisnull(holder, 0, RUN_PID) ? describe_run(holder)
                                                         : describe_session(holder);
}

gboolean mg_run_register_is_noted(MgConnection *connection, gboolean *is_noted, GError **error)
{
    return mg_support_ask(connection, "notification_runs", is_noted, error);
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
    mg_batch_add(batch, no_wait_sql, MG_NO_PARAMETERS);
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
    if (end->mails_sent == 0)
        mg_batch_add(batch, no_wait_sql, MG_NO_PARAMETERS);
    mg_batch_add(batch, note_end_sql,
                 MG_PARAMETERS(id, sent, postponed, errors, status, end->ended_because));
    mg_batch_commit(batch);
    return mg_batch_run(batch, error);
}
