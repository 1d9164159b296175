/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/batch.h"

#include "base/error.h"
#include "database_fixture.h"

#include <string.h>

static void test_results(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    for (guint round = 0; round < 3; round++) { /* prepared anew, then found */
        g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot test");
        g_autoptr(GError) error = NULL;
        guint first = 0;
        guint second = 0;

        mg_batch_begin(batch);
        first = mg_batch_add(batch, "SELECT $1::text", MG_PARAMETERS("a'b\\c"));
        second = mg_batch_add(batch, "SELECT $1::text", MG_PARAMETERS(NULL));
        mg_batch_commit(batch);
        g_assert_true(mg_batch_run(batch, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(PQgetvalue(mg_batch_result(batch, first), 0, 0), ==, "a'b\\c");
        g_assert_cmpint(PQgetisnull(mg_batch_result(batch, second), 0, 0), ==, 1);
        g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    }
    fixture_assert_value("0", "SELECT count(*) FROM pg_stat_activity"
                              " WHERE state LIKE 'idle in%%'");
}

static void test_failure_skips_the_commit(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgBatch) batch = NULL;
    g_autoptr(GError) error = NULL;
    guint failing = 0;

    fixture_reset();
    batch = mg_batch_new(connection, "cannot test");
    mg_batch_begin(batch);
    mg_batch_add(batch, "INSERT INTO sent (intelmq_ticket) VALUES ('x')", MG_NO_PARAMETERS);
    failing = mg_batch_add(batch, "SELECT 1/0", MG_NO_PARAMETERS);
    mg_batch_add(batch, "SELECT 1", MG_NO_PARAMETERS);
    mg_batch_commit(batch);
    g_assert_false(mg_batch_run(batch, &error));
    g_assert_true(mg_batch_failed_at(batch, failing));
    g_assert_cmpstr(mg_batch_sqlstate(batch), ==, "22012");
    fixture_assert_error(&error, MG_ERROR_GROUP, "division by zero");
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("0", "SELECT count(*) FROM sent");
}

static void test_failure_leaves_what_was_open(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgBatch) batch = NULL;

    g_assert_true(mg_connection_begin(connection, NULL));
    batch = mg_batch_new(connection, "cannot test");
    mg_batch_begin(batch);
    mg_batch_add(batch, "SELECT 1/0", MG_NO_PARAMETERS);
    g_assert_false(mg_batch_run(batch, NULL));
    g_assert_cmpuint(mg_connection_depth(connection), ==, 1);
    g_assert_true(mg_connection_commit(connection, NULL));
}

/* A batch under way is read when the connection is needed, and keeps its results. */
static void test_overtaken(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgBatch) early = mg_batch_new(connection, "cannot test");
    g_autoptr(MgPgResult) between = NULL;
    g_autoptr(GError) error = NULL;
    guint index = 0;

    mg_batch_begin(early);
    index = mg_batch_add(early, "SELECT 'early'", MG_NO_PARAMETERS);
    mg_batch_commit(early);
    mg_batch_send(early);
    between =
        mg_batch_query(connection, "cannot test", "SELECT 'between'", MG_NO_PARAMETERS, &error);
    g_assert_no_error(error);
    g_assert_true(mg_batch_finish(early, &error));
    g_assert_cmpstr(PQgetvalue(mg_batch_result(early, index), 0, 0), ==, "early");
}

static void test_dropped_unsent(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    MgBatch *batch = mg_batch_new(connection, "cannot test");
    g_autoptr(MgPgResult) after = NULL;
    g_autoptr(GError) error = NULL;

    mg_batch_add(batch, "SELECT 1/0", MG_NO_PARAMETERS);
    mg_batch_free(batch);
    after = mg_batch_query(connection, "cannot test", "SELECT 1", MG_NO_PARAMETERS, &error);
    g_assert_no_error(error);
}

/* The plan of a prepared statement fits its table no more: once an error, then a new plan. */
static void test_changed_table(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    const gchar *sql = "SELECT * FROM changing";

    fixture_execute("CREATE TABLE changing (a integer); GRANT SELECT ON changing TO PUBLIC");
    PQclear(mg_batch_query(connection, "cannot test", sql, MG_NO_PARAMETERS, NULL));
    fixture_execute("ALTER TABLE changing ADD COLUMN b integer");
    g_assert_null(mg_batch_query(connection, "cannot test", sql, MG_NO_PARAMETERS, NULL));
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MgPgResult) result =
            mg_batch_query(connection, "cannot test", sql, MG_NO_PARAMETERS, &error);
        g_assert_no_error(error);
        g_assert_cmpint(PQnfields(result), ==, 2);
    }
    PQclear(mg_batch_query(connection, "cannot test", "DEALLOCATE ALL", MG_NO_PARAMETERS, NULL));
    g_assert_null(mg_batch_query(connection, "cannot test", sql, MG_NO_PARAMETERS, NULL));
    PQclear(mg_batch_query(connection, "cannot test", sql, MG_NO_PARAMETERS, NULL));
    g_assert_false(mg_connection_is_broken(connection));
}

/* Both directions of the wire are full at once. */
static void test_much(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autofree gchar *much = g_strnfill(1000000, 'x');
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot test");
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 20; i++)
        mg_batch_add(batch, "SELECT $1::text", MG_PARAMETERS(much));
    g_assert_true(mg_batch_run(batch, &error));
    for (guint i = 0; i < 20; i++)
        g_assert_cmpint(PQgetlength(mg_batch_result(batch, i), 0, 0), ==, 1000000);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/batch/results", test_results);
    g_test_add_func("/batch/failure_skips_the_commit", test_failure_skips_the_commit);
    g_test_add_func("/batch/failure_leaves_what_was_open", test_failure_leaves_what_was_open);
    g_test_add_func("/batch/overtaken", test_overtaken);
    g_test_add_func("/batch/dropped_unsent", test_dropped_unsent);
    g_test_add_func("/batch/changed_table", test_changed_table);
    g_test_add_func("/batch/much", test_much);
    return g_test_run();
}
