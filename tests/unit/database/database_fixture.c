/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database_fixture.h"

#include "base/error.h"
#include "database/pending.h"

#include <stdarg.h>
#include <string.h>

static PGconn *superuser;

PGconn *fixture_connect(void)
{
    const gchar *keywords[] = {"user", "options", NULL};
    const gchar *values[] = {g_getenv("MG_TEST_SUPERUSER"), "-c client_min_messages=warning", NULL};
    PGconn *pgconn = PQconnectdbParams(keywords, values, 0);

    g_assert_cmpint(PQstatus(pgconn), ==, CONNECTION_OK);
    return pgconn;
}

static PGresult *execute_in(PGconn *pgconn, const gchar *sql)
{
    PGresult *result = PQexec(pgconn, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        g_error("%s: %s", sql, PQresultErrorMessage(result));
    return result;
}

void fixture_execute_in(PGconn *pgconn, const gchar *sql)
{
    PQclear(execute_in(pgconn, sql));
}

static PGresult *execute(const gchar *format, va_list arguments)
{
    g_autofree gchar *sql = g_strdup_vprintf(format, arguments);

    if (superuser == NULL)
        superuser = fixture_connect();
    return execute_in(superuser, sql);
}

void fixture_reconnect(void)
{
    PQfinish(superuser);
    superuser = fixture_connect();
}

void fixture_execute(const gchar *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    PQclear(execute(format, arguments));
    va_end(arguments);
}

gchar *fixture_value(const gchar *format, ...)
{
    va_list arguments;
    PGresult *result = NULL;
    gchar *value = NULL;

    va_start(arguments, format);
    result = execute(format, arguments);
    va_end(arguments);
    g_assert_cmpint(PQntuples(result), >, 0);
    value = g_strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    return value;
}

void fixture_reset(void)
{
    fixture_execute("TRUNCATE events, directives, sent, delivery_intents, notification_runs,"
                    " refused_groups, rejected_directives RESTART IDENTITY;"
                    "DELETE FROM ticket_day;"
                    "INSERT INTO ticket_day VALUES ((now() AT TIME ZONE 'UTC')::date);"
                    "ALTER SEQUENCE intelmq_ticket_seq RESTART");
}

gint64 fixture_add(const gchar *recipient, const gchar *format, const gchar *aggregate)
{
    g_autofree gchar *id = NULL;

    fixture_execute(
        "INSERT INTO events (\"time.source\", \"source.asn\", extra) VALUES (now(), 64496,"
        " jsonb_build_object('certbund', jsonb_build_object('source_directives',"
        " jsonb_build_array(jsonb_build_object('medium', 'email',"
        " 'recipient_address', '%s', 'template_name', 'a_template',"
        " 'notification_format', '%s', 'event_data_format', 'csv_x',"
        " 'notification_interval', 86400, 'aggregate_identifier', '%s'::jsonb)))))",
        recipient, format, aggregate != NULL ? aggregate : "{}");
    id = fixture_value("SELECT max(id) FROM directives");
    return g_ascii_strtoll(id, NULL, 10);
}

MgDatabaseSettings fixture_settings(void)
{
    return (MgDatabaseSettings){
        .username = (gchar *)g_getenv("MG_TEST_SENDER"),
        .password = (gchar *)g_getenv("MG_TEST_SENDER_PASSWORD"),
        .host = (gchar *)g_getenv("MG_TEST_TCP_HOST"),
        .name = (gchar *)g_getenv("PGDATABASE"),
        .port = (guint)g_ascii_strtoull(g_getenv("PGPORT"), NULL, 10),
    };
}

MgConnection *fixture_open(const gchar *purpose)
{
    MgDatabaseSettings settings = fixture_settings();
    g_autoptr(GError) error = NULL;
    MgConnection *connection = mg_connection_open(&settings, purpose, &error);

    g_assert_no_error(error);
    return connection;
}

MgGroup *fixture_group(MgConnection *connection, const gchar *recipient)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) groups = mg_pending_list(connection, NULL, &error);
    MgGroup *found = NULL;

    g_assert_no_error(error);
    for (guint i = 0; i < groups->len; i++) {
        const MgGroup *group = groups->pdata[i];
        if (!g_str_equal(group->recipient_address, recipient))
            continue;
        g_assert_null(found);
        found = mg_group_ref(group);
    }
    g_assert_nonnull(found);
    return found;
}

void fixture_make_lot(MgConnection *connection, MgGroup **groups, gsize n_groups)
{
    fixture_reset();
    for (gsize i = 0; i < n_groups; i++) {
        const gchar recipient[] = {(gchar)('a' + i), '@', 'x', '\0'};

        fixture_add(recipient, "one", NULL);
        fixture_add(recipient, "one", NULL);
        groups[i] = fixture_group(connection, recipient);
    }
}

void fixture_free_lot(MgGroup **groups, gsize n_groups)
{
    for (gsize i = 0; i < n_groups; i++)
        mg_group_unref(groups[i]);
}

MgClaim fixture_claim(MgConnection *connection, const MgGroup *group, GError **error)
{
    MgGroup *const groups[] = {(MgGroup *)group};
    MgClaim claim = MG_CLAIM_FAILED;

    return mg_claim_take_lot(connection, groups, 1, &claim, error) ? claim : MG_CLAIM_FAILED;
}

gboolean fixture_record(MgConnection *connection, const MgGroup *group, const gchar *ticket,
                        gint64 sent_at, gint64 intent_id, GError **error)
{
    const MgSentMail mail = {.ticket = ticket,
                             .sent_at = sent_at,
                             .directive_ids = group->directive_ids,
                             .n_directives = group->n_directives,
                             .intent_id = intent_id};

    return mg_sent_record_lot(connection, &mail, 1, NULL, 0, error);
}

void fixture_terminate(const gchar *purpose)
{
    fixture_assert_value("t",
                         "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                         " WHERE application_name = 'intelmqcbmail %s'",
                         purpose);
}

void fixture_assert_error(GError **error, gint code, const gchar *text)
{
    g_assert_error(*error, MG_ERROR, code);
    if (strstr((*error)->message, text) == NULL)
        g_error("\"%s\" is not in \"%s\"", text, (*error)->message);
    g_clear_error(error);
}
