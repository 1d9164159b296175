/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage1_claim.h"

#include "base/error.h"
#include "database/intent.h"
#include "database/run_register.h"
#include "database_fixture.h"

#define LOCK_ALL "BEGIN; SELECT 1 FROM directives FOR UPDATE NOWAIT"

#define N_GROUPS 2

static void assert_claims(MgConnection *connection, MgPurpose purpose, MgGroup *const *groups,
                          MgClaim expected)
{
    MgClaim claims[N_GROUPS];
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_stage1_claim(connection, purpose, groups, N_GROUPS, claims, &error));
    g_assert_no_error(error);
    for (gsize i = 0; i < N_GROUPS; i++)
        g_assert_cmpint(claims[i], ==, expected);
    g_assert_cmpuint(mg_connection_depth(connection), ==, expected == MG_CLAIM_HELD ? 1 : 0);
}

static gboolean may_lock(PGconn *other)
{
    PGresult *result = PQexec(other, LOCK_ALL);
    gboolean ok = PQresultStatus(result) == PGRES_TUPLES_OK;

    PQclear(result);
    fixture_execute_in(other, "ROLLBACK");
    return ok;
}

static const struct {
    const gchar *name;
    MgPurpose purpose;
    gboolean locks;
} purposes[] = {
    {"send", MG_PURPOSE_SEND, TRUE},
    {"dry run", MG_PURPOSE_DRY_RUN, TRUE},
    {"preview", MG_PURPOSE_PREVIEW, FALSE},
};

static void test_who_locks(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    PGconn *other = fixture_connect();
    MgGroup *groups[N_GROUPS];

    fixture_make_lot(connection, groups, N_GROUPS);
    for (gsize i = 0; i < G_N_ELEMENTS(purposes); i++) {
        g_test_message("%s", purposes[i].name);
        assert_claims(connection, purposes[i].purpose, groups, MG_CLAIM_HELD);
        g_assert_cmpint(may_lock(other), ==, !purposes[i].locks);
        mg_connection_rollback(connection);
        fixture_execute_in(other, LOCK_ALL);
        assert_claims(connection, purposes[i].purpose, groups,
                      purposes[i].locks ? MG_CLAIM_ELSEWHERE : MG_CLAIM_HELD);
        mg_connection_rollback(connection);
        fixture_execute_in(other, "ROLLBACK");
    }
    fixture_free_lot(groups, N_GROUPS);
    PQfinish(other);
}

/* What a script asks the database in a preview must not change it. */
static void test_preview_writes_nothing(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    MgGroup *groups[N_GROUPS];
    gint64 id = 1;

    fixture_make_lot(connection, groups, N_GROUPS);
    assert_claims(connection, MG_PURPOSE_PREVIEW, groups, MG_CLAIM_HELD);
    g_assert_false(mg_intent_forget(connection, &id, 1, &error));
    fixture_assert_error(&error, MG_ERROR_SETUP, "read-only transaction");
    mg_connection_rollback(connection);
    fixture_free_lot(groups, N_GROUPS);
}

static void test_broken(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    MgGroup *groups[N_GROUPS];

    fixture_make_lot(connection, groups, N_GROUPS);
    for (gsize i = 0; i < G_N_ELEMENTS(purposes); i++) {
        MgClaim claims[N_GROUPS];
        g_autoptr(GError) error = NULL;

        g_test_message("%s", purposes[i].name);
        fixture_terminate("test");
        g_assert_false(
            mg_stage1_claim(connection, purposes[i].purpose, groups, N_GROUPS, claims, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_RETRY);
        g_clear_error(&error);
        g_assert_true(mg_connection_reopen(connection, &error));
    }
    fixture_free_lot(groups, N_GROUPS);
}

/* A delivery that a run which is gone has left open. */
static GPtrArray *leave_intent(MgConnection *connection)
{
    static gchar *tos[] = {(gchar *)"a@x", NULL};
    static const MgMail mail = {.ticket = (gchar *)"20261120-10000001",
                                .message_id = (gchar *)"<1@x>",
                                .date = G_GINT64_CONSTANT(1795145045000000),
                                .envelope_tos = tos};
    const gint64 directive_ids[] = {1, 2};
    const MgIntentMail intended = {&mail, 0, directive_ids, 2, TRUE};
    g_autoptr(GError) error = NULL;
    GPtrArray *intents = NULL;
    gint64 id = 0;

    g_assert_true(mg_intent_write(connection, mg_run_register_new_id(), &intended, 1, &id, &error));
    intents = mg_uncertain_list(connection, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(intents->len, ==, 1);
    return intents;
}

static void test_again(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GPtrArray) intents = NULL;
    g_autoptr(GError) error = NULL;
    PGconn *other = fixture_connect();
    MgGroup *groups[N_GROUPS];

    fixture_make_lot(connection, groups, N_GROUPS);
    intents = leave_intent(connection);
    for (gsize i = 0; i < G_N_ELEMENTS(purposes); i++) {
        MgIntent *intent = g_ptr_array_index(intents, 0);

        g_test_message("%s", purposes[i].name);
        g_assert_cmpint(mg_stage1_claim_again(connection, purposes[i].purpose, intent, &error), ==,
                        MG_CLAIM_HELD);
        g_assert_cmpint(may_lock(other), ==, !purposes[i].locks);
        mg_connection_rollback(connection);
    }
    /* As a first delivery its group is nobody's. */
    g_assert_cmpint(fixture_claim(connection, groups[0], &error), ==, MG_CLAIM_ELSEWHERE);
    fixture_free_lot(groups, N_GROUPS);
    PQfinish(other);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage1/who_locks", test_who_locks);
    g_test_add_func("/stage1/preview_writes_nothing", test_preview_writes_nothing);
    g_test_add_func("/stage1/broken", test_broken);
    g_test_add_func("/stage1/again", test_again);
    return g_test_run();
}
