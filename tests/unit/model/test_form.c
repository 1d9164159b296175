/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/form.h"

static void test_names(void)
{
    static const gchar *const names[] = {"inline", "attachment", "zip"};

    for (guint i = 0; i < MG_FORM_COUNT; i++) {
        MgForm form;

        g_assert_cmpstr(mg_form_name(i), ==, names[i]);
        g_assert_true(mg_form_parse(names[i], &form));
        g_assert_cmpint(form, ==, i);
    }
}

static void test_no_name(void)
{
    static const gchar *const names[] = {"", "Inline", "zip ", "by_size"};
    MgForm form = MG_FORM_ZIP;

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_false(mg_form_parse(names[i], &form));
    g_assert_cmpint(form, ==, MG_FORM_ZIP);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/form/names", test_names);
    g_test_add_func("/form/no-name", test_no_name);
    return g_test_run();
}
