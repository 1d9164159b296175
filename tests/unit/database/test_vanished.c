/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/vanished.h"

#include "base/error.h"
#include "database_fixture.h"

/* With partitioned events. */
static void test_set_aside(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = NULL;
    g_autoptr(GError) error = NULL;
    gsize n_moved = 0;

    fixture_reset();
    for (guint i = 0; i < 3; i++)
        fixture_add("a@x", "one", NULL);
    group = fixture_group(connection, "a@x");
    g_assert_true(mg_vanished_set_aside(connection, group, &n_moved, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(n_moved, ==, 0);
    fixture_execute("DELETE FROM events WHERE id = 2");
    g_assert_true(mg_vanished_set_aside(connection, group, &n_moved, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(n_moved, ==, 1);
    fixture_assert_value("1 3", "SELECT string_agg(id::text, ' ' ORDER BY id) FROM directives");
    fixture_assert_value("2", "SELECT events_id FROM rejected_directives");
}

/* Not a few that are gone, but most of what came last: nothing is set aside. */
static void test_not_believable(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = NULL;
    g_autoptr(GError) error = NULL;
    gsize n_moved = 0;

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_execute("INSERT INTO directives (events_id, medium, recipient_address, template_name,"
                    " notification_format, event_data_format, notification_interval, endpoint)"
                    " SELECT 1000 + i, 'email', 'b@x', 't', 'f', 'd', '0', 'source'"
                    " FROM generate_series(1, 99) i");
    group = fixture_group(connection, "b@x");
    g_assert_true(mg_vanished_is_believable(connection, &error));
    fixture_execute("INSERT INTO directives (events_id, medium, recipient_address, template_name,"
                    " notification_format, event_data_format, notification_interval, endpoint)"
                    " VALUES (2000, 'email', 'b@x', 't', 'f', 'd', '0', 'source')");
    g_assert_false(mg_vanished_is_believable(connection, &error));
    fixture_assert_error(&error, MG_ERROR_SETUP, "of the newest 101 pending directives 100 name");
    g_assert_false(mg_vanished_set_aside(connection, group, &n_moved, &error));
    fixture_assert_error(&error, MG_ERROR_SETUP, "none is set aside");
    g_assert_cmpuint(n_moved, ==, 0);
    fixture_assert_value("0", "SELECT count(*) FROM rejected_directives");

    /* Old ones, as a partition that was dropped leaves behind, are no reason to stop. */
    fixture_execute("UPDATE directives SET inserted_at = inserted_at - '1 day'::interval;"
                    "INSERT INTO directives (events_id, medium, recipient_address, template_name,"
                    " notification_format, event_data_format, notification_interval, endpoint)"
                    " SELECT 1, 'email', 'c@x', 't', 'f', 'd', '0', 'source'"
                    " FROM generate_series(1, 950) i");
    g_assert_true(mg_vanished_set_aside(connection, group, &n_moved, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(n_moved, ==, 99);
    fixture_reset();
    fixture_add("a@x", "one", NULL);
}

static void test_python_database(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = fixture_group(connection, "a@x");
    g_autoptr(GError) error = NULL;
    gsize n_moved = 0;

    fixture_execute("ALTER FUNCTION set_aside_vanished_directives RENAME TO not_there");
    g_assert_true(mg_vanished_set_aside(connection, group, &n_moved, &error));
    g_assert_cmpuint(n_moved, ==, 0);
    fixture_execute("ALTER FUNCTION not_there RENAME TO set_aside_vanished_directives");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vanished/set_aside", test_set_aside);
    g_test_add_func("/vanished/not_believable", test_not_believable);
    g_test_add_func("/vanished/python_database", test_python_database);
    return g_test_run();
}
