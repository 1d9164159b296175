/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage8_record.h"

#include "database/claim.h"
#include "database_fixture.h"

static MgMail *make_mail(const gchar *ticket)
{
    MgMail *mail = mg_mail_new();

    mail->ticket = g_strdup(ticket);
    mail->message_id = g_strdup_printf("<%s@cert.example>", ticket);
    mail->date = G_GINT64_CONSTANT(1795575600) * G_USEC_PER_SEC;
    mail->envelope_tos = g_strsplit("a@x", ",", 0);
    return mail;
}

static MgGroup *add_group(MgConnection *connection, const gchar *recipient, guint n_directives)
{
    for (guint i = 0; i < n_directives; i++)
        fixture_add(recipient, "one", NULL);
    return fixture_group(connection, recipient);
}

static void claim(MgConnection *connection, const MgGroup *one, const MgGroup *other)
{
    MgGroup *groups[] = {(MgGroup *)one, (MgGroup *)other};
    MgClaim claims[2];
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_claim_take_lot(connection, groups, other != NULL ? 2 : 1, claims, &error));
    g_assert_no_error(error);
    g_assert_cmpint(claims[0], ==, MG_CLAIM_HELD);
}

static void add(MgRecord *record, const MgGroup *group, const gchar *ticket, gsize first,
                gsize n_directives, gint64 intent_id)
{
    g_autoptr(MgMail) mail = make_mail(ticket);

    mg_stage8_record_add(record, group, mail, group->directive_ids + first, n_directives, intent_id,
                         FALSE);
}

static gint64 write_intent(MgConnection *desk, const MgGroup *group)
{
    g_autoptr(MgMail) mail = make_mail("t-1");
    const MgIntentMail intended = {mail, 0, group->directive_ids, group->n_directives, TRUE};
    gint64 id = 0;

    g_assert_true(mg_intent_write(desk, 1, &intended, 1, &id, NULL));
    return id;
}

#define MARKED                                                                                     \
    "SELECT string_agg(s.intelmq_ticket, ',' ORDER BY d.id)"                                       \
    " FROM directives AS d JOIN sent AS s ON s.id = d.sent_id"

/* Part after part; what is not recorded stays pending. */
static void test_parts(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgRecord) record = mg_stage8_record_new(FALSE);
    g_autoptr(MgGroup) group = NULL;

    fixture_reset();
    group = add_group(connection, "a@x", 4);
    claim(connection, group, NULL);
    add(record, group, "t-1", 0, 1, 0);
    add(record, group, "t-2", 2, 2, 0);
    add(record, group, "t-3", 0, 0, 0); /* marks nothing that is left: its number alone */
    mg_stage8_record(record, connection);
    g_assert_null(mg_stage8_record_failure(record, group));
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    fixture_assert_value("t-1,t-2,t-2", MARKED);
    fixture_assert_value("3", "SELECT count(*) FROM sent");
    fixture_assert_value("2", "SELECT id::text FROM directives WHERE sent_id IS NULL");
}

/* Two parts under one number are one row. */
static void test_parts_of_one_number(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgRecord) record = mg_stage8_record_new(FALSE);
    g_autoptr(MgGroup) group = NULL;

    fixture_reset();
    group = add_group(connection, "a@x", 2);
    claim(connection, group, NULL);
    add(record, group, "t-1", 0, 1, 0);
    add(record, group, "t-1", 1, 1, 0);
    mg_stage8_record(record, connection);
    fixture_assert_value("t-1,t-1", MARKED);
    fixture_assert_value("1", "SELECT count(*) FROM sent");
}

/* What the database refuses of a lot is recorded mail by mail. */
static void test_refused_together(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgRecord) record = mg_stage8_record_new(FALSE);
    g_autoptr(MgGroup) one = NULL;
    g_autoptr(MgGroup) other = NULL;
    gint64 intent;

    fixture_reset();
    one = add_group(connection, "a@x", 1);
    other = add_group(connection, "b@x", 1);
    intent = write_intent(connection, one);
    fixture_execute("INSERT INTO sent (intelmq_ticket, sent_at) VALUES ('t-2', now())");
    g_assert_true(mg_connection_begin(connection, NULL));
    add(record, one, "t-1", 0, 1, intent);
    add(record, other, "t-2", 0, 1, 0);
    mg_stage8_record(record, connection);
    fixture_assert_value("t-1,t-2", MARKED);
    fixture_assert_value("0", "SELECT count(*) FROM delivery_intents");
    g_assert_null(mg_stage8_record_failure(record, one));
}

/* Debt and record come together or not at all. */
static void test_debt(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgMail) next = make_mail("t-9");

    for (guint is_there = 0; is_there < 2; is_there++) {
        g_autoptr(MgRecord) record = mg_stage8_record_new(FALSE);
        g_autoptr(MgGroup) group = NULL;
        static const gchar *const late[] = {"late@x", NULL};
        const MgIntentDebt before = {0, 1u << 31, late, 0};
        MgIntentMail owed = {next, 1, NULL, 0, FALSE};
        gint64 intent;

        fixture_reset();
        group = add_group(connection, "a@x", 1);
        intent = write_intent(connection, group);
        if (!is_there)
            fixture_execute("DELETE FROM delivery_intents");
        g_assert_true(mg_connection_begin(connection, NULL));
        add(record, group, "t-1", 0, 1, 0);
        owed.directive_ids = group->directive_ids;
        owed.n_directives = group->n_directives;
        mg_stage8_record_owe(record, group, intent, &owed, &before);
        mg_stage8_record(record, connection);
        g_assert_true((mg_stage8_record_failure(record, group) == NULL) == is_there);
        fixture_assert_value(is_there ? "t-1" : "", MARKED);
        fixture_assert_value(is_there ? "t-9" : "",
                             "SELECT max(intelmq_ticket) FROM delivery_intents");
        fixture_assert_value(is_there ? "{late@x}" : "",
                             "SELECT string_agg(recipients::text, '') FROM delivery_intents"
                             " WHERE mail_number < 0");
    }
}

/* The sessions may be gone between any two mails. */
static void test_lost_session(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(MgRecord) record = mg_stage8_record_new(FALSE);
    g_autoptr(MgGroup) group = NULL;
    gint64 intent;

    fixture_reset();
    group = add_group(connection, "a@x", 2);
    claim(connection, group, NULL);
    intent = write_intent(desk, group);
    fixture_terminate("test");
    add(record, group, "t-1", 0, 2, 0);
    mg_stage8_record_settle(record, intent);
    mg_stage8_record(record, connection);
    g_assert_null(mg_stage8_record_failure(record, group));
    fixture_assert_value("t-1,t-1", MARKED);
    fixture_assert_value("0", "SELECT count(*) FROM delivery_intents");
}

/* An administrator, or a server that keeps restarting, may end several of them in a row. */
static void test_lost_again_and_again(void)
{
    for (guint n_losses = 1; n_losses <= 3; n_losses += 2) {
        g_autoptr(MgConnection) connection = fixture_open("test");
        g_autoptr(MgRecord) record = mg_stage8_record_new(FALSE);
        g_autoptr(MgGroup) group = NULL;

        fixture_reset();
        fixture_execute("CREATE SEQUENCE n_rows;"
                        "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
                        " AS $$BEGIN IF nextval('n_rows') <= %u THEN"
                        " PERFORM pg_terminate_backend(pg_backend_pid());"
                        " END IF; RETURN NEW; END$$;"
                        "CREATE TRIGGER lose BEFORE INSERT ON sent FOR EACH ROW"
                        " EXECUTE FUNCTION lose()",
                        n_losses);
        group = add_group(connection, "a@x", 2);
        claim(connection, group, NULL);
        add(record, group, "t-1", 0, 2, 0);
        mg_stage8_record(record, connection);
        g_assert_null(mg_stage8_record_failure(record, group));
        fixture_assert_value("t-1,t-1", MARKED);
        fixture_execute("DROP FUNCTION lose CASCADE; DROP SEQUENCE n_rows");
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage8_record/parts", test_parts);
    g_test_add_func("/stage8_record/parts_of_one_number", test_parts_of_one_number);
    g_test_add_func("/stage8_record/refused_together", test_refused_together);
    g_test_add_func("/stage8_record/debt", test_debt);
    g_test_add_func("/stage8_record/lost_session", test_lost_session);
    g_test_add_func("/stage8_record/lost_again_and_again", test_lost_again_and_again);
    return g_test_run();
}
