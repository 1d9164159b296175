/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/outcome.h"

static void test_one_acceptance(void)
{
    g_autoptr(MgOutcome) outcome = mg_outcome_new();

    mg_outcome_add_acceptance(outcome, "250 ok", NULL);
    g_assert_cmpstr(outcome->reply, ==, "250 ok");
    g_assert_null(outcome->queue_id);
}

static void test_several_acceptances(void)
{
    g_autoptr(MgOutcome) outcome = mg_outcome_new();

    mg_outcome_add_acceptance(outcome, "250 ok: queued as A", "A");
    mg_outcome_add_acceptance(outcome, "250 fine", NULL);
    mg_outcome_add_acceptance(outcome, "250 it's ok: queued as B", "B");
    g_assert_cmpstr(outcome->reply, ==, "250 ok: queued as A; 250 fine; 250 it's ok: queued as B");
    g_assert_cmpstr(outcome->queue_id, ==, "A, B");
}

static void test_refusals(void)
{
    g_autoptr(MgOutcome) outcome = mg_outcome_new();
    const MgRefusal *refusal;

    mg_outcome_add_refusal(outcome, "a@b", MG_REFUSAL_FOR_NOW, 451, "451 later", NULL);
    mg_outcome_add_refusal(outcome, "c@d", MG_REFUSAL_UNCERTAIN, 0, NULL, "lost");
    g_assert_cmpuint(outcome->refusals->len, ==, 2);
    refusal = g_ptr_array_index(outcome->refusals, 0);
    g_assert_cmpstr(refusal->address, ==, "a@b");
    g_assert_cmpint(refusal->kind, ==, MG_REFUSAL_FOR_NOW);
    g_assert_cmpuint(refusal->code, ==, 451);
    g_assert_cmpstr(refusal->reply, ==, "451 later");
    refusal = g_ptr_array_index(outcome->refusals, 1);
    g_assert_null(refusal->reply);
    g_assert_cmpstr(refusal->reason, ==, "lost");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/outcome/one-acceptance", test_one_acceptance);
    g_test_add_func("/outcome/several-acceptances", test_several_acceptances);
    g_test_add_func("/outcome/refusals", test_refusals);
    return g_test_run();
}
