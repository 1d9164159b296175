/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/summary.h"

static void test_text(void)
{
    g_autoptr(MgSummary) summary = mg_summary_new();
    g_autofree gchar *real = NULL;
    g_autofree gchar *simulated = NULL;

    for (guint i = 0; i < 4; i++)
        mg_summary_count_taken(summary);
    mg_summary_count_left(summary, MG_LEFT_SENT);
    mg_summary_count_mail(summary);
    mg_summary_count_mail(summary);
    mg_summary_count_left(summary, MG_LEFT_POSTPONED);
    mg_summary_count_left(summary, MG_LEFT_FAILED);
    mg_summary_count_left(summary, MG_LEFT_ELSEWHERE);
    mg_summary_check(summary);

    real = mg_summary_text(summary, FALSE);
    simulated = mg_summary_text(summary, TRUE);
    g_assert_cmpstr(real, ==, "2 mails sent, 1 postponed, 1 errors.");
    g_assert_cmpstr(simulated, ==, "Simulation: 2 mails sent, 1 postponed, 1 errors.");
    g_assert_cmpuint(mg_summary_elsewhere(summary), ==, 1);
    g_assert_cmpuint(mg_summary_done(summary), ==, 4);
    g_assert_cmpuint(mg_summary_in_hand(summary), ==, 0);
    mg_summary_count_taken(summary);
    g_assert_cmpuint(mg_summary_in_hand(summary), ==, 1);
    mg_summary_count_left(summary, MG_LEFT_SENT);
}

static void test_failed_copy_is_an_error(void)
{
    g_autoptr(MgSummary) summary = mg_summary_new();

    mg_summary_count_taken(summary);
    mg_summary_count_left(summary, MG_LEFT_SENT);
    mg_summary_count_copy_error(summary);
    g_assert_cmpuint(mg_summary_errors(summary), ==, 1);
    mg_summary_count_bad_signature(summary);
    g_assert_cmpuint(mg_summary_errors(summary), ==, 2);
}

/* The assertion that no group gets lost must fire. */
static void test_lost_group_is_noticed(void)
{
    if (g_test_subprocess()) {
        MgSummary *summary = mg_summary_new();
        mg_summary_count_taken(summary);
        mg_summary_check(summary);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/summary/text", test_text);
    g_test_add_func("/summary/failed-copy-is-an-error", test_failed_copy_is_an_error);
    g_test_add_func("/summary/lost-group-is-noticed", test_lost_group_is_noticed);
    return g_test_run();
}
