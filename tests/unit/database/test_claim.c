/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/claim.h"

#include "base/error.h"
#include "database_fixture.h"

static MgClaim take(MgConnection *connection, const MgGroup *group)
{
    g_autoptr(GError) error = NULL;
    MgClaim claim = fixture_claim(connection, group, &error);

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

#define N_GROUPS 3

static const struct {
    const gchar *name;
    const gchar *sql;  /* committed before */
    const gchar *lock; /* (nullable): which rows another session has */
    MgClaim claims[N_GROUPS];
} lot_cases[] = {
    {"all", "SELECT 1", NULL, {MG_CLAIM_HELD, MG_CLAIM_HELD, MG_CLAIM_HELD}},
    {"one locked", "SELECT 1", "id = 4", {MG_CLAIM_HELD, MG_CLAIM_ELSEWHERE, MG_CLAIM_HELD}},
    {"a first locked", "SELECT 1", "id = 1", {MG_CLAIM_ELSEWHERE, MG_CLAIM_HELD, MG_CLAIM_HELD}},
    {"one sent, one locked",
     "UPDATE directives SET sent_id = 1 WHERE id = 5",
     "id = 2",
     {MG_CLAIM_ELSEWHERE, MG_CLAIM_HELD, MG_CLAIM_GONE}},
    {"one removed",
     "DELETE FROM directives WHERE id = 4",
     NULL,
     {MG_CLAIM_HELD, MG_CLAIM_GONE, MG_CLAIM_HELD}},
    {"one removed, its sibling locked",
     "DELETE FROM directives WHERE id = 4",
     "id = 3",
     {MG_CLAIM_HELD, MG_CLAIM_ELSEWHERE, MG_CLAIM_HELD}},
    {"one covered",
     "INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number,"
     " marks_directives, mail_date, recipients, directive_ids) VALUES"
     " (1, 't', 'm', 0, true, now(), '{}', '{2,77}'), (1, 't', 'm', 0, true, now(), '{}', '{}')",
     NULL,
     {MG_CLAIM_ELSEWHERE, MG_CLAIM_HELD, MG_CLAIM_HELD}},
    {"none: no transaction",
     "UPDATE directives SET sent_id = 1 WHERE id IN (1, 3)",
     "id IN (5, 6)",
     {MG_CLAIM_GONE, MG_CLAIM_GONE, MG_CLAIM_ELSEWHERE}},
};

static void test_lot(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    PGconn *other = fixture_connect();

    for (gsize i = 0; i < G_N_ELEMENTS(lot_cases); i++) {
        MgGroup *groups[N_GROUPS];
        MgClaim claims[N_GROUPS];
        g_autoptr(GError) error = NULL;
        gboolean holds_some = FALSE;

        g_test_message("%s", lot_cases[i].name);
        fixture_make_lot(connection, groups, N_GROUPS);
        fixture_execute("INSERT INTO sent (intelmq_ticket) VALUES ('x'); %s", lot_cases[i].sql);
        if (lot_cases[i].lock != NULL) {
            g_autofree gchar *sql = g_strdup_printf(
                "BEGIN; SELECT 1 FROM directives WHERE %s FOR UPDATE", lot_cases[i].lock);
            fixture_execute_in(other, sql);
        }
        g_assert_true(mg_claim_take_lot(connection, groups, N_GROUPS, claims, &error));
        g_assert_no_error(error);
        for (gsize j = 0; j < N_GROUPS; j++) {
            g_assert_cmpint(claims[j], ==, lot_cases[i].claims[j]);
            holds_some = holds_some || claims[j] == MG_CLAIM_HELD;
        }
        g_assert_cmpuint(mg_connection_depth(connection), ==, holds_some ? 1 : 0);
        mg_connection_rollback(connection);
        fixture_execute_in(other, "ROLLBACK");
        fixture_free_lot(groups, N_GROUPS);
    }
    PQfinish(other);
}

/* The list of one instance is older, or has another additional_directive_where: it knows one group
 * without its first row, another without its last. They must not both hold it. */
static void test_lists_differ(void)
{
    static const gint64 parts[][2] = {{2, 3}, {1, 2}, {3, 0}, {1, 0}};
    g_autoptr(MgConnection) one = fixture_open("one");
    g_autoptr(MgConnection) two = fixture_open("two");

    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autoptr(MgGroup) whole = three_directives(one);
        g_autoptr(MgGroup) part = mg_group_new();

        part->n_directives = parts[i][1] != 0 ? 2 : 1;
        part->directive_ids = g_memdup2(parts[i], sizeof parts[i]);
        g_assert_cmpint(take(one, whole), ==, MG_CLAIM_HELD);
        g_assert_cmpint(take(two, part), ==, MG_CLAIM_ELSEWHERE);
        mg_connection_rollback(one);
        g_assert_cmpint(take(two, part), ==, MG_CLAIM_HELD);
        g_assert_cmpint(take(one, whole), ==, MG_CLAIM_ELSEWHERE);
        mg_connection_rollback(two);
    }
}

/* Sessions with lots that overlap, in different order: no deadlock, no group held twice, and each
 * group is held again and again. */
typedef struct {
    MgGroup *const *groups;
    gint holders[N_GROUPS];
    gint taken[N_GROUPS];
} LotContest;

typedef struct {
    LotContest *contest;
    guint number;
} LotContender;

static gpointer contend_for_lots(gpointer data)
{
    LotContender *contender = data;
    LotContest *contest = contender->contest;
    g_autoptr(MgConnection) connection = fixture_open("contender");

    for (guint round = 0; round < 50; round++) {
        MgGroup *lot[2];
        MgClaim claims[2];
        gsize at[2];
        g_autoptr(GError) error = NULL;

        at[0] = (contender->number + round) % N_GROUPS;
        at[1] = (at[0] + 1 + contender->number % 2) % N_GROUPS;
        lot[0] = contest->groups[at[0]];
        lot[1] = contest->groups[at[1]];
        g_assert_true(mg_claim_take_lot(connection, lot, 2, claims, &error));
        g_assert_no_error(error);
        for (gsize i = 0; i < 2; i++)
            if (claims[i] == MG_CLAIM_HELD) {
                g_assert_cmpint(g_atomic_int_add(&contest->holders[at[i]], 1), ==, 0);
                g_atomic_int_inc(&contest->taken[at[i]]);
            }
        for (gsize i = 0; i < 2; i++)
            if (claims[i] == MG_CLAIM_HELD)
                g_atomic_int_add(&contest->holders[at[i]], -1);
        mg_connection_rollback(connection);
    }
    return NULL;
}

static void test_contest_for_lots(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    MgGroup *groups[N_GROUPS];
    LotContest contest = {.groups = groups};
    LotContender contenders[4];
    GThread *threads[G_N_ELEMENTS(contenders)];

    fixture_make_lot(connection, groups, N_GROUPS);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        contenders[i] = (LotContender){&contest, i};
        threads[i] = g_thread_new("contender", contend_for_lots, &contenders[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    for (gsize i = 0; i < N_GROUPS; i++)
        g_assert_cmpint(contest.taken[i], >, 0);
    fixture_free_lot(groups, N_GROUPS);
}

static void test_broken(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = three_directives(connection);
    g_autoptr(GError) error = NULL;

    fixture_terminate("test");
    g_assert_cmpint(fixture_claim(connection, group, &error), ==, MG_CLAIM_FAILED);
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
    g_test_add_func("/claim/lot", test_lot);
    g_test_add_func("/claim/lists_differ", test_lists_differ);
    g_test_add_func("/claim/contest_for_lots", test_contest_for_lots);
    g_test_add_func("/claim/broken", test_broken);
    return g_test_run();
}
