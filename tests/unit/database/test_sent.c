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
    g_assert_cmpint(fixture_claim(connection, group, &error), ==, MG_CLAIM_HELD);
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

    g_assert_true(fixture_record(connection, group, "t1", SENT_AT, 77, &error));
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
    g_assert_false(fixture_record(connection, group, "t1", SENT_AT, 77, &error));
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
    g_assert_false(fixture_record(connection, group, "t1", SENT_AT, 77, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "not all pending any more");
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("0", "SELECT count(*) FROM sent");
    fixture_assert_value("1", "SELECT count(*) FROM delivery_intents");
}

/* Two mails of one group's parts and one of another group; a copy's intent is settled with them. */
static const gint64 first_part[] = {1};
static const gint64 second_part[] = {2};
static const gint64 other_group[] = {3};
static const MgSentMail lot[] = {
    {"t1", SENT_AT, first_part, 1, 77},
    {"t2", SENT_AT + G_USEC_PER_SEC, second_part, 1, 78},
    {"t3", SENT_AT, other_group, 1, 0},
};
static const gint64 settled[] = {0, 79};

static void prepare_lot(MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGroup) group = claimed_group(connection);

    mg_connection_rollback(connection);
    fixture_execute("INSERT INTO delivery_intents (id, run_id, intelmq_ticket, message_id,"
                    " mail_number, marks_directives, mail_date, recipients, directive_ids)"
                    " SELECT i, 1, 't', 'm', 0, true, now(), '{}', '{}'"
                    " FROM generate_series(78, 80) i");
    g_assert_true(mg_connection_begin(connection, &error));
}

static void assert_nothing_recorded(MgConnection *connection)
{
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("0", "SELECT count(*) FROM sent WHERE intelmq_ticket IN ('t1', 't2', 't3')"
                              " AND sent_at IS NOT NULL");
    fixture_assert_value("4", "SELECT count(*) FROM delivery_intents");
}

static void test_record_lot(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;

    prepare_lot(connection);
    g_assert_true(mg_sent_record_lot(connection, lot, 3, settled, 2, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("1 t1 2026-11-20 03:24:05+00,2 t2 2026-11-20 03:24:06+00,"
                         "3 t3 2026-11-20 03:24:05+00",
                         "SELECT string_agg(d.id || ' ' || intelmq_ticket || ' ' || sent_at, ','"
                         " ORDER BY d.id) FROM directives d JOIN sent s ON s.id = sent_id");
    fixture_assert_value("80", "SELECT string_agg(id::text, ' ') FROM delivery_intents");
}

/* Parts of a group: the later ones join the row of the first, whose date it keeps; nothing else does. */
static void test_shared_ticket(void)
{
    static const gint64 later_ids[] = {3};
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;
    const MgSentMail first = {"t1", SENT_AT, group->directive_ids, 2, 77, TRUE};
    const MgSentMail later = {"t1", SENT_AT + 5 * G_USEC_PER_SEC, later_ids, 1, 0, TRUE};
    const MgSentMail stranger = {"t1", SENT_AT, later_ids, 1, 0, FALSE};

    g_assert_true(mg_sent_record_lot(connection, &first, 1, NULL, 0, &error));
    g_assert_no_error(error);
    assert_recorded();
    g_assert_true(mg_connection_begin(connection, &error));
    g_assert_false(mg_sent_record_lot(connection, &stranger, 1, NULL, 0, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_clear_error(&error);
    g_assert_true(mg_connection_begin(connection, &error));
    g_assert_true(mg_sent_record_lot(connection, &later, 1, NULL, 0, &error));
    g_assert_no_error(error);
    fixture_assert_value("t1 2026-11-20 03:24:05+00",
                         "SET TIME ZONE 'UTC';"
                         "SELECT string_agg(intelmq_ticket || ' ' || sent_at, ',') FROM sent");
    fixture_assert_value("3", "SELECT count(*) FROM directives JOIN sent ON sent_id = sent.id");
}

static void test_record_intents_only(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;

    prepare_lot(connection);
    g_assert_true(mg_sent_record_lot(connection, NULL, 0, settled, 2, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("3", "SELECT count(*) FROM delivery_intents");
    g_assert_true(mg_connection_begin(connection, &error));
    g_assert_true(mg_sent_record_lot(connection, NULL, 0, NULL, 0, &error));
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
}

#define TRIGGER(body)                                                                              \
    "CREATE FUNCTION site() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " body                     \
    " RETURN NEW; END$$; CREATE TRIGGER site BEFORE INSERT OR UPDATE ON "

static const struct {
    const gchar *name;
    const gchar *sql;
    const gchar *mended;
    const gchar *message;
} lot_failures[] = {
    {"one sent meanwhile",
     "INSERT INTO sent (id, intelmq_ticket) VALUES (1000, 'x');"
     "UPDATE directives SET sent_id = 1000 WHERE id = 2",
     "UPDATE directives SET sent_id = NULL", "not all pending any more"},
    {"a ticket there already", "INSERT INTO sent (intelmq_ticket) VALUES ('t2')", "SELECT 1",
     "'Key (intelmq_ticket)=(t2) already exists.'"},
    {"a sent row swallowed",
     TRIGGER("IF NEW.intelmq_ticket = 't3' THEN RETURN NULL; END IF;") "sent FOR EACH ROW EXECUTE"
                                                                       " FUNCTION site()",
     "DROP FUNCTION site CASCADE", "not all pending any more"},
    {"a mark swallowed",
     TRIGGER("IF NEW.id = 1 THEN RETURN NULL; END IF;") "directives FOR EACH ROW EXECUTE"
                                                        " FUNCTION site()",
     "DROP FUNCTION site CASCADE", "not all pending any more"},
    {"a mark taken away",
     TRIGGER("IF NEW.id = 1 THEN NEW.sent_id := NULL; END IF;") "directives FOR EACH ROW EXECUTE"
                                                                " FUNCTION site()",
     "DROP FUNCTION site CASCADE", "not all pending any more"},
    {"a rule in the way",
     "CREATE RULE site AS ON DELETE TO delivery_intents WHERE OLD.id = 78 DO INSTEAD"
     " SELECT 1 / 0",
     "DROP RULE site ON delivery_intents", "division by zero"},
};

/* All or nothing; then each mail by itself, and who can be recorded is. */
static void test_lot_fails(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(lot_failures); i++) {
        g_autoptr(MgConnection) connection = fixture_open("test");
        g_autoptr(GError) error = NULL;

        g_test_message("%s", lot_failures[i].name);
        prepare_lot(connection);
        fixture_execute("%s", lot_failures[i].sql);
        g_assert_false(mg_sent_record_lot(connection, lot, 3, settled, 2, &error));
        fixture_assert_error(&error, MG_ERROR_GROUP, lot_failures[i].message);
        assert_nothing_recorded(connection);
        fixture_execute("%s", lot_failures[i].mended);
        for (gsize j = 0; j < G_N_ELEMENTS(lot); j++) {
            g_assert_true(mg_sent_record_mail_again(connection, &lot[j], &error));
            g_assert_no_error(error);
        }
        fixture_assert_value("t1 t2 t3",
                             "SELECT string_agg(intelmq_ticket, ' ' ORDER BY directives.id)"
                             " FROM directives JOIN sent ON sent.id = sent_id");
        fixture_assert_value("79 80", "SELECT string_agg(id::text, ' ' ORDER BY id)"
                                      " FROM delivery_intents");
    }
}

static void test_lost_and_again(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;

    fixture_terminate("test");
    g_assert_false(fixture_record(connection, group, "t1", SENT_AT, 77, &error));
    g_assert_true(mg_connection_is_broken(connection));
    fixture_assert_error(&error, MG_ERROR_RETRY, "cannot record a mail as sent");
    fixture_assert_value("0", "SELECT count(*) FROM sent");

    g_assert_true(mg_connection_reopen(connection, &error));
    for (guint i = 0; i < 2; i++) { /* the second time everything is there */
        g_assert_true(mg_sent_record_again(connection, group, "t1", SENT_AT, 77, &error));
        assert_recorded();
    }
}

static void test_again_leaves_others_marks(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = claimed_group(connection);
    g_autoptr(GError) error = NULL;

    mg_connection_rollback(connection);
    fixture_execute("INSERT INTO sent (id, intelmq_ticket) VALUES (1000, 'other');"
                    "UPDATE directives SET sent_id = 1000 WHERE id = 1");
    g_assert_true(mg_sent_record_again(connection, group, "t1", SENT_AT, 0, &error));
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
    g_assert_cmpint(fixture_claim(connection, group, &error), ==, MG_CLAIM_HELD);
    g_assert_true(fixture_record(connection, group, "t1", SENT_AT, 0, &error));
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
    g_assert_cmpint(fixture_claim(connection, group, &error), ==, MG_CLAIM_HELD);
    g_assert_true(fixture_record(connection, group, "t1", SENT_AT, 0, &error));
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
    g_test_add_func("/sent/record_lot", test_record_lot);
    g_test_add_func("/sent/shared_ticket", test_shared_ticket);
    g_test_add_func("/sent/record_intents_only", test_record_intents_only);
    g_test_add_func("/sent/lot_fails", test_lot_fails);
    g_test_add_func("/sent/lost_and_again", test_lost_and_again);
    g_test_add_func("/sent/again_leaves_others_marks", test_again_leaves_others_marks);
    g_test_add_func("/sent/python_database", test_python_database);
    g_test_add_func("/sent/borrowed", test_borrowed);
    return g_test_run();
}
