/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/run_register.h"

#include "base/error.h"
#include "database_fixture.h"

static gchar *count_locks(gint64 run_id)
{
    return fixture_value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                         " AND objsubid = 1 AND classid = 1229803853 AND objid = %u AND granted",
                         (guint32)run_id);
}

static void assert_locks(gint64 run_id, const gchar *expected)
{
    g_autofree gchar *count = count_locks(run_id);

    g_assert_cmpstr(count, ==, expected);
}

static void test_new_id(void)
{
    gint64 first = mg_run_register_new_id();
    gint64 second = mg_run_register_new_id();

    g_assert_cmpint(first, >, 0);
    g_assert_cmpint(first >> 32, ==, 1229803853);
    g_assert_cmpint(first, !=, second);
}

static void test_join(void)
{
    g_autoptr(MgConnection) one = fixture_open("one");
    g_autoptr(MgConnection) two = fixture_open("two");
    g_autoptr(GError) error = NULL;
    gint64 run_id = mg_run_register_new_id();

    g_assert_true(mg_run_register_join(one, run_id, &error));
    g_assert_true(mg_run_register_join(two, run_id, &error));
    assert_locks(run_id, "2");
    fixture_terminate("two");
    assert_locks(run_id, "1");
    g_assert_true(mg_connection_reopen(two, &error));
    assert_locks(run_id, "2");
}

static void test_exclusive(void)
{
    g_autoptr(MgConnection) one = fixture_open("one");
    g_autoptr(MgConnection) two = fixture_open("two");
    g_autoptr(GError) error = NULL;
    gboolean is_only = FALSE;

    g_assert_true(mg_run_register_lock_exclusively(one, &is_only, &error));
    g_assert_true(is_only);
    g_assert_true(mg_run_register_lock_exclusively(two, &is_only, &error));
    g_assert_false(is_only);
    fixture_terminate("one");
    g_assert_true(mg_connection_reopen(one, &error));
    g_assert_true(mg_run_register_lock_exclusively(two, &is_only, &error));
    g_assert_false(is_only);
    fixture_terminate("one");
    g_assert_true(mg_run_register_lock_exclusively(two, &is_only, &error));
    g_assert_true(is_only);
}

static void test_notes(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    gint64 run_id = mg_run_register_new_id();
    MgRunEnd end = {5, 4, 3, 1, "because"};

    fixture_reset();
    fixture_execute("INSERT INTO notification_runs (run_id, started_at) VALUES"
                    " (1, now() - '91 days'::interval), (2, now() - '89 days'::interval)");
    g_assert_true(mg_run_register_note_start(connection, run_id, "1.0", TRUE, &error));
    g_assert_no_error(error);
    fixture_assert_value("2", "SELECT count(*) FROM notification_runs");
    fixture_assert_value("t",
                         "SELECT started_at IS NOT NULL AND ended_at IS NULL AND host <> ''"
                         " AND pid > 0 AND program_version = '1.0' AND dry_run"
                         " FROM notification_runs WHERE run_id = %" G_GINT64_FORMAT,
                         run_id);
    g_assert_true(mg_run_register_note_end(connection, run_id, &end, &error));
    end.ended_because = NULL;
    end.mails_sent = 77;
    g_assert_true(
        mg_run_register_note_end(connection, run_id, &end, &error)); /* has its end already */
    fixture_assert_value("t",
                         "SELECT ended_at IS NOT NULL AND (mails_sent, mails_postponed, errors,"
                         " exit_status, ended_because) = (5, 4, 3, 1, 'because')"
                         " FROM notification_runs WHERE run_id = %" G_GINT64_FORMAT,
                         run_id);
}

static void test_python_database(void)
{
    g_autoptr(MgConnection) connection = NULL;
    g_autoptr(GError) error = NULL;
    MgRunEnd end = {0};
    gboolean is_noted = TRUE;

    fixture_execute("ALTER TABLE notification_runs RENAME TO not_there");
    connection = fixture_open("test");
    g_assert_true(mg_run_register_is_noted(connection, &is_noted, &error));
    g_assert_false(is_noted);
    g_assert_true(mg_run_register_note_start(connection, 1, "1.0", FALSE, &error));
    g_assert_true(mg_run_register_note_end(connection, 1, &end, &error));
    fixture_execute("ALTER TABLE not_there RENAME TO notification_runs");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/run/new_id", test_new_id);
    g_test_add_func("/run/join", test_join);
    g_test_add_func("/run/exclusive", test_exclusive);
    g_test_add_func("/run/notes", test_notes);
    g_test_add_func("/run/python_database", test_python_database);
    return g_test_run();
}
