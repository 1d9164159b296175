/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/address_advice.h"

#include "mime/address.h"

#include <string.h>

#define COMMA "a comma stands between two addresses"

static const struct {
    const gchar *text;
    const gchar *advice; /* NULL: none */
} cases[] = {
    {"a@b.example; c@d.example", COMMA},
    {"a@b.example;c@d.example", COMMA},
    {"a@b.example c@d.example", COMMA},
    {"a@b.example|c@d.example", COMMA},
    {"A <a@b.example> C <c@d.example>", COMMA},
    {"a@b.example;", "nothing stands behind the last address"},
    {"a@b.example, ", "nothing stands behind the last address"},
    {"a@b.example.", "take out the dot at the end"},
    {"mailto:a@b.example", "take out mailto:"},
    {"<MailTo:a@b.example>", "take out mailto:"},
    {"mailto:a@b.example; mailto:c@d.example", "take out mailto:"},
    {"a@b.example\u00a0", "take out the character U+00A0, which only looks like a space"},
    {"\u00a0a@b.example", "take out the character U+00A0, which only looks like a space"},
    {"a@b.example,\u3000c@d.example",
     "take out the character U+3000, which only looks like a space"},
    {"\"a@b.example\"", "take out the quotes"},
    {"'a@b.example'", "take out the quotes"},
    {"a@b@c.example", NULL},
    {"a b@c.example", NULL},
    {"a@", NULL},
};

/* Each of them is refused, and says so. */
static void test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *advice = mg_address_advice(cases[i].text);
        g_autoptr(GError) error = NULL;
        g_autofree gchar *hint = NULL;

        g_test_message("%s", cases[i].text);
        g_assert_cmpstr(advice, ==, cases[i].advice);
        g_assert_null(mg_address_parse("recipient", cases[i].text, &error));
        hint = g_strconcat("\nHINT: ", cases[i].advice, NULL);
        if (cases[i].advice != NULL)
            g_assert_true(g_str_has_suffix(error->message, hint));
        else
            g_assert_null(strstr(error->message, "HINT"));
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address_advice/table", test_table);
    return g_test_run();
}
