/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/python_repr.h"

static void test_quoted(void)
{
    static const gchar *const pairs[][2] = {
        {"plain", "'plain'"},
        {"it's", "\"it's\""},
        {"\"it's\"", "'\"it\\'s\"'"},
        {"a\\b\t\n\r\x01\x7f", "'a\\\\b\\t\\n\\r\\x01\\x7f'"},
        {"é\xc2\xa0 \xe2\x80\xa8😀\xf3\xa0\x80\x81", "'é\\xa0 \\u2028😀\\U000e0001'"},
        {"\xc0\x80\xed\xa0\x80", "'\\x00\\ud800'"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        mg_python_repr_append(out, pairs[i][0], -1);
        g_assert_cmpstr(out->str, ==, pairs[i][1]);
    }
}

static void test_length(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_python_repr_append(out, "a\0'b", 3);
    g_assert_cmpstr(out->str, ==, "\"a\\x00'\"");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/python-repr/quoted", test_quoted);
    g_test_add_func("/python-repr/length", test_length);
    return g_test_run();
}
