/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/uncertain.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/intent.h"
#include "database/run_register.h"
#include "database/sent.h"
#include "database_fixture.h"

#define TICKET "20261120-10000001"

static gchar *recipients[] = {(gchar *)"a@x", (gchar *)"\"b,{}\\\\\"@y", NULL};
static const MgMail main_mail = {
    .ticket = (gchar *)TICKET,
    .message_id = (gchar *)"<1@x>",
    .date = G_GINT64_CONSTANT(1795145045000000),
    .envelope_tos = recipients,
};
static const MgMail copy_mail = {
    .ticket = (gchar *)TICKET,
    .message_id = (gchar *)"<2@x>",
    .date = G_GINT64_CONSTANT(1795145045000000),
    .envelope_tos = recipients,
};
/* A run that wrote the intents of `n_mails` mails for three directives. */
static gint64 write_intents(gsize n_mails)
{
    g_autoptr(MgConnection) connection = fixture_open("dead");
    g_autoptr(MgGroup) group = NULL;
    g_autoptr(GError) error = NULL;
    gint64 run_id = mg_run_register_new_id();
    gint64 ids[2] = {0, 0};

    fixture_reset();
    for (guint i = 0; i < 3; i++)
        fixture_add("a@x", "one", "{\"a\": \"1\", \"b\": null}");
    group = fixture_group(connection, "a@x");
    const MgIntentMail mails[] = {
        {&main_mail, 0, group->directive_ids, group->n_directives, TRUE},
        {&copy_mail, 1, group->directive_ids, group->n_directives, FALSE},
    };
    g_assert_true(mg_intent_write(connection, run_id, mails, n_mails, ids, &error));
    g_assert_no_error(error);
    return run_id;
}

static GPtrArray *list(MgConnection *connection)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *intents = mg_uncertain_list(connection, &error);

    g_assert_no_error(error);
    return intents;
}

static void test_list(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    gint64 run_id = write_intents(2);
    g_autoptr(GPtrArray) intents = list(connection);
    const MgIntent *intent = NULL;
    const gchar *text = "";

    g_assert_cmpuint(intents->len, ==, 2);
    intent = intents->pdata[0];
    g_assert_cmpint(intent->id, ==, 1);
    g_assert_cmpint(intent->run_id, ==, run_id);
    g_assert_cmpstr(intent->ticket, ==, TICKET);
    g_assert_cmpstr(intent->message_id, ==, "<1@x>");
    g_assert_cmpuint(intent->mail_number, ==, 0);
    g_assert_true(intent->marks_directives);
    g_assert_cmpint(intent->mail_date, ==, main_mail.date);
    g_assert_cmpuint(g_strv_length(intent->recipients), ==, 2);
    g_assert_cmpstr(intent->recipients[1], ==, recipients[1]);
    g_assert_cmpint(ABS(intent->created_at - mg_clock_now()), <, 60 * G_USEC_PER_SEC);
    g_assert_cmpint(intent->held_since, ==, MG_CLOCK_NONE);
    g_assert_cmpint(intent->decision, ==, MG_DECISION_NONE);
    g_assert_cmpstr(intent->group->recipient_address, ==, "a@x");
    g_assert_cmpstr(intent->group->event_data_format, ==, "csv_x");
    g_assert_cmpuint(intent->group->n_directives, ==, 3);
    g_assert_cmpuint(intent->group->n_events, ==, 3);
    g_assert_cmpint(intent->group->notification_interval, ==,
                    G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC);
    g_assert_true(mg_pairs_lookup(intent->group->aggregate, "b", &text));
    g_assert_null(text);
    g_assert_cmpuint(intent->n_pending, ==, 3);
    intent = intents->pdata[1];
    g_assert_cmpstr(intent->message_id, ==, "<2@x>");
    g_assert_cmpuint(intent->mail_number, ==, 1);
    g_assert_false(intent->marks_directives);
}

static void test_alive(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgConnection) alive = fixture_open("alive");
    gint64 run_id = write_intents(1);
    g_autoptr(GPtrArray) before = list(connection);
    g_autoptr(GPtrArray) during = NULL;
    g_autoptr(GPtrArray) after = NULL;

    g_assert_true(mg_run_register_join(alive, run_id, NULL));
    during = list(connection);
    g_assert_cmpuint(during->len, ==, 0);
    g_assert_cmpint(mg_uncertain_take(connection, before->pdata[0], NULL), ==, MG_CLAIM_ELSEWHERE);
    g_assert_cmpint(mg_uncertain_decide(connection, 1, MG_DECISION_WAS_SENT, NULL), ==,
                    MG_DECIDE_IN_HAND);
    fixture_terminate("alive");
    after = list(connection);
    g_assert_cmpuint(after->len, ==, 1);
}

/* A row of numbers for each way in which the directives may stand. */
static const struct {
    const gchar *name;
    const gchar *sql;
    gsize n_pending;
    gsize n_sent_under_ticket;
    gsize n_sent_otherwise;
    gsize n_gone;
} count_cases[] = {
    {"as they were", "SELECT 1", 3, 0, 0, 0},
    {"recorded", "UPDATE directives SET sent_id = 1001", 0, 3, 0, 0},
    {"sent otherwise", "UPDATE directives SET sent_id = 1002 WHERE id < 3", 1, 0, 2, 0},
    {"one removed", "DELETE FROM directives WHERE id = 1", 2, 0, 0, 1},
    {"all removed", "DELETE FROM directives", 0, 0, 0, 3},
};

static void assert_counts(const MgIntent *intent, gsize index)
{
    g_assert_cmpuint(intent->n_pending, ==, count_cases[index].n_pending);
    g_assert_cmpuint(intent->n_sent_under_ticket, ==, count_cases[index].n_sent_under_ticket);
    g_assert_cmpuint(intent->n_sent_otherwise, ==, count_cases[index].n_sent_otherwise);
    g_assert_cmpuint(intent->n_gone, ==, count_cases[index].n_gone);
}

static void test_counts(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    for (gsize i = 0; i < G_N_ELEMENTS(count_cases); i++) {
        g_autoptr(GPtrArray) before = NULL;
        g_autoptr(GPtrArray) after = NULL;
        g_autoptr(GError) error = NULL;
        g_test_message("%s", count_cases[i].name);
        write_intents(1);
        before = list(connection);
        fixture_execute("INSERT INTO sent (id, intelmq_ticket) VALUES (1001, '" TICKET "'),"
                        " (1002, 'other');%s",
                        count_cases[i].sql);
        after = list(connection);
        assert_counts(after->pdata[0], i);
        g_assert_cmpint(mg_uncertain_take(connection, before->pdata[0], &error), ==, MG_CLAIM_HELD);
        g_assert_no_error(error);
        assert_counts(before->pdata[0], i);
        mg_connection_rollback(connection);
    }
}

static void test_take(void)
{
    g_autoptr(MgConnection) one = fixture_open("one");
    g_autoptr(MgConnection) two = fixture_open("two");
    g_autoptr(GPtrArray) intents = NULL;
    g_autoptr(GError) error = NULL;
    PGconn *python = fixture_connect();

    write_intents(1);
    intents = list(one);
    fixture_execute_in(python, "BEGIN; SELECT 1 FROM directives WHERE id = 2 FOR UPDATE");
    g_assert_cmpint(mg_uncertain_take(one, intents->pdata[0], &error), ==, MG_CLAIM_ELSEWHERE);
    g_assert_cmpuint(mg_connection_depth(one), ==, 0);
    fixture_execute_in(python, "ROLLBACK");
    PQfinish(python);

    g_assert_cmpint(mg_uncertain_take(one, intents->pdata[0], &error), ==, MG_CLAIM_HELD);
    g_assert_cmpint(mg_uncertain_take(two, intents->pdata[0], &error), ==, MG_CLAIM_ELSEWHERE);
    g_assert_cmpint(mg_uncertain_decide(two, 1, MG_DECISION_WAS_SENT, &error), ==,
                    MG_DECIDE_IN_HAND);
    g_assert_true(mg_sent_record_again(one, ((MgIntent *)intents->pdata[0])->group, TICKET,
                                       main_mail.date, 1, &error));
    g_assert_cmpuint(mg_connection_depth(one), ==, 0);
    fixture_assert_value("0", "SELECT count(*) FROM delivery_intents");
    fixture_assert_value("3", "SELECT count(*) FROM directives WHERE sent_id IS NOT NULL");
    g_assert_cmpint(mg_uncertain_take(two, intents->pdata[0], &error), ==, MG_CLAIM_GONE);
    g_assert_no_error(error);
}

/* The mail was recorded, its copy's end is not known. */
static void test_copy(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GPtrArray) intents = NULL;
    g_autoptr(GError) error = NULL;
    const gint64 id = 2;

    write_intents(2);
    intents = list(connection);
    g_assert_true(mg_sent_record_again(connection, ((MgIntent *)intents->pdata[0])->group, TICKET,
                                       main_mail.date, 1, &error));
    g_assert_cmpint(mg_uncertain_take(connection, intents->pdata[1], &error), ==, MG_CLAIM_HELD);
    g_assert_cmpuint(((MgIntent *)intents->pdata[1])->n_sent_under_ticket, ==, 3);
    g_assert_true(mg_intent_forget(connection, &id, 1, &error));
    g_assert_true(mg_connection_commit(connection, &error));
    fixture_assert_value("0", "SELECT count(*) FROM delivery_intents");
}

static void test_hold_and_decide(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    static const MgIntentDecision decisions[] = {MG_DECISION_WAS_SENT, MG_DECISION_SEND_AGAIN,
                                                 MG_DECISION_NONE};
    gint64 held_since = 0;

    write_intents(1);
    for (gsize i = 0; i < G_N_ELEMENTS(decisions); i++) {
        g_autoptr(GPtrArray) intents = NULL;
        const MgIntent *intent = NULL;
        g_assert_true(mg_uncertain_hold(connection, 1, &error));
        g_assert_cmpint(mg_uncertain_decide(connection, 1, decisions[i], &error), ==,
                        MG_DECIDE_DONE);
        intents = list(connection);
        intent = intents->pdata[0];
        g_assert_cmpint(intent->decision, ==, decisions[i]);
        g_assert_cmpint(intent->held_since, !=, MG_CLOCK_NONE);
        g_assert_true(i == 0 || intent->held_since == held_since);
        held_since = intent->held_since;
    }
    g_assert_cmpint(mg_uncertain_decide(connection, 99, MG_DECISION_WAS_SENT, &error), ==,
                    MG_DECIDE_NONE);
    g_assert_no_error(error);
}

/* As `SELECT`ed: the ids that are left, each with "*" where its run is forgotten. */
static void assert_left(const gchar *expected)
{
    g_autofree gchar *left = fixture_value(
        "SELECT coalesce(string_agg(id || CASE WHEN run_id & 4294967295 = 0 THEN '*' ELSE '' END,"
        " ' ' ORDER BY id), '') FROM delivery_intents");

    g_assert_cmpstr(left, ==, expected);
}

/* Of which `n_not_begun`, from the last back, were not begun; the ids that were forgotten. */
static gchar *adopt(MgConnection *connection, const GPtrArray *intents, guint n_not_begun)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) forgotten = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    for (guint i = intents->len - n_not_begun; i < intents->len; i++)
        g_array_append_val(ids, ((MgIntent *)intents->pdata[i])->id);
    forgotten = mg_uncertain_adopt(connection, intents, ids, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < forgotten->len; i++)
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "",
                               g_array_index(forgotten, gint64, i));
    return g_strdup(text->str);
}

static void test_adopt(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    gint64 run_id G_GNUC_UNUSED = write_intents(2);
    g_autoptr(GPtrArray) intents = list(connection);
    g_autoptr(GPtrArray) left = NULL;
    g_autofree gchar *one_of_two = adopt(connection, intents, 1);
    g_autofree gchar *again = NULL;

    g_assert_cmpstr(one_of_two, ==, ""); /* a mail and its copy belong together */
    assert_left("1* 2*");
    g_assert_true(mg_uncertain_is_adopted(intents->pdata[0]));
    left = list(connection);
    again = adopt(connection, left, 2); /* what was known of their run holds no more */
    g_assert_cmpstr(again, ==, "");
    assert_left("1* 2*");
}

static void test_forget(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    gint64 run_id G_GNUC_UNUSED = write_intents(2);
    g_autoptr(GPtrArray) intents = list(connection);
    g_autofree gchar *forgotten = adopt(connection, intents, 2);

    g_assert_cmpstr(forgotten, ==, "1 2");
    assert_left("");
}

/* What keeps a group from being forgotten of which nothing was begun. */
static const struct {
    const gchar *name;
    const gchar *sql;
    const gchar *left;
} keepers[] = {
    {"another machine was faster", "UPDATE delivery_intents SET run_id = run_id + 1", "1 2"},
    {"so with one", "UPDATE delivery_intents SET run_id = run_id + 1 WHERE id = 2", "1* 2"},
    {"decided", "UPDATE delivery_intents SET decision = 'was_sent' WHERE id = 2", "1* 2*"},
    {"held", "UPDATE delivery_intents SET held_since = now() WHERE id = 1", "1* 2*"},
};

static void test_keepers(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keepers); i++) {
        g_autoptr(MgConnection) connection = fixture_open("test");
        gint64 run_id G_GNUC_UNUSED = write_intents(2);
        g_autoptr(GPtrArray) intents = list(connection);
        g_autofree gchar *forgotten = NULL;

        g_test_message("%s", keepers[i].name);
        fixture_execute("%s", keepers[i].sql);
        forgotten = adopt(connection, intents, 2);
        g_assert_cmpstr(forgotten, ==, "");
        assert_left(keepers[i].left);
    }
}

static void test_in_hand(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgConnection) other = fixture_open("other");
    gint64 run_id G_GNUC_UNUSED = write_intents(2);
    g_autoptr(GPtrArray) intents = list(connection);
    g_autofree gchar *forgotten = NULL;

    g_assert_cmpint(mg_uncertain_take(other, intents->pdata[1], NULL), ==, MG_CLAIM_HELD);
    forgotten = adopt(connection, intents, 2);
    g_assert_cmpstr(forgotten, ==, "");
    assert_left("1* 2");
    g_assert_true(mg_uncertain_is_adopted(intents->pdata[0]));
    g_assert_false(mg_uncertain_is_adopted(intents->pdata[1]));
    mg_connection_rollback(other);
}

/* What somebody may have done to it since it was listed. */
static const gchar *const changes[] = {
    "UPDATE delivery_intents SET run_id = run_id + 1",
    "UPDATE delivery_intents SET message_id = '<other@x>'",
    "UPDATE delivery_intents SET mail_number = 65536",
    "UPDATE delivery_intents SET marks_directives = false",
    "UPDATE delivery_intents SET recipients = '{a@x}'",
    "UPDATE delivery_intents SET decision = 'was_sent'",
};

static void test_changed(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(MgConnection) connection = fixture_open("test");
        gint64 run_id G_GNUC_UNUSED = write_intents(1);
        g_autoptr(GPtrArray) before = list(connection);
        g_autoptr(GPtrArray) after = NULL;

        fixture_execute("%s", changes[i]);
        after = list(connection);
        g_test_message("%s", changes[i]);
        g_assert_cmpint(mg_uncertain_take(connection, before->pdata[0], NULL), ==,
                        MG_CLAIM_ELSEWHERE);
        g_assert_cmpint(mg_uncertain_take(connection, after->pdata[0], NULL), ==, MG_CLAIM_HELD);
        mg_connection_rollback(connection);
    }
}

static void test_find(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) found = NULL;
    g_autoptr(GArray) none = NULL;
    g_autofree gchar *ticket = NULL;

    write_intents(1);
    ticket = fixture_value("SELECT intelmq_ticket FROM delivery_intents WHERE id = 1");
    found = mg_uncertain_find(connection, ticket, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(found->len, >=, 1);
    g_assert_cmpint(g_array_index(found, gint64, 0), ==, 1);
    none = mg_uncertain_find(connection, "no such' ticket", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len, ==, 0);
}

static void test_python_database(void)
{
    g_autoptr(MgConnection) connection = NULL;
    g_autoptr(GPtrArray) intents = NULL;

    fixture_execute("ALTER TABLE delivery_intents RENAME TO not_there");
    connection = fixture_open("test");
    intents = list(connection);
    g_assert_cmpuint(intents->len, ==, 0);
    fixture_execute("ALTER TABLE not_there RENAME TO delivery_intents");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uncertain/list", test_list);
    g_test_add_func("/uncertain/alive", test_alive);
    g_test_add_func("/uncertain/counts", test_counts);
    g_test_add_func("/uncertain/take", test_take);
    g_test_add_func("/uncertain/copy", test_copy);
    g_test_add_func("/uncertain/hold_and_decide", test_hold_and_decide);
    g_test_add_func("/uncertain/adopt", test_adopt);
    g_test_add_func("/uncertain/forget", test_forget);
    g_test_add_func("/uncertain/changed", test_changed);
    g_test_add_func("/uncertain/keepers", test_keepers);
    g_test_add_func("/uncertain/in_hand", test_in_hand);
    g_test_add_func("/uncertain/find", test_find);
    g_test_add_func("/uncertain/python_database", test_python_database);
    return g_test_run();
}
