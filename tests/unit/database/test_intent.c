/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/intent.h"

#include "base/error.h"
#include "database/claim.h"
#include "database/run_register.h"
#include "database/sent.h"
#include "database_fixture.h"

static gchar *recipients[] = {(gchar *)"a@x", (gchar *)"\"b,{}\\\\\"@y", NULL};
static const MgMail main_mail = {
    .ticket = (gchar *)"20261120-10000001",
    .message_id = (gchar *)"<1@x>",
    .date = G_GINT64_CONSTANT(1795145045000000),
    .envelope_tos = recipients,
};
static const MgMail copy_mail = {
    .ticket = (gchar *)"20261120-10000001",
    .message_id = (gchar *)"<2\"'\\@x>",
    .date = G_GINT64_CONSTANT(1795145045000000),
    .envelope_tos = recipients,
};

/* A mail and its copy, about all directives of a group. */
typedef struct {
    MgIntentMail mails[2];
} Pair;

static Pair pair_of(const MgGroup *group)
{
    return (Pair){{{&main_mail, 0, group->directive_ids, group->n_directives, TRUE},
                   {&copy_mail, 1, group->directive_ids, group->n_directives, FALSE}}};
}

static MgGroup *two_directives(MgConnection *connection)
{
    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_add("a@x", "one", NULL);
    return fixture_group(connection, "a@x");
}

static void test_write(void)
{
    g_autoptr(MgConnection) claim = fixture_open("claim");
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(MgGroup) group = two_directives(claim);
    g_autoptr(GError) error = NULL;
    gint64 run_id = mg_run_register_new_id();
    gint64 ids[2] = {0, 0};

    g_assert_cmpint(fixture_claim(claim, group, &error), ==, MG_CLAIM_HELD);
    g_assert_true(mg_intent_write(desk, run_id, pair_of(group).mails, 2, ids, &error));
    g_assert_no_error(error);
    g_assert_cmpint(ids[0], ==, 1);
    g_assert_cmpint(ids[1], ==, 2);
    fixture_assert_value(
        "t",
        "SELECT (intelmq_ticket, message_id, mail_number, marks_directives,"
        " mail_date, recipients[2], directive_ids, held_since, decision)"
        " IS NOT DISTINCT FROM ('20261120-10000001'::varchar, '<1@x>', 0, true,"
        " '2026-11-20 03:24:05+00'::timestamptz, '\"b,{}\\\\\"@y',"
        " '{1,2}'::bigint[], NULL::timestamptz, NULL) AND run_id = %" G_GINT64_FORMAT
        " FROM delivery_intents WHERE id = 1",
        run_id);
    fixture_assert_value("<2\"'\\@x> 1 false",
                         "SELECT message_id || ' ' || mail_number || ' ' || marks_directives"
                         " FROM delivery_intents WHERE id = 2");

    g_assert_true(fixture_record(claim, group, main_mail.ticket, main_mail.date, ids[0], &error));
    fixture_assert_value("2", "SELECT string_agg(id::text, ' ') FROM delivery_intents");
    g_assert_true(mg_intent_forget(desk, ids, 2, &error));
    fixture_assert_value("0", "SELECT count(*) FROM delivery_intents");
    g_assert_cmpuint(mg_connection_depth(desk), ==, 0);
}

/* The mails of a lot, of different groups or of parts of one: one statement, each row with its
 * own. */
static void test_write_lot(void)
{
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(GError) error = NULL;
    static gchar *no_recipients[] = {NULL};
    const MgMail plain_mail = {(gchar *)"20261120-10000002", (gchar *)"<3@x>", .date = 0,
                               .envelope_tos = no_recipients};
    const gint64 first[] = {1, 2};
    const gint64 second[] = {3};
    const MgIntentMail lot[] = {{&main_mail, 0, first, 2, TRUE},
                                {&copy_mail, 1, first, 1, FALSE},
                                {&plain_mail, 2, second, 1, TRUE},
                                {&main_mail, 3, NULL, 0, FALSE}};
    gint64 ids[G_N_ELEMENTS(lot)] = {0};

    fixture_reset();
    g_assert_true(mg_intent_write(desk, 7, lot, G_N_ELEMENTS(lot), ids, &error));
    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++)
        fixture_assert_value("t",
                             "SELECT mail_number = %" G_GSIZE_FORMAT " FROM delivery_intents"
                             " WHERE id = %" G_GINT64_FORMAT,
                             i, ids[i]);
    fixture_assert_value("{1,2}true/{1}false/{3}true/{}false",
                         "SELECT string_agg(directive_ids::text || marks_directives, '/'"
                         " ORDER BY id) FROM delivery_intents");
    fixture_assert_value("2/2/0/2", "SELECT string_agg(cardinality(recipients)::text, '/'"
                                    " ORDER BY id) FROM delivery_intents");
    g_assert_true(mg_intent_forget_mails(desk, 7, &lot[1], 2, &error));
    fixture_assert_value("0 3", "SELECT string_agg(mail_number::text, ' ' ORDER BY id)"
                                " FROM delivery_intents");
}

/* A trigger or rule that drops rows: the mails must not go out without their notes. */
static void test_not_kept(void)
{
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(MgGroup) group = two_directives(desk);
    g_autoptr(GError) error = NULL;
    gint64 ids[2] = {0, 0};

    fixture_execute("CREATE RULE dropped AS ON INSERT TO delivery_intents"
                    " WHERE mail_number = 1 DO INSTEAD NOTHING");
    g_assert_false(mg_intent_write(desk, 1, pair_of(group).mails, 2, ids, &error));
    g_clear_error(&error);
    fixture_execute("DROP RULE dropped ON delivery_intents;"
                    "CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS"
                    " 'BEGIN IF NEW.mail_number = 1 THEN RETURN NULL; END IF; RETURN NEW; END';"
                    "CREATE TRIGGER dropped BEFORE INSERT ON delivery_intents"
                    " FOR EACH ROW EXECUTE FUNCTION drop_row()");
    g_assert_false(mg_intent_write(desk, 1, pair_of(group).mails, 2, ids, &error));
    fixture_assert_error(&error, MG_ERROR_RUN, "does not keep it");
    fixture_execute("DROP TRIGGER dropped ON delivery_intents; DROP FUNCTION drop_row()");
}

static void test_none_or_all(void)
{
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(MgGroup) group = two_directives(desk);
    g_autoptr(GError) error = NULL;
    gchar too_long[] = "20261120-1000000123";
    MgMail unfit_mail = copy_mail;
    Pair one_unfit = pair_of(group);
    gint64 ids[2] = {0, 0};

    unfit_mail.ticket = too_long;
    one_unfit.mails[1].mail = &unfit_mail;
    g_assert_false(mg_intent_write(desk, 1, one_unfit.mails, 2, ids, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "SQLSTATE 22001");
    fixture_assert_value("0", "SELECT count(*) FROM delivery_intents");
    g_assert_cmpuint(mg_connection_depth(desk), ==, 0);
}

/* Scripts may give mails of different groups the same Message-Id. */
static void test_forget_mails(void)
{
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(MgGroup) group = two_directives(desk);
    g_autoptr(MgGroup) other = NULL;
    g_autoptr(GError) error = NULL;
    gint64 ids[2] = {0, 0};

    fixture_add("b@x", "one", NULL);
    other = fixture_group(desk, "b@x");
    g_assert_true(mg_intent_write(desk, 1, &pair_of(group).mails[1], 1, ids, &error));
    g_assert_true(mg_intent_write(desk, 1, pair_of(other).mails, 2, ids, &error));
    g_assert_true(
        mg_intent_forget_mails(desk, 2, pair_of(group).mails, 2, &error)); /* another run's */
    fixture_assert_value("3", "SELECT count(*) FROM delivery_intents");
    g_assert_true(mg_intent_forget_mails(desk, 1, pair_of(group).mails, 2, &error));
    fixture_assert_value("2", "SELECT count(*) FROM delivery_intents");
    g_assert_true(mg_intent_forget_mails(desk, 1, pair_of(other).mails, 1, &error));
    fixture_assert_value("1", "SELECT mail_number FROM delivery_intents");
}

static void test_pass_on(void)
{
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(MgGroup) group = two_directives(desk);
    g_autoptr(GError) error = NULL;
    const gint64 part[] = {2};
    const MgIntentMail next = {&copy_mail, 65536, part, 1, FALSE};
    gint64 id = 0;

    g_assert_true(mg_intent_write(desk, 1, pair_of(group).mails, 1, &id, &error));
    g_assert_true(mg_intent_pass_on(desk, id, &next, NULL, &error));
    g_assert_true(mg_intent_pass_on(desk, id, &next, NULL, &error)); /* the same Message-Id again */
    fixture_assert_value("<2\"'\\@x> 65536 false {2}",
                         "SELECT message_id || ' ' || mail_number || ' ' || marks_directives"
                         " || ' ' || directive_ids::text FROM delivery_intents");
    g_assert_true(mg_intent_forget(desk, &id, 1, &error));
    g_assert_false(mg_intent_pass_on(desk, id, &next, NULL, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "removed");
    g_assert_cmpuint(mg_connection_depth(desk), ==, 0);
}

/* What is left of the mail before is a row of its own, however often it is said. */
static void test_pass_on_with_debt(void)
{
    static const gchar *const owed[] = {"\"b,{}\\\"@y", NULL};
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(MgGroup) group = two_directives(desk);
    g_autoptr(GError) error = NULL;
    const MgIntentMail next = {&copy_mail, 65536, group->directive_ids, 2, TRUE};
    MgIntentDebt debt = {0, 1u << 31, owed, 0};
    gint64 id = 0;

    g_assert_true(mg_intent_write(desk, 7, pair_of(group).mails, 1, &id, &error));
    g_assert_true(mg_intent_pass_on(desk, id, &next, &debt, &error));
    g_assert_no_error(error);
    g_assert_cmpint(debt.intent_id, >, id);
    g_assert_true(mg_intent_pass_on(desk, id, &next, &debt, &error));
    fixture_assert_value("t",
                         "SELECT (run_id, intelmq_ticket, message_id, mail_number, mail_date,"
                         " marks_directives, recipients, directive_ids) = (7,"
                         " '20261120-10000001'::varchar, '<1@x>', -2147483648,"
                         " '2026-11-20 03:24:05+00'::timestamptz, false,"
                         " ARRAY['\"b,{}\\\"@y'], '{1,2}'::bigint[])"
                         " FROM delivery_intents WHERE id = %" G_GINT64_FORMAT,
                         debt.intent_id);
    fixture_assert_value("65536 2", "SELECT max(mail_number) || ' ' || count(*)"
                                    " FROM delivery_intents");
}

static void test_forget_nothing(void)
{
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(GError) error = NULL;
    gint64 ids[] = {0, 0};

    g_assert_true(mg_intent_forget(desk, ids, 2, &error));
    g_assert_true(mg_intent_forget(desk, NULL, 0, &error));
    ids[1] = 12345;
    g_assert_true(mg_intent_forget(desk, ids, 2, &error));
    g_assert_no_error(error);
}

static void test_forget_in_a_claim(void)
{
    g_autoptr(MgConnection) claim = fixture_open("claim");
    g_autoptr(MgConnection) desk = fixture_open("desk");
    g_autoptr(MgGroup) group = two_directives(desk);
    g_autoptr(GError) error = NULL;
    gint64 ids[2] = {0, 0};

    g_assert_true(mg_intent_write(desk, 1, pair_of(group).mails, 1, ids, &error));
    g_assert_true(mg_connection_begin(claim, &error));
    g_assert_true(mg_intent_forget(claim, ids, 1, &error));
    fixture_assert_value("1", "SELECT count(*) FROM delivery_intents");
    g_assert_true(mg_connection_commit(claim, &error));
    fixture_assert_value("0", "SELECT count(*) FROM delivery_intents");
}

static void test_support(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    gboolean supported = FALSE;

    g_assert_true(mg_intent_is_supported(connection, &supported, &error));
    g_assert_true(supported);
    fixture_execute("REVOKE DELETE ON delivery_intents FROM eventdb_send_notifications");
    g_assert_true(mg_connection_reopen(connection, &error));
    g_assert_true(mg_intent_is_supported(connection, &supported, &error));
    g_assert_false(supported);
    fixture_execute("GRANT DELETE ON delivery_intents TO eventdb_send_notifications;"
                    "ALTER TABLE delivery_intents RENAME TO not_there");
    g_assert_true(mg_connection_reopen(connection, &error));
    g_assert_true(mg_intent_is_supported(connection, &supported, &error));
    g_assert_false(supported);
    fixture_execute("ALTER TABLE not_there RENAME TO delivery_intents");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/intent/write", test_write);
    g_test_add_func("/intent/write_lot", test_write_lot);
    g_test_add_func("/intent/not_kept", test_not_kept);
    g_test_add_func("/intent/none_or_all", test_none_or_all);
    g_test_add_func("/intent/forget_mails", test_forget_mails);
    g_test_add_func("/intent/pass_on", test_pass_on);
    g_test_add_func("/intent/pass_on_with_debt", test_pass_on_with_debt);
    g_test_add_func("/intent/forget_nothing", test_forget_nothing);
    g_test_add_func("/intent/forget_in_a_claim", test_forget_in_a_claim);
    g_test_add_func("/intent/support", test_support);
    return g_test_run();
}
