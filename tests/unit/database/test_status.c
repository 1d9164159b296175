/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/status.h"

#include "base/clock.h"
#include "database/run_register.h"
#include "database_fixture.h"

#define DAY ((gint64)86400 * G_USEC_PER_SEC)
#define SECOND ((gint64)G_USEC_PER_SEC)
#define BEGIN ((gint64)1795564800 * G_USEC_PER_SEC) /* 2026-11-25 00:00 UTC */

static void reset(void)
{
    fixture_reset();
    fixture_execute("TRUNCATE notification_runs, rejected_directives RESTART IDENTITY");
}

static void test_count_sent(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    const gint64 begins[] = {BEGIN - 2 * DAY, BEGIN - DAY, BEGIN};
    guint64 counts[G_N_ELEMENTS(begins)] = {7, 7, 7};

    reset();
    g_assert_true(mg_status_count_sent(connection, begins, 3, counts, &error));
    g_assert_cmpuint(counts[0] + counts[1] + counts[2], ==, 0);

    fixture_execute("INSERT INTO sent (intelmq_ticket, sent_at) VALUES"
                    " ('1', '2026-11-22 23:59:59.999999+00'), ('2', '2026-11-23 00:00:00+00'),"
                    " ('3', '2026-11-23 23:59:59.999999+00'), ('4', '2026-11-25 00:00:00+00'),"
                    " ('5', '2027-01-01 00:00:00+00'), ('6', 'infinity'), ('7', '-infinity'),"
                    " ('8', NULL)");
    g_assert_true(mg_status_count_sent(connection, begins, 3, counts, &error));
    g_assert_cmpuint(counts[0], ==, 2);
    g_assert_cmpuint(counts[1], ==, 0);
    g_assert_cmpuint(counts[2], ==, 3);
}

static void note_end(MgConnection *connection, gint64 run_id, gint exit_status,
                     const gchar *because)
{
    g_autoptr(GError) error = NULL;
    const MgRunEnd end = {5, 2, 1, exit_status, because};

    g_assert_true(mg_run_register_note_end(connection, run_id, &end, &error));
    g_assert_no_error(error);
}

static gint64 note_start(MgConnection *connection, gboolean dry_run)
{
    g_autoptr(GError) error = NULL;
    gint64 run_id = mg_run_register_new_id();

    g_assert_true(mg_run_register_note_start(connection, run_id, "1.2.3", dry_run, &error));
    g_assert_no_error(error);
    return run_id;
}

static void test_runs(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) runs = NULL;
    g_autoptr(MgStatusRun) last = NULL;
    const MgStatusRun *run;

    reset();
    g_assert_null(mg_status_last_real_run(connection, &error));
    g_assert_no_error(error);

    note_end(connection, note_start(connection, FALSE), 3, NULL);
    note_end(connection, note_start(connection, TRUE), 0, NULL);
    note_end(connection, note_start(connection, FALSE), 1, "the server is down");
    note_start(connection, FALSE);
    g_assert_true(mg_run_register_join(connection, note_start(connection, FALSE), &error));
    g_assert_no_error(error);

    runs = mg_status_list_runs(connection, 4, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(runs->len, ==, 4);
    run = runs->pdata[0];
    g_assert_cmpint(run->state, ==, MG_STATUS_RUN_GOING_ON);
    g_assert_cmpint(run->ended_at, ==, MG_CLOCK_NONE);
    run = runs->pdata[1];
    g_assert_cmpint(run->state, ==, MG_STATUS_RUN_DIED);
    run = runs->pdata[2];
    g_assert_cmpint(run->state, ==, MG_STATUS_RUN_ENDED);
    g_assert_cmpint(run->exit_status, ==, 1);
    g_assert_cmpstr(run->ended_because, ==, "the server is down");
    g_assert_cmpstr(run->program_version, ==, "1.2.3");
    g_assert_cmpint(run->mails_sent, ==, 5);
    g_assert_cmpint(run->ended_at, >=, run->started_at);
    run = runs->pdata[3];
    g_assert_true(run->dry_run);

    last = mg_status_last_real_run(connection, &error);
    g_assert_no_error(error);
    g_assert_cmpint(last->exit_status, ==, 3);
    g_assert_cmpint(last->mails_postponed, ==, 2);
    g_assert_cmpint(last->errors, ==, 1);
    g_assert_null(last->ended_because);
}

static void test_rejected(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) first = NULL;
    g_autoptr(GPtrArray) rest = NULL;
    const MgStatusRejected *rejected;
    guint64 count = 7;

    reset();
    fixture_execute("INSERT INTO rejected_directives (events_id, directive, reason, inserted_at)"
                    " VALUES (11, NULL, 'one', '2026-11-25 00:00:00+00'),"
                    " (12, '{\"a\": 1}', 'two', '2026-11-25 00:00:01+00'),"
                    " (13, '[]', 'three', now())");
    first = mg_status_list_rejected(connection, G_MAXINT64, 2, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(first->len, ==, 2);
    rejected = first->pdata[1];
    g_assert_cmpint(rejected->event_id, ==, 12);
    g_assert_cmpint(rejected->inserted_at, ==, BEGIN + SECOND);
    g_assert_cmpstr(rejected->reason, ==, "two");
    g_assert_cmpstr(rejected->directive_json, ==, "{\"a\": 1}");

    rest = mg_status_list_rejected(connection, rejected->id, 2, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(rest->len, ==, 1);
    g_assert_null(((MgStatusRejected *)rest->pdata[0])->directive_json);

    g_assert_true(mg_status_count_rejected(connection, &count, &error));
    g_assert_cmpuint(count, ==, 3);
}

static void test_python_database(void)
{
    g_autoptr(MgConnection) connection = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) runs = NULL;
    g_autoptr(GPtrArray) rejected = NULL;
    guint64 count = 7;

    reset();
    fixture_execute("ALTER TABLE notification_runs RENAME TO no_runs;"
                    "ALTER TABLE rejected_directives RENAME TO none_rejected");
    connection = fixture_open("test");
    runs = mg_status_list_runs(connection, 4, &error);
    g_assert_cmpuint(runs->len, ==, 0);
    rejected = mg_status_list_rejected(connection, G_MAXINT64, 4, &error);
    g_assert_cmpuint(rejected->len, ==, 0);
    g_assert_true(mg_status_count_rejected(connection, &count, &error));
    g_assert_cmpuint(count, ==, 0);
    fixture_execute("ALTER TABLE no_runs RENAME TO notification_runs;"
                    "ALTER TABLE none_rejected RENAME TO rejected_directives");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/status/count_sent", test_count_sent);
    g_test_add_func("/status/runs", test_runs);
    g_test_add_func("/status/rejected", test_rejected);
    g_test_add_func("/status/python_database", test_python_database);
    return g_test_run();
}
