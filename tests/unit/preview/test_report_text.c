/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/report_text.h"

static void test_of(void)
{
    static const struct {
        const gchar *json;
        const gchar *text;
    } cases[] = {
        {"{\"a\": 1, \"b\": [\"x, y\", {}], \"c\":[ ]}",
         "{\n  \"a\": 1,\n  \"b\": [\n    \"x, y\",\n    {}\n  ],\n  \"c\": []\n}\n"},
        {"{\"a\": \"\\\"{[,:\\\\\"}", "{\n  \"a\": \"\\\"{[,:\\\\\"\n}\n"},
        {"{\"payload\": \"ImEiDQoiYiINCg==\"}",
         "{\n  \"payload\": \"(see below)\"\n}\n\n\"a\"\n\"b\"\n"},
        {"{\"payload\": \"/w==\"}", "{\n  \"payload\": \"/w==\"\n}\n"}, /* no text */
        {"", "\n"},
        {"}}]", "}\n}\n]\n"},
        {"\"open", "\"open\n"},
        {"\"\\", "\"\\\n"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *text = mg_report_text_of(cases[i].json);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report-text/of", test_of);
    return g_test_run();
}
