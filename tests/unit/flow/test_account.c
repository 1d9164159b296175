/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/account.h"

#define N_THREADS 4
#define N_EACH 2000

typedef struct {
    guint n_skipped; /* not atomic: the account's lock is what protects it */
    MgLeft last;
} Told;

static void note_skipped(const MgGroup *group, MgLeft how, const gchar *because, gpointer data)
{
    Told *told = data;

    told->n_skipped++;
    told->last = how;
}

static const MgAccountHandlers handlers = {.skipped = note_skipped};

static gpointer tell(gpointer account)
{
    for (guint i = 0; i < N_EACH; i++)
        mg_account_tell_skipped(account, NULL, MG_LEFT_ELSEWHERE, "");
    return NULL;
}

static void test_handlers_are_called_one_at_a_time(void)
{
    Told told = {0};
    g_autoptr(MgAccount) account = mg_account_new(&handlers, &told);
    GThread *threads[N_THREADS];

    for (guint i = 0; i < N_THREADS; i++)
        threads[i] = g_thread_new("teller", tell, account);
    for (guint i = 0; i < N_THREADS; i++)
        g_thread_join(threads[i]);
    g_assert_cmpuint(told.n_skipped, ==, N_THREADS * N_EACH);
    g_assert_cmpint(told.last, ==, MG_LEFT_ELSEWHERE);
}

static void test_nobody_listens(void)
{
    Told told = {0};
    g_autoptr(MgAccount) account = mg_account_new(&handlers, &told);

    mg_account_tell_failed(account, NULL, NULL); /* no such handler */
    mg_account_tell_failed(NULL, NULL, NULL);
    mg_account_tell_skipped(NULL, NULL, MG_LEFT_SKIPPED, "");
    g_assert_cmpuint(told.n_skipped, ==, 0);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/account/lock", test_handlers_are_called_one_at_a_time);
    g_test_add_func("/account/nobody", test_nobody_listens);
    return g_test_run();
}
