/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/part_id.h"

static void test_there_and_back(void)
{
    g_autofree gchar *id = mg_part_id_new("<17.5.00ffx@cert.example>", 2, 13);
    g_autofree gchar *base = NULL;
    guint number = 0;
    guint n_parts = 0;

    g_assert_cmpstr(id, ==, "<17.5.00ffx.2of13@cert.example>");
    g_assert_true(mg_part_id_parse(id, &base, &number, &n_parts));
    g_assert_cmpstr(base, ==, "<17.5.00ffx@cert.example>");
    g_assert_cmpuint(number, ==, 2);
    g_assert_cmpuint(n_parts, ==, 13);
}

static void test_others(void)
{
    static const gchar *const ids[] = {"",
                                       "<a@b>",
                                       "<a.2of3>",
                                       "<a.2@b>",
                                       "<a.2of@b>",
                                       "<a.of3@b>",
                                       "<a.0of3@b>",
                                       "<a.4of3@b>",
                                       "<a.1of1@b>",
                                       "<a.02of3@b>",
                                       "<a.2of3x@b>",
                                       "<a@b.2of3>",
                                       "<a.2OF3@b>",
                                       "<a.-1of3@b>",
                                       "<a.2of99999999999999999999@b>"};

    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree gchar *base = NULL;
        guint number;
        guint n_parts;

        g_test_message("%s", ids[i]);
        g_assert_false(mg_part_id_parse(ids[i], &base, &number, &n_parts));
        g_assert_null(base);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/part-id/there-and-back", test_there_and_back);
    g_test_add_func("/part-id/others", test_others);
    return g_test_run();
}
