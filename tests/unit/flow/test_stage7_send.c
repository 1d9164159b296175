/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage7_send.h"

static void note_mail(const MgAccountMail *told, gpointer data)
{
    g_assert_null(told->outcome);
    g_assert_true(told->is_copy);
    (*(guint *)data)++;
}

static void test_send_nothing(void)
{
    const MgAccountHandlers handlers = {.mail = note_mail};
    const MgSafetySettings brakes = {0};
    guint n_told = 0;
    g_autoptr(MgSafety) safety = mg_safety_new(&brakes, NULL);
    g_autoptr(MgAccount) account = mg_account_new(&handlers, &n_told);
    const MgSite site = {.safety = safety, .account = account, .purpose = MG_PURPOSE_PREVIEW};
    g_autoptr(MgMail) mail = mg_mail_new();
    g_autoptr(MgOutcome) outcome = NULL;

    mail->envelope_tos = g_strsplit("a@isp.example", ",", 0);
    outcome = mg_stage7_send(NULL, &site, &(MgAccountMail){.mail = mail, .is_copy = TRUE}, NULL);
    g_assert_nonnull(outcome);
    g_assert_cmpuint(n_told, ==, 1);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage7_send/send_nothing", test_send_nothing);
    return g_test_run();
}
