/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/connection.h"

#include "base/error.h"
#include "database/batch.h"
#include "database_fixture.h"

#include <string.h>

static gchar *show(MgConnection *connection, const gchar *setting)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgPgResult) result = mg_batch_query(
        connection, "show", "SELECT current_setting($1::text)", MG_PARAMETERS(setting), &error);

    g_assert_no_error(error);
    return g_strdup(PQgetvalue(result, 0, 0));
}

static void assert_shown(MgConnection *connection, const gchar *setting, const gchar *expected)
{
    g_autofree gchar *value = show(connection, setting);

    g_assert_cmpstr(value, ==, expected);
}

static const struct {
    const gchar *setting;
    const gchar *value;
} settings_cases[] = {
    {"TimeZone", "UTC"},
    {"DateStyle", "ISO, DMY"}, /* the order is the server's */
    {"client_encoding", "UTF8"},
    {"application_name", "intelmqcbmail test"},
    {"search_path", "\"$user\", public, pg_temp"},
    {"synchronous_commit", "on"},
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_read_only", "off"},
    {"idle_in_transaction_session_timeout", "0"},
    {"standard_conforming_strings", "on"},
    {"extra_float_digits", "1"},
};

/* What the site has set for the role must not get in the way. */
static void test_session(void)
{
    g_autoptr(MgConnection) connection = NULL;

    fixture_execute("ALTER ROLE intelmq_mailgen SET synchronous_commit = off;"
                    "ALTER ROLE intelmq_mailgen SET default_transaction_isolation = serializable;"
                    "ALTER ROLE intelmq_mailgen SET default_transaction_read_only = on;"
                    "ALTER ROLE intelmq_mailgen SET idle_in_transaction_session_timeout = 1000;"
                    "ALTER ROLE intelmq_mailgen SET DateStyle = 'German'");
    connection = fixture_open("test");
    for (gsize i = 0; i < G_N_ELEMENTS(settings_cases); i++) {
        g_autofree gchar *value = show(connection, settings_cases[i].setting);
        g_test_message("%s", settings_cases[i].setting);
        g_assert_cmpstr(value, ==, settings_cases[i].value);
    }
    fixture_execute("ALTER ROLE intelmq_mailgen RESET ALL");
}

static void test_site_search_path(void)
{
    g_autoptr(MgConnection) connection = NULL;
    g_autofree gchar *value = NULL;

    fixture_execute("ALTER ROLE intelmq_mailgen SET search_path = elsewhere, public");
    connection = fixture_open("test");
    value = show(connection, "search_path");
    g_assert_cmpstr(value, ==, "elsewhere, public, pg_temp");
    fixture_execute("ALTER ROLE intelmq_mailgen RESET ALL");
}

static void test_cannot_connect(void)
{
    MgDatabaseSettings settings = fixture_settings();
    g_autoptr(GError) error = NULL;

    settings.password = (gchar *)"a wrong secret";
    g_assert_null(mg_connection_open(&settings, "test", &error));
    g_assert_null(strstr(error->message, "wrong secret"));
    g_assert_nonnull(strstr(error->message, "password authentication failed"));
    g_assert_nonnull(strstr(error->message, "host '127.0.0.1' port "));
    fixture_assert_error(&error, MG_ERROR_SETUP, "as user 'intelmq_mailgen'");

    settings = fixture_settings();
    settings.name = (gchar *)"no such\ndatabase";
    g_assert_null(mg_connection_open(&settings, "test", &error));
    g_assert_null(strchr(error->message, '\n'));
    fixture_assert_error(&error, MG_ERROR_SETUP, "database 'no such\\x0adatabase'");

    settings = fixture_settings();
    settings.port = 1;
    g_assert_null(mg_connection_open(&settings, "test", &error));
    fixture_assert_error(&error, MG_ERROR_RUN, "port 1 ");
}

static void query(MgConnection *connection, const gchar *sql, GError **error)
{
    PQclear(mg_batch_query(connection, "cannot test", sql, MG_NO_PARAMETERS, error));
}

static const struct {
    const gchar *sql;
    gint code;
    const gchar *text;
} error_cases[] = {
    {"SELECT 1/0", MG_ERROR_GROUP, "cannot test: 'division by zero' (SQLSTATE 22012)"},
    {"SELECT * FROM nothing", MG_ERROR_SETUP, "HINT: run sql/notifications.sql"},
    {"DELETE FROM sent", MG_ERROR_SETUP, "GRANT eventdb_send_notifications"},
    {"INSERT INTO sent (intelmq_ticket) VALUES ('x'), ('x')", MG_ERROR_GROUP,
     "'Key (intelmq_ticket)=(x) already exists.'"},
    {"syntax error", MG_ERROR_GROUP, "(SQLSTATE 42601)"},
    {"DO $$ BEGIN RAISE 'a message' USING ERRCODE = '40P01'; END $$", MG_ERROR_RETRY, "40P01"},
    {"DO $$ BEGIN RAISE 'a message' USING ERRCODE = '53100'; END $$", MG_ERROR_RUN, "53100"},
    {"DO $$ BEGIN RAISE NOTICE 'nobody sees this'; RAISE E'two\\nlines'; END $$", MG_ERROR_GROUP,
     "'two'; 'lines'"},
};

static void test_errors(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    for (gsize i = 0; i < G_N_ELEMENTS(error_cases); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s", error_cases[i].sql);
        query(connection, error_cases[i].sql, &error);
        fixture_assert_error(&error, error_cases[i].code, error_cases[i].text);
        g_assert_false(mg_connection_is_broken(connection));
    }
}

static void test_transactions_nest(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;

    fixture_reset();
    mg_connection_rollback(connection); /* none: nothing happens */
    g_assert_true(mg_connection_begin(connection, &error));
    query(connection, "INSERT INTO sent (intelmq_ticket) VALUES ('outer')", &error);
    g_assert_true(mg_connection_begin(connection, &error));
    query(connection, "INSERT INTO sent (intelmq_ticket) VALUES ('inner')", &error);
    g_assert_no_error(error);
    query(connection, "SELECT 1/0", NULL);
    g_assert_cmpuint(mg_connection_depth(connection), ==, 2);
    mg_connection_rollback(connection);
    g_assert_true(mg_connection_begin(connection, &error));
    query(connection, "INSERT INTO sent (intelmq_ticket) VALUES ('second')", &error);
    g_assert_true(mg_connection_commit(connection, &error));
    g_assert_true(mg_connection_commit(connection, &error));
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("outer second",
                         "SELECT string_agg(intelmq_ticket, ' ' ORDER BY id) FROM sent");
}

static void test_commit_of_failed_transaction(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_connection_begin(connection, &error));
    query(connection, "SELECT 1/0", NULL);
    g_assert_false(mg_connection_commit(connection, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "cannot commit: the transaction had failed");
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    query(connection, "SELECT 1", &error);
    g_assert_no_error(error);
}

static void test_broken_and_reopened(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_connection_begin(connection, &error));
    fixture_terminate("test");
    query(connection, "SELECT 1", &error);
    fixture_assert_error(&error, MG_ERROR_RETRY, "the connection to the database broke");
    g_assert_true(mg_connection_is_broken(connection));
    query(connection, "SELECT 1", &error);
    fixture_assert_error(&error, MG_ERROR_RETRY, "broke");
    mg_connection_rollback(connection);

    g_assert_true(mg_connection_reopen(connection, &error));
    g_assert_no_error(error);
    g_assert_false(mg_connection_is_broken(connection));
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    query(connection, "SELECT 1", &error);
    g_assert_no_error(error);
}

static void test_broken_at_commit(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;

    /* The server says that it goes before it has seen the COMMIT: while that has to be prepared. */
    g_assert_true(mg_connection_begin(connection, &error));
    fixture_terminate("test");
    g_assert_false(mg_connection_commit(connection, &error));
    fixture_assert_error(&error, MG_ERROR_RETRY, "cannot commit");
    g_assert_true(mg_connection_reopen(connection, &error));

    g_assert_true(mg_connection_begin(connection, &error));
    g_assert_true(mg_connection_commit(connection, &error));
    g_assert_true(mg_connection_begin(connection, &error));
    fixture_terminate("test");
    g_assert_false(mg_connection_commit(connection, &error));
    fixture_assert_error(&error, MG_ERROR_UNKNOWN_OUTCOME, "cannot commit");
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
}

static void test_reopen_fails(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;

    fixture_execute("ALTER ROLE intelmq_mailgen NOLOGIN");
    fixture_terminate("test");
    g_assert_false(mg_connection_reopen_within(connection, 300000, &error));
    fixture_assert_error(&error, MG_ERROR_RUN, "not permitted to log in");
    g_assert_true(mg_connection_is_broken(connection));
    fixture_execute("ALTER ROLE intelmq_mailgen LOGIN");
    g_assert_true(mg_connection_reopen_within(connection, 300000, &error));
}

static void test_borrowed(void)
{
    PGconn *owner = fixture_connect();
    g_autoptr(MgConnection) connection = NULL;
    g_autoptr(GError) error = NULL;

    fixture_reset();
    g_assert_null(mg_connection_borrow(owner, &error));
    fixture_assert_error(&error, MG_ERROR_SETUP, "not inside a transaction");

    fixture_execute_in(owner, "SET TIME ZONE 'Asia/Tokyo'; SET datestyle = 'German';"
                              "BEGIN; INSERT INTO sent (intelmq_ticket) VALUES ('owner')");
    connection = mg_connection_borrow(owner, &error);
    g_assert_no_error(error);
    assert_shown(connection, "TimeZone", "UTC");
    assert_shown(connection, "DateStyle", "ISO, DMY");
    g_assert_true(mg_connection_is_borrowed(connection));
    g_assert_true(mg_connection_begin(connection, &error));
    query(connection, "INSERT INTO sent (intelmq_ticket) VALUES ('one')", &error);
    g_assert_true(mg_connection_commit(connection, &error));
    g_assert_true(mg_connection_begin(connection, &error));
    query(connection, "INSERT INTO sent (intelmq_ticket) VALUES ('one')", NULL);
    mg_connection_rollback(connection);
    g_assert_false(mg_connection_reopen(connection, &error));
    fixture_assert_error(&error, MG_ERROR_RUN, "handed in");
    g_clear_pointer(&connection, mg_connection_free);

    fixture_assert_value("0", "SELECT count(*) FROM sent"); /* nothing was committed */
    g_assert_cmpint(PQtransactionStatus(owner), ==, PQTRANS_INTRANS);
    fixture_execute_in(owner, "COMMIT");
    fixture_assert_value("2", "SELECT count(*) FROM sent");
    g_assert_cmpstr(PQparameterStatus(owner, "TimeZone"), ==, "Asia/Tokyo");
    PQfinish(owner);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/connection/session", test_session);
    g_test_add_func("/connection/site_search_path", test_site_search_path);
    g_test_add_func("/connection/cannot_connect", test_cannot_connect);
    g_test_add_func("/connection/errors", test_errors);
    g_test_add_func("/connection/transactions_nest", test_transactions_nest);
    g_test_add_func("/connection/commit_of_failed_transaction", test_commit_of_failed_transaction);
    g_test_add_func("/connection/broken_and_reopened", test_broken_and_reopened);
    g_test_add_func("/connection/broken_at_commit", test_broken_at_commit);
    g_test_add_func("/connection/reopen_fails", test_reopen_fails);
    g_test_add_func("/connection/borrowed", test_borrowed);
    return g_test_run();
}
