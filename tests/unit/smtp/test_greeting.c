/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/greeting.h"

#include <string.h>

static const struct {
    const gchar *name;
    gboolean qualified;
} cases[] = {
    {"mail.cert.example", TRUE},
    {"a.b", TRUE},
    {"MAIL-1.cert.example", TRUE},
    {"mail", FALSE},
    {"localhost", FALSE},
    {"localhost.localdomain", FALSE},
    {"", FALSE},
    {".example", FALSE},
    {"-a.example", FALSE},
    {"a b.example", FALSE},
    {"a.example\r\nQUIT", FALSE},
    {"b\xc3\xbc.example", FALSE},
};

static void test_is_qualified(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        g_assert_cmpint(mg_greeting_is_qualified(cases[i].name), ==, cases[i].qualified);
    }
}

static void test_name_may_be_said(void)
{
    const gchar *name = mg_greeting_name();

    g_assert_true(name == mg_greeting_name());
    g_assert_true(mg_greeting_is_qualified(name) ||
                  (name[0] == '[' && g_str_has_suffix(name, "]")));
    g_assert_cmpuint(strcspn(name, " \t\r\n<>%"), ==, strlen(name));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/greeting/is-qualified", test_is_qualified);
    g_test_add_func("/greeting/name-may-be-said", test_name_may_be_said);
    return g_test_run();
}
