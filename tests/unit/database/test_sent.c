/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/sent.h"

#include "base/error.h"
#include "database/claim.h"
#include "database_fixture.h"

#define SENT_AT (G_GINT64_CONSTANT(1795145045) * G_USEC_PER_SEC)

static MgGroup *claimed_group(MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    MgGroup *group = NULL;

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_add("a@x", "one", NULL);
    fixture_add("b@x", "one", NULL);
    fixture_execute("INSERT INTO delivery_intents (id, run_id, intelmq_ticket, message_id,"
                    " mail_number, marks_directives, mail_date, recipients, directive_ids)"
                    " VALUES (77, 1, 't1', 'm', 0, true, now(), '{}', '{}')");
    group = fixture_group(connection, "a@x");
    g_assert_cmpint(mg_claim_take(connection, group, &error), ==, MG_CLAIM_HELD);
    return group;
}

static void assert_recorded(void)
{
    fixture_assert_value("t1 2026-11-20 03:24:05+00",
                         "SET TIME ZONE 'UTC';"
                         "SELECT string_agg(intelmq_ticket || ' ' || sent_at, ',') FROM sent");
    fixture_assert_value("1 2", "SELECT string_agg(d.id::text, ' ' ORDER BY d.id) FROM directives d"
                                " JOIN sent s ON s.id = sent_id");
    fixture_assert_value("0", "SELECT count(*) FROM delivery_intents");
}

static void test_record(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;
    gboolean recorded = FALSE;

    g_assert_true(mg_sent_record(connection, group, "t1", SENT_AT, 77, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    assert_recorded();
    g_assert_true(mg_sent_was_recorded(connection, "t1", &recorded, &error));
    g_assert_true(recorded);
    g_assert_true(mg_sent_was_recorded(connection, "t2", &recorded, &error));
    g_assert_false(recorded);
}

static void test_ticket_used_already(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;

    fixture_execute("INSERT INTO sent (intelmq_ticket) VALUES ('t1')");
    g_assert_false(mg_sent_record(connection, group, "t1", SENT_AT, 77, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "'Key (intelmq_ticket)=(t1) already exists.'");
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("3", "SELECT count(*) FROM directives WHERE sent_id IS NULL");
    fixture_assert_value("1", "SELECT count(*) FROM delivery_intents");
}

/* Cannot happen while the claim is held; so without one. */
static void test_not_all_pending(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;

    mg_connection_rollback(connection);
    fixture_execute("DELETE FROM directives WHERE id = 2");
    g_assert_true(mg_connection_begin(connection, &error));
    g_assert_false(mg_sent_record(connection, group, "t1", SENT_AT, 77, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "not all pending any more");
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("0", "SELECT count(*) FROM sent");
    fixture_assert_value("1", "SELECT count(*) FROM delivery_intents");
}

static void test_lost_and_again(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;
    gsize n_marked = 0;

    fixture_terminate("test");
    g_assert_false(mg_sent_record(connection, group, "t1", SENT_AT, 77, &error));
    g_assert_true(mg_connection_is_broken(connection));
    fixture_assert_error(&error, MG_ERROR_RETRY, "cannot record a mail as sent");
    fixture_assert_value("0", "SELECT count(*) FROM sent");

    g_assert_true(mg_connection_reopen(connection, &error));
    for (guint i = 0; i < 2; i++) { /* the second time everything is there */
        g_assert_true(
            mg_sent_record_again(connection, group, "t1", SENT_AT, 77, &n_marked, &error));
        g_assert_cmpuint(n_marked, ==, i == 0 ? 2 : 0);
        assert_recorded();
    }
}

static void test_again_leaves_others_marks(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;
    gsize n_marked = 0;

    mg_connection_rollback(connection);
    fixture_execute("INSERT INTO sent (id, intelmq_ticket) VALUES (1000, 'other');"
                    "UPDATE directives SET sent_id = 1000 WHERE id = 1");
    g_assert_true(mg_sent_record_again(connection, group, "t1", SENT_AT, 0, &n_marked, &error));
    g_assert_cmpuint(n_marked, ==, 1);
    fixture_assert_value("other t1", "SELECT string_agg(intelmq_ticket, ' ' ORDER BY directives.id)"
                                     " FROM directives JOIN sent ON sent.id = sent_id");
}

static void test_python_database(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;

    mg_connection_rollback(connection);
    fixture_execute("DELETE FROM delivery_intents;"
                    "ALTER TABLE delivery_intents RENAME TO not_there");
    g_clear_pointer(&connection, mg_connection_free);
    connection = fixture_open("test");
    g_assert_cmpint(mg_claim_take(connection, group, &error), ==, MG_CLAIM_HELD);
    g_assert_true(mg_sent_record(connection, group, "t1", SENT_AT, 0, &error));
    g_assert_no_error(error);
    fixture_execute("ALTER TABLE not_there RENAME TO delivery_intents");
    assert_recorded();
}

static void test_borrowed(void)
{
    PGconn *owner = fixture_connect();
    g_autoptr(MgConnection) connection = NULL;
    g_autoptr(MgGroup) group = NULL;
    g_autoptr(GError) error = NULL;

    fixture_execute_in(owner, "BEGIN");
    connection = mg_connection_borrow(owner, &error);
    g_assert_no_error(error);
    mg_connection_free(g_steal_pointer(&connection));
    fixture_execute_in(owner, "COMMIT; BEGIN");
    connection = mg_connection_borrow(owner, &error);
    g_assert_nonnull(connection);
    fixture_execute_in(owner, "COMMIT"); /* fixture_reset() truncates */
    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_add("a@x", "one", NULL);
    fixture_execute_in(owner, "BEGIN");
    group = fixture_group(connection, "a@x");
    g_assert_cmpint(mg_claim_take(connection, group, &error), ==, MG_CLAIM_HELD);
    g_assert_true(mg_sent_record(connection, group, "t1", SENT_AT, 0, &error));
    g_assert_no_error(error);
    fixture_assert_value("0", "SELECT count(*) FROM sent");
    fixture_execute_in(owner, "COMMIT");
    assert_recorded();
    PQfinish(owner);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sent/record", test_record);
    g_test_add_func("/sent/ticket_used_already", test_ticket_used_already);
    g_test_add_func("/sent/not_all_pending", test_not_all_pending);
    g_test_add_func("/sent/lost_and_again", test_lost_and_again);
    g_test_add_func("/sent/again_leaves_others_marks", test_again_leaves_others_marks);
    g_test_add_func("/sent/python_database", test_python_database);
    g_test_add_func("/sent/borrowed", test_borrowed);
    return g_test_run();
}
