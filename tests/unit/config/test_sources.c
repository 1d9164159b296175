/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/sources.h"

#include <string.h>

static MgSources *read_two(const gchar *below, const gchar *above)
{
    g_autoptr(MgProblems) problems = mg_problems_new();
    MgSources *sources = mg_sources_new();

    mg_sources_add(sources, "s", below, strlen(below), problems);
    if (above != NULL)
        mg_sources_add(sources, "u", above, strlen(above), problems);
    g_assert_cmpuint(problems->errors->len, ==, 0);
    return sources;
}

static const struct {
    const gchar *name;
    const gchar *below;
    const gchar *above;
    const gchar *merged;
} merge_cases[] = {
    {"members", "{\"a\": 1, \"b\": 2}", "{\"b\": 3, \"c\": 4}", "{\"a\": 1, \"b\": 3, \"c\": 4}"},
    {"objects", "{\"o\": {\"a\": 1, \"b\": 2}}", "{\"o\": {\"b\": 3}}",
     "{\"o\": {\"a\": 1, \"b\": 3}}"},
    {"one-level-only", "{\"o\": {\"p\": {\"a\": 1}}}", "{\"o\": {\"p\": {\"b\": 2}}}",
     "{\"o\": {\"p\": {\"b\": 2}}}"},
    {"object-over-scalar", "{\"o\": 1}", "{\"o\": {}}", "{\"o\": {}}"},
    {"null-over-object", "{\"o\": {\"a\": 1}}", "{\"o\": null}", "{\"o\": null}"},
    {"list-over-list", "{\"o\": [1]}", "{\"o\": [2]}", "{\"o\": [2]}"},
};

static void test_merge(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(merge_cases); i++) {
        g_autoptr(MgSources) sources = read_two(merge_cases[i].below, merge_cases[i].above);
        g_autofree gchar *printed = mg_sources_print(mg_sources_root(sources));

        g_test_message("%s", merge_cases[i].name);
        g_assert_cmpstr(printed, ==, merge_cases[i].merged);
    }
}

static void test_merge_keeps_places(void)
{
    g_autoptr(MgSources) sources =
        read_two("{\"o\": {\"a\": 1, \"b\": 2}}", "{\n \"o\": {\"b\": 3}}");
    const MgNode *object = mg_node_lookup(mg_sources_root(sources), "o");
    g_autofree gchar *o = mg_node_place(object);
    g_autofree gchar *a = mg_node_place(mg_node_lookup(object, "a"));
    g_autofree gchar *b = mg_node_place(mg_node_lookup(object, "b"));

    g_assert_cmpstr(o, ==, "u:2:2");
    g_assert_cmpstr(a, ==, "s:1:13");
    g_assert_cmpstr(b, ==, "u:2:13");
}

static void test_print(void)
{
    static const struct {
        const gchar *text;
        const gchar *printed;
    } cases[] = {
        {"{}", "{}"},
        {"{\"a\":[ ],\"b\":[null,true,{}]}", "{\"a\": [], \"b\": [null, true, {}]}"},
        {"{\"a\": [-0, 12345678901234567890123, 1.50, 1E5]}",
         "{\"a\": [-0, 12345678901234567890123, 1.50, 1E5]}"},
        {"{\"a\\u0000b\": \"\\u0000\"}", "{\"a\\u0000b\": \"\\u0000\"}"},
        {"{\"a\": 1, \"a\\u0000\": 2}", "{\"a\": 1, \"a\\u0000\": 2}"},
        {"{\"\": \"\\/\\b\\f\\n\\u00e9\\\"\\\\[\"}", "{\"\": \"/\\b\\f\\né\\\"\\\\[\"}"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgSources) sources = read_two(cases[i].text, NULL);
        g_autofree gchar *printed = mg_sources_print(mg_sources_root(sources));

        g_assert_cmpstr(printed, ==, cases[i].printed);
    }
}

/* A text that is left out does not hide the others, nor what is wrong with them. */
static void test_problems(void)
{
    g_autoptr(MgProblems) problems = mg_problems_new();
    g_autoptr(MgSources) sources = mg_sources_new();

    mg_sources_add(sources, "a", "[]", 2, problems);
    g_assert_null(mg_sources_root(sources));
    mg_sources_add(sources, "b", "{\"x\": 1}", 8, problems);
    mg_sources_add(sources, "c", "{\n1}", 4, problems);
    g_assert_cmpuint(mg_node_count(mg_sources_root(sources)), ==, 1);
    g_assert_cmpuint(problems->errors->len, ==, 2);
    g_assert_cmpstr(problems->errors->pdata[0], ==,
                    "a:1:1: found a list, wanted an object that holds the settings");
    g_assert_true(g_str_has_prefix(problems->errors->pdata[1], "c:2:1: not valid JSON: "));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sources/merge", test_merge);
    g_test_add_func("/sources/merge-keeps-places", test_merge_keeps_places);
    g_test_add_func("/sources/print", test_print);
    g_test_add_func("/sources/problems", test_problems);
    return g_test_run();
}
