/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/guess.h"

static void test_distance(void)
{
    static const struct {
        const gchar *typed;
        const gchar *meant;
        guint distance;
    } cases[] = {
        {"", "", 0},         {"port", "port", 0},     {"", "ab", 2},
        {"ab", "", 2},       {"prt", "port", 1},      {"poort", "port", 1},
        {"pirt", "port", 1}, {"prot", "port", 1},     {"porst", "port", 1},
        {"topr", "port", 3}, {"saftey", "safety", 1}, {"kitten", "sitting", 3},
        {"ba", "acb", 3},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpuint(mg_guess_distance(cases[i].typed, cases[i].meant), ==, cases[i].distance);
}

static void test_long_words(void)
{
    g_autofree gchar *longest = g_strnfill(100, 'x');
    g_autofree gchar *longer = g_strnfill(101, 'x');

    g_assert_cmpuint(mg_guess_distance(longest, longest), ==, 0);
    g_assert_cmpuint(mg_guess_distance(longest, ""), ==, 100);
    g_assert_cmpuint(mg_guess_distance(longer, longest), ==, G_MAXUINT);
    g_assert_cmpuint(mg_guess_distance(longest, longer), ==, G_MAXUINT);
}

static void test_nearest(void)
{
    static const gchar *const known[] = {"name", "match", "data", "tables", "date", NULL};
    static const gchar *const none[] = {NULL};

    g_assert_cmpstr(mg_guess_nearest("mtach", known), ==, "match");
    g_assert_cmpstr(mg_guess_nearest("tabels", known), ==, "tables");
    g_assert_cmpstr(mg_guess_nearest("dat", known), ==, "data");
    g_assert_cmpstr(mg_guess_nearest("TABLES", known), ==, "tables");
    g_assert_null(mg_guess_nearest("other", known));
    g_assert_null(mg_guess_nearest("tablesandmore", known));
    g_assert_null(mg_guess_nearest("x", known));
    g_assert_null(mg_guess_nearest("", known));
    g_assert_null(mg_guess_nearest("name", none));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guess/distance", test_distance);
    g_test_add_func("/guess/long-words", test_long_words);
    g_test_add_func("/guess/nearest", test_nearest);
    return g_test_run();
}
