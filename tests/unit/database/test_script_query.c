/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/script_query.h"

#include "base/error.h"
#include "database/claim.h"
#include "database_fixture.h"

static MgScriptResult *run(MgConnection *connection, const gchar *sql)
{
    g_autoptr(GError) error = NULL;
    MgScriptResult *result = mg_script_query_run(connection, sql, NULL, &error);

    g_assert_no_error(error);
    return result;
}

static void test_rows(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgScriptResult) result =
        run(connection, "SELECT 1; SELECT true AS yes, NULL::text AS \"no\", '\\x00ff'::bytea,"
                        " '{a,\"b c\"}'::text[], '1 day'::interval FROM generate_series(1, 3)");

    g_assert_true(mg_script_query_has_rows(result));
    g_assert_cmpint(mg_script_query_row_count(result), ==, 3);
    g_assert_cmpuint(mg_script_query_n_rows(result), ==, 3);
    g_assert_cmpuint(mg_script_query_n_columns(result), ==, 5);
    g_assert_cmpstr(mg_script_query_column_name(result, 0), ==, "yes");
    g_assert_cmpuint(mg_script_query_column_type(result, 0), ==, 16);
    g_assert_cmpuint(mg_script_query_column_type(result, 4), ==, 1186);
    g_assert_cmpstr(mg_script_query_cell(result, 2, 0), ==, "t");
    g_assert_null(mg_script_query_cell(result, 0, 1));
    g_assert_cmpstr(mg_script_query_cell(result, 0, 2), ==, "\\x00ff");
    g_assert_cmpstr(mg_script_query_cell(result, 0, 3), ==, "{a,\"b c\"}");
    g_assert_cmpstr(mg_script_query_status(result), ==, "SELECT 3");
}

static void test_no_rows(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgScriptResult) changed = NULL;
    g_autoptr(MgScriptResult) empty = run(connection, " ");
    g_autoptr(MgScriptResult) set = run(connection, "SET LOCAL work_mem = '5MB'");

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    changed = run(connection, "UPDATE directives SET template_name = 'changed'");
    g_assert_false(mg_script_query_has_rows(changed));
    g_assert_cmpint(mg_script_query_row_count(changed), ==, 1);
    g_assert_cmpuint(mg_script_query_n_columns(changed), ==, 0);
    g_assert_cmpint(mg_script_query_row_count(empty), ==, -1);
    g_assert_cmpint(mg_script_query_row_count(set), ==, -1);
    fixture_assert_value("changed", "SELECT template_name FROM directives");
}

static MgGroup *claim(MgConnection *connection)
{
    MgGroup *group = NULL;

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    group = fixture_group(connection, "a@x");
    g_assert_cmpint(fixture_claim(connection, group, NULL), ==, MG_CLAIM_HELD);
    return group;
}

static const struct {
    const gchar *sql;
    const gchar *sqlstate;
    const gchar *text;
} errors[] = {
    {"SELECT no_such_column", "42703", "no_such_column"},
    {"SELECT * FROM no_such_table", "42P01", "no_such_table"},
    {"DELETE FROM sent", "42501", "permission denied"},
    {"SELECT 1/0", "22012", "division by zero"},
    {"SELECT $1", "42P02", "no parameter"},
    {"COPY sent TO STDOUT", NULL, "COPY is not possible"},
    {"COPY sent FROM STDIN", NULL, "COPY is not possible"},
};

static void test_errors(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    for (gsize i = 0; i < G_N_ELEMENTS(errors); i++) {
        g_autoptr(MgGroup) group = claim(connection);
        g_autoptr(MgScriptResult) after = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree gchar *sqlstate = NULL;
        g_test_message("%s", errors[i].sql);
        g_assert_null(mg_script_query_run(connection, errors[i].sql, &sqlstate, &error));
        g_assert_cmpstr(sqlstate, ==, errors[i].sqlstate);
        fixture_assert_error(&error, MG_ERROR_GROUP, errors[i].text);
        g_assert_cmpuint(mg_connection_depth(connection), ==, 1); /* the claim lives on */
        after = run(connection, "SELECT 1");
        g_assert_true(mg_connection_commit(connection, &error));
    }
}

static const gchar *const enders[] = {"COMMIT", "ROLLBACK", "COMMIT; BEGIN"};

static void test_ends_the_transaction(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(enders); i++) {
        g_autoptr(MgConnection) connection = fixture_open("test");
        g_autoptr(MgGroup) group = claim(connection);
        g_autoptr(GError) error = NULL;
        g_test_message("%s", enders[i]);
        g_assert_null(mg_script_query_run(connection, enders[i], NULL, &error));
        fixture_assert_error(&error, MG_ERROR_RETRY, "has ended the transaction");
        g_assert_true(mg_connection_is_broken(connection));
        /* A script that goes on is told the same, and not what the server says of savepoints. */
        g_assert_null(mg_script_query_run(connection, "SELECT 1", NULL, &error));
        fixture_assert_error(&error, MG_ERROR_RETRY, "has ended the transaction");
        mg_connection_rollback(connection);
        g_assert_true(mg_connection_reopen(connection, &error));
    }
}

static void test_broken(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claim(connection);
    g_autoptr(GError) error = NULL;

    fixture_terminate("test");
    g_assert_null(mg_script_query_run(connection, "SELECT 1", NULL, &error));
    fixture_assert_error(&error, MG_ERROR_RETRY, "broke");
    g_assert_true(mg_connection_is_broken(connection));
    mg_connection_rollback(connection);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/script_query/rows", test_rows);
    g_test_add_func("/script_query/no_rows", test_no_rows);
    g_test_add_func("/script_query/errors", test_errors);
    g_test_add_func("/script_query/ends_the_transaction", test_ends_the_transaction);
    g_test_add_func("/script_query/broken", test_broken);
    return g_test_run();
}
