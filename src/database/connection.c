/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/connection.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/first_answer.h"
#include "database/handle.h"
#include "database/pooler.h"
#include "database/session_settings.h"
#include "database/sqlstate.h"

#include <stdlib.h>
#include <string.h>

/* A cut network is noticed after about a minute, whether we wait for an answer (keepalives) or have
 * sent something that is never acknowledged (user timeout). */
#define KEEPALIVE_IDLE_S "30"
#define KEEPALIVE_INTERVAL_S "10"
#define KEEPALIVE_COUNT "3"
#define TCP_USER_TIMEOUT_MS "60000"
#define CONNECT_TIMEOUT_S "30"

/* Until the first answer in a session. */
#define PATIENCE_US (30 * G_USEC_PER_SEC)
#define OPTIONAL_PATIENCE_US (5 * G_USEC_PER_SEC) /* a busy server takes its time, too */

#define FIRST_PAUSE_US (G_USEC_PER_SEC / 10)
#define LONGEST_PAUSE_US (2 * G_USEC_PER_SEC)

static const gchar cannot_set_up[] = "cannot set up the database session";

/* The default prints to standard error; a site's trigger may well RAISE NOTICE. */
static void ignore_notice(void *unused, const PGresult *result)
{
}

static gboolean run_simple(MgConnection *connection, const gchar *sql, const gchar *doing,
                           GError **error)
{
    g_autoptr(MgPgResult) result = PQexec(connection->pgconn, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return TRUE;
    mg_sqlstate_set_error(error, connection, result, FALSE, doing);
    return FALSE;
}

/* After a failed attempt: a server that answers has refused us, so the settings are at fault. */
static gboolean is_server_there(const MgConnection *connection)
{
    const MgDatabaseSettings *settings = &connection->settings;
    g_autofree gchar *port = settings->port != 0 ? g_strdup_printf("%u", settings->port) : NULL;
    const gchar *keywords[] = {"host", "port", "connect_timeout", NULL};
    const gchar *values[] = {settings->host, port, CONNECT_TIMEOUT_S, NULL};

    return PQpingParams(keywords, values, 0) == PQPING_OK;
}

static PGconn *connect_to_server(const MgConnection *connection)
{
    const MgDatabaseSettings *settings = &connection->settings;
    g_autofree gchar *port = settings->port != 0 ? g_strdup_printf("%u", settings->port) : NULL;
    /* An explicit value would win over the environment, which may know better. */
    const gchar *timeout = g_getenv("PGCONNECT_TIMEOUT") == NULL ? CONNECT_TIMEOUT_S : NULL;
    const gchar *keywords[] = {
        "host",
        "port",
        "dbname",
        "user",
        "password",
        "application_name",
        "client_encoding",
        "connect_timeout",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
        NULL,
    };
    const gchar *values[] = {
        settings->host,
        port,
        settings->name,
        settings->username,
        settings->password,
        connection->application_name,
        "UTF8",
        timeout,
        "1",
        KEEPALIVE_IDLE_S,
        KEEPALIVE_INTERVAL_S,
        KEEPALIVE_COUNT,
        TCP_USER_TIMEOUT_MS,
        NULL,
    };

    G_STATIC_ASSERT(G_N_ELEMENTS(keywords) == G_N_ELEMENTS(values));
    return PQconnectdbParams(keywords, values, 0);
}

static gboolean set_up_session(MgConnection *connection, GError **error)
{
    g_autofree gchar *sql =
        mg_session_settings_sql(PQserverVersion(connection->pgconn), connection->writes_much);
    g_autofree gchar *target = mg_connection_describe(connection);
    g_autoptr(MgPgResult) result =
        mg_first_answer(connection->pgconn, sql, target,
                        connection->is_optional ? OPTIONAL_PATIENCE_US : PATIENCE_US, error);

    if (result == NULL)
        return FALSE;
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        mg_sqlstate_set_error(error, connection, result, FALSE, cannot_set_up);
        return FALSE;
    }
    connection->server_pid = atoi(PQgetvalue(result, 0, 0));
    for (guint i = 0; i < connection->kept->len; i++)
        if (!run_simple(connection, connection->kept->pdata[i], cannot_set_up, error))
            return FALSE;
    return TRUE;
}

static void forget_session(MgConnection *connection)
{
    g_datalist_clear(&connection->belongings);
    g_assert(connection->in_flight == NULL);
    g_hash_table_remove_all(connection->prepared);
    connection->is_touched = FALSE;
    connection->why_broken = NULL;
    connection->depth = 0;
}

/* The server speaks the language of its messages, but the privilege's name is the same in all. */
static gchar *advise(PGconn *pgconn, const gchar *reason)
{
    g_autofree gchar *advice = NULL;
    gchar *database = NULL;
    gchar *user = NULL;

    if (strstr(reason, "CONNECT") != NULL && PQdb(pgconn) != NULL && PQuser(pgconn) != NULL) {
        database = PQescapeIdentifier(pgconn, PQdb(pgconn), strlen(PQdb(pgconn)));
        user = PQescapeIdentifier(pgconn, PQuser(pgconn), strlen(PQuser(pgconn)));
    }
    if (database != NULL && user != NULL)
        advice = g_strdup_printf("\nHINT: GRANT CONNECT ON DATABASE %s TO %s;", database, user);
    PQfreemem(database);
    PQfreemem(user);
    return advice != NULL ? g_steal_pointer(&advice) : g_strdup("");
}

static gboolean connect_and_set_up(MgConnection *connection, GError **error)
{
    g_autofree gchar *target = NULL;
    g_autofree gchar *reason = NULL;
    g_autofree gchar *advice = NULL;

    PQfinish(connection->pgconn);
    connection->pgconn = connect_to_server(connection);
    if (connection->pgconn == NULL)
        g_error("out of memory"); /* as GLib itself does */
    connection->is_broken = PQstatus(connection->pgconn) != CONNECTION_OK;
    if (connection->is_broken) {
        target = mg_connection_describe(connection);
        reason = mg_sqlstate_clean_text(PQerrorMessage(connection->pgconn));
        advice = advise(connection->pgconn, reason);
        g_set_error(error, MG_ERROR, is_server_there(connection) ? MG_ERROR_SETUP : MG_ERROR_RUN,
                    "cannot connect to %s: %s%s", target, reason, advice);
        return FALSE;
    }
    PQsetNoticeReceiver(connection->pgconn, ignore_notice, NULL);
    if (!set_up_session(connection, error)) {
        connection->is_broken = TRUE;
        return FALSE;
    }
    return TRUE;
}

static MgConnection *connection_new(MgFacts *facts)
{
    MgConnection *connection = g_new0(MgConnection, 1);

    connection->facts = facts;
    connection->prepared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    connection->kept = g_ptr_array_new_with_free_func(g_free);
    return connection;
}

static MgConnection *describe_session(const MgDatabaseSettings *settings, const gchar *purpose,
                                      MgFacts *facts)
{
    MgConnection *connection = connection_new(facts);

    connection->application_name = g_strconcat("intelmqcbmail ", purpose, NULL);
    connection->settings.name = g_strdup(settings->name);
    connection->settings.username = g_strdup(settings->username);
    connection->settings.password = g_strdup(settings->password);
    connection->settings.host = g_strdup(settings->host);
    connection->settings.port = settings->port;
    return connection;
}

/* libpq was told the number of the server's process by whoever it speaks with: a pooler tells its
 * own. Only then does it take a second session to find out. */
static gboolean check_alone(const MgConnection *connection, GError **error)
{
    g_autoptr(MgConnection) other = NULL;
    g_autofree gchar *target = NULL;
    const gchar *sign = NULL;

    if (PQbackendPID(connection->pgconn) == connection->server_pid)
        return TRUE;
    other = mg_connection_new_beside(connection, "probe");
    if (!mg_connection_open_new(other, FALSE, error))
        return FALSE;
    sign = mg_pooler_find_sign(connection->pgconn, connection->server_pid, other->pgconn,
                               other->server_pid);
    if (sign == NULL)
        return TRUE;
    target = mg_connection_describe(connection);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "the session with %s is shared with others (%s): a pooler in transaction mode is "
                "between\nHINT: connect to PostgreSQL itself, or through a pool with pool_mode = "
                "session",
                target, sign);
    return FALSE;
}

MgConnection *mg_connection_open(const MgDatabaseSettings *settings, const gchar *purpose,
                                 GError **error)
{
    g_autoptr(MgConnection) connection = describe_session(settings, purpose, mg_facts_new());

    if (!connect_and_set_up(connection, error) || !check_alone(connection, error))
        return NULL;
    return g_steal_pointer(&connection);
}

MgConnection *mg_connection_new_beside(const MgConnection *first, const gchar *purpose)
{
    g_assert(!first->is_borrowed);
    return describe_session(&first->settings, purpose, mg_facts_ref(first->facts));
}

void mg_connection_expect_writing(MgConnection *connection)
{
    g_assert(connection->pgconn == NULL);
    connection->writes_much = TRUE;
}

gboolean mg_connection_open_new(MgConnection *connection, gboolean is_optional, GError **error)
{
    gboolean is_open;

    g_assert(connection->pgconn == NULL);
    connection->is_optional = is_optional;
    is_open = connect_and_set_up(connection, error);
    connection->is_optional = FALSE; /* what it has in hand depends on it */
    return is_open;
}

MgConnection *mg_connection_borrow(gpointer pgconn, GError **error)
{
    g_autoptr(MgConnection) connection = connection_new(mg_facts_new());
    const gchar *encoding = NULL;

    connection->pgconn = pgconn;
    connection->is_borrowed = TRUE;
    if (PQstatus(pgconn) != CONNECTION_OK) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "the database connection handed in is closed");
        return NULL;
    }
    if (PQtransactionStatus(pgconn) != PQTRANS_INTRANS) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "the database connection handed in is not inside a transaction, or in one that "
                    "has failed");
        return NULL;
    }
    /* What is read later relies on these two; they last as long as the owner's transaction. */
    if (g_strcmp0(PQparameterStatus(pgconn, "TimeZone"), "UTC") != 0 &&
        !run_simple(connection, "SET LOCAL TIME ZONE 'UTC'", cannot_set_up, error))
        return NULL;
    if (!g_str_has_prefix(PQparameterStatus(pgconn, "DateStyle"), "ISO") &&
        !run_simple(connection, "SET LOCAL datestyle = 'ISO'", cannot_set_up, error))
        return NULL;
    encoding = PQparameterStatus(pgconn, "client_encoding");
    if (g_strcmp0(encoding, "UTF8") != 0) {
        g_autofree gchar *quoted = mg_error_quote(encoding);
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "the database connection handed in has client_encoding %s, UTF8 is needed",
                    quoted);
        return NULL;
    }
    return g_steal_pointer(&connection);
}

gboolean mg_connection_is_borrowed(const MgConnection *connection)
{
    return connection->is_borrowed;
}

void mg_connection_free(MgConnection *connection)
{
    if (connection == NULL)
        return;
    forget_session(connection);
    if (!connection->is_borrowed)
        PQfinish(connection->pgconn);
    if (connection->settings.password != NULL)
        explicit_bzero(connection->settings.password, strlen(connection->settings.password));
    g_free(connection->settings.name);
    g_free(connection->settings.username);
    g_free(connection->settings.password);
    g_free(connection->settings.host);
    g_free(connection->application_name);
    g_hash_table_unref(connection->prepared);
    g_ptr_array_unref(connection->kept);
    mg_facts_unref(connection->facts);
    g_free(connection);
}

gboolean mg_connection_reopen(MgConnection *connection, GError **error)
{
    g_autoptr(GError) reason = NULL;

    forget_session(connection);
    /* The server may have been replaced meanwhile, and with it all that is known. */
    mg_facts_unref(connection->facts);
    connection->facts = mg_facts_new();
    if (connection->is_borrowed) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN, "the database connection handed in broke");
        return FALSE;
    }
    if (connect_and_set_up(connection, &reason))
        return TRUE;
    g_set_error_literal(error, MG_ERROR, MG_ERROR_RUN, reason->message);
    return FALSE;
}

gboolean mg_connection_reopen_within(MgConnection *connection, gint64 patience_us, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + patience_us;
    gint64 pause = FIRST_PAUSE_US;

    for (;;) {
        g_autoptr(GError) reason = NULL;
        gint64 left = 0;

        if (mg_connection_reopen(connection, &reason))
            return TRUE;
        left = deadline - g_get_monotonic_time();
        if (connection->is_borrowed || left <= 0) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return FALSE;
        }
        g_usleep((gulong)MIN(pause, left));
        pause = MIN(pause * 2, LONGEST_PAUSE_US);
    }
}

gboolean mg_connection_is_broken(const MgConnection *connection)
{
    return connection->is_broken;
}

static void append_part(GString *text, const gchar *label, const gchar *value)
{
    g_autofree gchar *quoted = NULL;

    if (value == NULL || *value == '\0')
        return;
    quoted = mg_error_quote(value);
    g_string_append_printf(text, " %s %s", label, quoted);
}

gchar *mg_connection_describe(const MgConnection *connection)
{
    GString *text = g_string_new("database");
    const gchar *name = PQdb(connection->pgconn);
    const gchar *host = PQhost(connection->pgconn);
    const gchar *port = PQport(connection->pgconn);

    /* After a failed attempt libpq knows most of this, but not always all. */
    append_part(text, "", name != NULL ? name : connection->settings.name);
    g_string_erase(text, strlen("database"), text->len > strlen("database") ? 1 : 0);
    append_part(text, "on host", host != NULL ? host : connection->settings.host);
    if (port != NULL && *port != '\0')
        g_string_append_printf(text, " port %s", port);
    append_part(text, "as user", PQuser(connection->pgconn));
    return g_string_free(text, FALSE);
}

gboolean mg_connection_keep(MgConnection *connection, const gchar *sql, GError **error)
{
    if (!run_simple(connection, sql, cannot_set_up, error))
        return FALSE;
    g_ptr_array_add(connection->kept, g_strdup(sql));
    return TRUE;
}

gboolean mg_connection_tidy(MgConnection *connection, GError **error)
{
    g_autofree gchar *sql = NULL;

    if (!connection->is_touched || connection->is_borrowed || connection->is_broken)
        return TRUE;
    g_assert(connection->depth == 0);
    mg_batch_collect(connection);
    sql =
        mg_session_settings_reset_sql(PQserverVersion(connection->pgconn), connection->writes_much);
    if (!run_simple(connection, sql, cannot_set_up, error))
        return FALSE;
    connection->is_touched = FALSE;
    return TRUE;
}

gboolean mg_connection_begin(MgConnection *connection, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot begin a transaction");

    mg_batch_begin(batch);
    return mg_batch_run(batch, error);
}

gboolean mg_connection_commit(MgConnection *connection, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot commit");

    g_assert(connection->depth > 0);
    mg_batch_commit(batch);
    if (mg_batch_run(batch, error))
        return TRUE;
    mg_connection_rollback(connection);
    return FALSE;
}

void mg_connection_rollback(MgConnection *connection)
{
    mg_batch_collect(connection);
    if (connection->depth > 0)
        mg_handle_undo(connection);
}

guint mg_connection_depth(const MgConnection *connection)
{
    return connection->depth;
}
