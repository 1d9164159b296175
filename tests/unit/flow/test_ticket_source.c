/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/ticket_source.h"

#define NOW (G_GINT64_CONSTANT(1795575600) * G_USEC_PER_SEC) /* 2026-11-25 */

static void test_ticket_numbers(void)
{
    g_autoptr(MgTicketPool) pool = mg_ticket_source_pool_new(MG_PURPOSE_PREVIEW, NULL);
    MgTicketSource source = {.pool = pool, .now = NOW};
    g_autofree gchar *placeholder = mg_ticket_source_next(&source, NULL);
    g_autofree gchar *own = NULL;
    g_autofree gchar *next = NULL;

    g_assert_cmpstr(placeholder, ==, "20261125-NNNNNNNN");
    source.own = "20261124-10000007";
    own = mg_ticket_source_next(&source, NULL);
    next = mg_ticket_source_draw(&source, NULL);
    g_assert_cmpstr(own, ==, "20261124-10000007");
    g_assert_cmpstr(next, ==, "20261125-NNNNNNNN");
    g_assert_cmpuint(source.n_given, ==, 2);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ticket_source/ticket_numbers", test_ticket_numbers);
    return g_test_run();
}
