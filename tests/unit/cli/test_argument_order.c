/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/argument_order.h"

static void test_order(void)
{
    static const struct {
        const gchar *given;
        const gchar *expected;
    } cases[] = {
        {"p", "p"},
        {"p check", "p check"},
        {"p check -c f", "p check -c f"},
        {"p -c f check", "p check -c f"},
        {"p -c check check", "p check -c check"},
        {"p -cf check -v", "p check -cf -v"},
        {"p -vc f check", "p check -vc f"},
        {"p -cv check", "p check -cv"},
        {"p --config f check", "p check --config f"},
        {"p --config=f check", "p check --config=f"},
        {"p -v -v check check", "p check -v -v check"},
        {"p -N 3 -a", "p -N 3 -a"},
        {"p -a", "p -a"},
        {"p -c", "p -c"},
        {"p -- check", "p -- check"},
        {"p -v -- check", "p -v -- check"},
        {"p - check", "p - check"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) given = g_strsplit(cases[i].given, " ", -1);
        g_auto(GStrv) ordered = mg_argument_order(given);
        g_autofree gchar *joined = g_strjoinv(" ", ordered);
        g_assert_cmpstr(joined, ==, cases[i].expected);
    }
}

static void test_no_arguments(void)
{
    gchar *const none[] = {NULL};
    g_auto(GStrv) ordered = mg_argument_order(none);

    g_assert_cmpuint(g_strv_length(ordered), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/argument_order/order", test_order);
    g_test_add_func("/argument_order/no_arguments", test_no_arguments);
    return g_test_run();
}
