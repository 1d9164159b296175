/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/json_text.h"

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *wanted;
} cases[] = {
    {"plain", "abuse@isp.example", "\"abuse@isp.example\""},
    {"null", NULL, "null"},
    {"empty", "", "\"\""},
    {"quotes", "say \"x\" \\ y", "\"say \\\"x\\\" \\\\ y\""},
    {"lines", "a\r\nb\tc", "\"a\\r\\nb\\tc\""},
    {"controls", "\x01\x1b[31m\x7f\xc2\x9b", "\"\\u0001\\u001b[31m\\u007f\\u009b\""},
    {"umlauts", "Grüße €𝄞", "\"Grüße €𝄞\""},
    {"line-separators", "a\xe2\x80\xa8z\xe2\x80\xa9", "\"a\\u2028z\\u2029\""},
    {"script-element", "</script><!-- a/b", "\"\\u003c/script>\\u003c!-- a/b\""},
    {"no-utf-8", "a\xff\xc3z", "\"a\xef\xbf\xbd\xef\xbf\xbdz\""},
    {"surrogate", "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
};

static void test_append(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GString) out = g_string_new(NULL);

    mg_json_text_append_string(out, cases[i].text);
    g_assert_cmpstr(out->str, ==, cases[i].wanted);
}

static void test_bytes(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_json_text_append_bytes(out, "a\0ä\xc3", 5);
    g_assert_cmpstr(out->str, ==, "\"a\\u0000ä\xef\xbf\xbd\"");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strdup_printf("/json-text/%s", cases[i].name);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_append);
    }
    g_test_add_func("/json-text/bytes", test_bytes);
    return g_test_run();
}
