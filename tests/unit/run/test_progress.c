/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/progress.h"

static const struct {
    guint done;
    guint all;
    gint64 elapsed_us;
    const gchar *text;
} cases[] = {
    {0, 100, 0, "0 of 100"},
    {0, 100, 5 * G_USEC_PER_SEC, "0 of 100"},
    {50, 100, 1 * G_USEC_PER_SEC, "50 of 100 (50 %), 50/s, 0:01 left"},
    {100, 1000, 100 * G_USEC_PER_SEC, "100 of 1000 (10 %), 1/s, 15:00 left"},
    {100, 100, 2 * G_USEC_PER_SEC, "100 of 100 (100 %), 50/s, 0:00 left"},
};

static void test_text(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *text = mg_progress_text(cases[i].done, cases[i].all, cases[i].elapsed_us);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/progress/text", test_text);
    return g_test_run();
}
