/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/refused.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/pending.h"
#include "database_fixture.h"

/* Each of the groups is noted with "no" by that run. */
static void note(MgConnection *connection, gint64 run_id, MgGroup *const *groups, gsize n_groups)
{
    g_autofree MgRefusedNote *notes = g_new(MgRefusedNote, n_groups);
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; i < n_groups; i++)
        notes[i] = (MgRefusedNote){groups[i], "no"};
    g_assert_true(mg_refused_note(connection, run_id, notes, n_groups, &error));
    g_assert_no_error(error);
}

static void note_one(MgConnection *connection, gint64 run_id, const gchar *recipient)
{
    g_autoptr(MgGroup) group = fixture_group(connection, recipient);

    note(connection, run_id, &group, 1);
}

static GPtrArray *list(MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *all = mg_refused_list(connection, &error);

    g_assert_no_error(error);
    return all;
}

static void assert_pending(MgConnection *connection, guint n_groups, guint64 n_counted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) groups = mg_pending_list(connection, NULL, &error);
    MgPendingCount count = {0};

    g_assert_no_error(error);
    g_assert_cmpuint(groups->len, ==, n_groups);
    g_assert_true(mg_pending_count(connection, NULL, &count, &error));
    g_assert_cmpuint(count.n_directives, ==, n_counted);
}

static void test_runs_are_counted(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(MgGroup) group = NULL;
    const MgRefused *refused;

    fixture_reset();
    fixture_add("a@x", "one", "{\"k\": \"v\"}");
    note_one(connection, 1, "a@x");
    note_one(connection, 1, "a@x"); /* the same run, another part of the group */
    fixture_add("a@x", "one", "{\"k\": \"v\"}");
    note_one(connection, 2, "a@x");
    fixture_add("a@x", "two", NULL);

    all = list(connection);
    g_assert_cmpuint(all->len, ==, 1);
    refused = all->pdata[0];
    g_assert_cmpuint(refused->n_runs, ==, 2);
    g_assert_cmpuint(refused->n_directives, ==, 2);
    g_assert_cmpstr(refused->recipient_address, ==, "a@x");
    g_assert_cmpstr(refused->notification_format, ==, "one");
    g_assert_cmpstr(refused->event_data_format, ==, "csv_x");
    g_assert_cmpstr(refused->template_name, ==, "a_template");
    g_assert_cmpstr(mg_pairs_text(refused->aggregate, 0), ==, "v");
    g_assert_cmpstr(refused->reason, ==, "no");
    g_assert_cmpint(refused->set_aside_at, ==, MG_CLOCK_NONE);
    g_assert_cmpint(refused->oldest, <=, refused->first_refused_at);
    g_assert_cmpint(refused->first_refused_at, <, refused->last_refused_at);
}

/* Two parts of one group beside another group in one lot, and groups without an aggregate identifier. */
static void test_lot(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) a = NULL;
    g_autoptr(MgGroup) b = NULL;
    g_autoptr(MgGroup) part = NULL;

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_add("a@x", "one", NULL);
    fixture_add("b@x", "one", NULL);
    fixture_execute("UPDATE directives SET aggregate_identifier = NULL WHERE id = 2");
    a = fixture_group(connection, "a@x");
    b = fixture_group(connection, "b@x");
    part = mg_group_new_part(a, &a->directive_ids[1], &a->event_ids[1], 1);
    note(connection, 1, (MgGroup *const[]){a, b, part}, 3);
    fixture_assert_value("2", "SELECT count(*) FROM refused_groups WHERE n_runs = 1");
    note(connection, 2, &part, 1);
    fixture_assert_value("2", "SELECT n_runs FROM refused_groups WHERE recipient_address = 'a@x'");
}

static void test_forget(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = NULL;
    g_autoptr(GError) error = NULL;

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_add("b@x", "one", NULL);
    group = fixture_group(connection, "a@x");
    g_assert_cmpint(group->refused_id, ==, 0);
    note_one(connection, 1, "a@x");
    note_one(connection, 1, "b@x");
    g_clear_pointer(&group, mg_group_unref);
    group = fixture_group(connection, "a@x");
    g_assert_cmpint(group->refused_id, !=, 0);
    g_assert_true(mg_refused_forget(connection, 1, &group->refused_id, 1, &error));
    fixture_assert_value("2", "SELECT count(*) FROM refused_groups"); /* noted by the same run */
    g_assert_true(mg_refused_forget(connection, 2, &group->refused_id, 1, &error));
    fixture_assert_value("b@x", "SELECT recipient_address FROM refused_groups");
    g_assert_true(mg_refused_forget(connection, 2, NULL, 0, &error));
}

static void test_set_aside_and_back(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(MgGroup) group = NULL;
    gint64 id = 0;

    fixture_reset();
    fixture_add("a@x", "one", "{\"k\": \"v\"}");
    fixture_add("a@x", "one", "{\"k\": \"w\"}");
    fixture_add("b@x", "one", "{\"k\": \"v\"}");
    group = fixture_group(connection, "b@x");
    for (gint64 run_id = 1; run_id <= MG_REFUSED_RUNS; run_id++) {
        if (run_id > 1)
            g_assert_cmpint(mg_refused_set_aside(connection, id, &error), ==, MG_REFUSED_EARLY);
        note(connection, run_id, &group, 1);
        g_clear_pointer(&group, mg_group_unref);
        group = fixture_group(connection, "b@x");
        id = group->refused_id;
    }
    assert_pending(connection, 3, 3);
    g_assert_cmpint(mg_refused_bring_back(connection, id, &error), ==, MG_REFUSED_ALREADY);
    g_assert_cmpint(mg_refused_set_aside(connection, id, &error), ==, MG_REFUSED_DONE);
    g_assert_cmpint(mg_refused_set_aside(connection, id, &error), ==, MG_REFUSED_ALREADY);
    assert_pending(connection, 2, 2);
    fixture_add("b@x", "one", "{\"k\": \"v\"}"); /* joins it */
    assert_pending(connection, 2, 2);
    fixture_add("b@x", "one", "{\"k\": \"w\"}");
    assert_pending(connection, 3, 3);
    all = list(connection);
    g_assert_cmpuint(all->len, ==, 1);
    g_assert_cmpint(((MgRefused *)all->pdata[0])->set_aside_at, !=, MG_CLOCK_NONE);
    g_assert_cmpuint(((MgRefused *)all->pdata[0])->n_directives, ==, 2);

    g_assert_cmpint(mg_refused_bring_back(connection, id, &error), ==, MG_REFUSED_DONE);
    g_assert_cmpint(mg_refused_bring_back(connection, id, &error), ==, MG_REFUSED_NONE);
    g_assert_cmpint(mg_refused_set_aside(connection, 4711, &error), ==, MG_REFUSED_NONE);
    assert_pending(connection, 4, 5);
    g_assert_no_error(error);
}

/* Sent by the Python program, or gone with their events: neither shown nor kept, set aside or not. */
static void test_tidy(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = NULL;

    fixture_reset();
    fixture_add("sent@x", "one", NULL);
    fixture_add("gone@x", "one", NULL);
    fixture_add("stays@x", "one", NULL);
    note_one(connection, 1, "sent@x");
    note_one(connection, 1, "gone@x");
    note_one(connection, 1, "stays@x");
    fixture_execute("UPDATE refused_groups SET set_aside_at = now();"
                    "INSERT INTO sent (intelmq_ticket, sent_at) VALUES ('t', now());"
                    "UPDATE directives SET sent_id = 1 WHERE recipient_address = 'sent@x';"
                    "DELETE FROM directives WHERE recipient_address = 'gone@x'");
    all = list(connection);
    g_assert_cmpuint(all->len, ==, 1);
    g_assert_true(mg_refused_tidy(connection, &error));
    g_assert_no_error(error);
    fixture_assert_value("stays@x",
                         "SELECT string_agg(recipient_address, ' ') FROM refused_groups");
}

/* Columns of the largest size, what the grouping index just holds. */
static void test_large(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_execute("UPDATE directives SET recipient_address = repeat('r', 100),"
                    " aggregate_identifier = ARRAY[[repeat('n', 100), (SELECT"
                    " string_agg(md5(i::text), '') FROM generate_series(1, 60) AS i)]]");
    for (gint64 run_id = 1; run_id <= 2; run_id++) {
        g_autoptr(GPtrArray) groups = mg_pending_list(connection, NULL, NULL);
        note(connection, run_id, (MgGroup *const *)groups->pdata, groups->len);
    }
    fixture_assert_value("2", "SELECT n_runs FROM refused_groups");
}

static void test_python_database(void)
{
    g_autoptr(MgConnection) connection = NULL;
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(GError) error = NULL;
    gboolean supported = TRUE;

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_execute("ALTER TABLE refused_groups RENAME TO not_there");
    connection = fixture_open("test");
    g_assert_true(mg_refused_is_supported(connection, &supported, &error));
    g_assert_false(supported);
    assert_pending(connection, 1, 1);
    note_one(connection, 1, "a@x");
    all = list(connection);
    g_assert_cmpuint(all->len, ==, 0);
    g_assert_true(mg_refused_tidy(connection, &error));
    fixture_execute("ALTER TABLE not_there RENAME TO refused_groups");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/refused/runs_are_counted", test_runs_are_counted);
    g_test_add_func("/refused/lot", test_lot);
    g_test_add_func("/refused/forget", test_forget);
    g_test_add_func("/refused/set_aside_and_back", test_set_aside_and_back);
    g_test_add_func("/refused/tidy", test_tidy);
    g_test_add_func("/refused/large", test_large);
    g_test_add_func("/refused/python_database", test_python_database);
    return g_test_run();
}
