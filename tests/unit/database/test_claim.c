/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/claim.h"

#include "base/error.h"
#include "database_fixture.h"

static MgClaim take(MgConnection *connection, const MgGroup *group)
{
    g_autoptr(GError) error = NULL;
    MgClaim claim = mg_claim_take(connection, group, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(mg_connection_depth(connection), ==, claim == MG_CLAIM_HELD ? 1 : 0);
    return claim;
}

static MgGroup *three_directives(MgConnection *connection)
{
    fixture_reset();
    for (guint i = 0; i < 3; i++)
        fixture_add("a@x", "one", NULL);
    return fixture_group(connection, "a@x");
}

static void test_one_of_two(void)
{
    g_autoptr(MgConnection) one = fixture_open("one");
    g_autoptr(MgConnection) two = fixture_open("two");
    g_autoptr(MgGroup) group = three_directives(one);

    g_assert_cmpint(take(one, group), ==, MG_CLAIM_HELD);
    g_assert_cmpint(take(two, group), ==, MG_CLAIM_ELSEWHERE);
    mg_connection_rollback(one);
    g_assert_cmpint(take(two, group), ==, MG_CLAIM_HELD);
    /* Nothing but directives is locked. */
    fixture_execute("UPDATE events SET \"source.asn\" = 1");
    mg_connection_rollback(two);
}

static const struct {
    const gchar *name;
    const gchar *sql;
    MgClaim claim;
} cases[] = {
    {"one sent", "UPDATE directives SET sent_id = 1 WHERE id = 2", MG_CLAIM_GONE},
    {"the first sent", "UPDATE directives SET sent_id = 1 WHERE id = 1", MG_CLAIM_GONE},
    {"all sent", "UPDATE directives SET sent_id = 1", MG_CLAIM_GONE},
    {"one removed", "DELETE FROM directives WHERE id = 3", MG_CLAIM_GONE},
    {"covered by an intent",
     "INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number,"
     " marks_directives, mail_date, recipients, directive_ids)"
     " VALUES (1, 't', 'm', 0, true, now(), '{}', '{2,77}')",
     MG_CLAIM_ELSEWHERE},
    {"others covered",
     "INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number,"
     " marks_directives, mail_date, recipients, directive_ids)"
     " VALUES (1, 't', 'm', 0, true, now(), '{}', '{77}')",
     MG_CLAIM_HELD},
};

static void test_cases(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgGroup) group = three_directives(connection);
        g_test_message("%s", cases[i].name);
        fixture_execute("INSERT INTO sent (intelmq_ticket) VALUES ('x')");
        fixture_execute("%s", cases[i].sql);
        g_assert_cmpint(take(connection, group), ==, cases[i].claim);
        mg_connection_rollback(connection);
    }
}

/* As the Python program locks: all that is pending, in one long transaction. */
static void test_locked_by_others(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = three_directives(connection);
    PGconn *python = fixture_connect();
    static const gchar *const locked[] = {"id = 1", "id = 2", "true"};

    for (gsize i = 0; i < G_N_ELEMENTS(locked); i++) {
        g_autofree gchar *sql = g_strdup_printf(
            "BEGIN; SELECT 1 FROM directives WHERE %s FOR UPDATE NOWAIT", locked[i]);
        g_test_message("%s", locked[i]);
        fixture_execute_in(python, sql);
        g_assert_cmpint(take(connection, group), ==, MG_CLAIM_ELSEWHERE);
        fixture_execute_in(python, "ROLLBACK");
    }
    PQfinish(python);
}

/* The intent of a worker that died after its claim was lost, and before ours. */
static void test_intent_committed_while_we_come(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = three_directives(connection);

    fixture_execute("%s", cases[4].sql);
    g_assert_cmpint(take(connection, group), ==, MG_CLAIM_ELSEWHERE);
    fixture_execute("DELETE FROM delivery_intents");
    g_assert_cmpint(take(connection, group), ==, MG_CLAIM_HELD);
}

/* Many sessions want one group at the same moment, again and again: each time exactly one has it.
 */
typedef struct {
    const MgGroup *group;
    gint *holders;
    gint *taken;
} Contest;

static gpointer contend(gpointer data)
{
    Contest *contest = data;
    g_autoptr(MgConnection) connection = fixture_open("contender");

    for (guint i = 0; i < 50; i++) {
        if (take(connection, contest->group) != MG_CLAIM_HELD)
            continue;
        g_assert_cmpint(g_atomic_int_add(contest->holders, 1), ==, 0);
        g_atomic_int_inc(contest->taken);
        g_atomic_int_add(contest->holders, -1);
        mg_connection_rollback(connection);
    }
    return NULL;
}

static void test_contest(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = three_directives(connection);
    gint holders = 0;
    gint taken = 0;
    Contest contest = {group, &holders, &taken};
    GThread *threads[4];

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("contender", contend, &contest);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_test_message("%d of 200 attempts got it", taken);
    g_assert_cmpint(taken, >, 0);
}

static void test_broken(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = three_directives(connection);
    g_autoptr(GError) error = NULL;

    fixture_terminate("test");
    g_assert_cmpint(mg_claim_take(connection, group, &error), ==, MG_CLAIM_FAILED);
    fixture_assert_error(&error, MG_ERROR_RETRY, "cannot lock the directives");
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/claim/one_of_two", test_one_of_two);
    g_test_add_func("/claim/cases", test_cases);
    g_test_add_func("/claim/locked_by_others", test_locked_by_others);
    g_test_add_func("/claim/intent_committed_while_we_come", test_intent_committed_while_we_come);
    g_test_add_func("/claim/contest", test_contest);
    g_test_add_func("/claim/broken", test_broken);
    return g_test_run();
}
