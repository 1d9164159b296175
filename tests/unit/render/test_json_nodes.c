/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/json_nodes.h"

#include "base/error.h"

/* A letter a node and the index of the node behind all that it holds. */
static gchar *print(const GArray *nodes)
{
    static const gchar letters[] = {
        [MG_JSON_NODE_OBJECT] = 'o', [MG_JSON_NODE_ARRAY] = 'a',   [MG_JSON_NODE_KEY] = 'k',
        [MG_JSON_NODE_STRING] = 's', [MG_JSON_NODE_INTEGER] = 'i', [MG_JSON_NODE_FLOAT] = 'f',
        [MG_JSON_NODE_WORD] = 'w',
    };
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < nodes->len; i++) {
        const MgJsonNode *node = mg_json_nodes_at(nodes, i);
        g_string_append_printf(out, "%c%zu ", letters[node->type], node->next);
    }
    return g_string_free(out, FALSE);
}

static void test_tree(void)
{
    static const gchar *const cases[][2] = {
        {"[]", "a1 "},
        {"{}", "o1 "},
        {"[1, 1.5, 1e5, \"x\", null]", "a6 i2 f3 f4 s5 w6 "},
        {"{\"a\": [true], \"b\": {\"c\": NaN}}", "o8 k2 a4 w4 k5 o8 k7 w8 "},
        {" [ [ ] , { } ] ", "a3 a2 o3 "},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) nodes = NULL;
        g_autofree gchar *printed = NULL;
        MgJsonNode root;

        g_assert_true(mg_json_nodes_parse(cases[i][0], &root, &nodes, &error));
        g_assert_no_error(error);
        printed = print(nodes);
        g_assert_cmpstr(printed, ==, cases[i][1]);
        g_assert_cmpint(root.type, ==, mg_json_nodes_at(nodes, 0)->type);
    }
}

/* Values of extra are scalars nearly always: they cost no memory. */
static void test_scalar(void)
{
    g_autoptr(GArray) nodes = NULL;
    MgJsonNode root;

    g_assert_true(mg_json_nodes_parse(" -12 ", &root, &nodes, NULL));
    g_assert_null(nodes);
    g_assert_cmpint(root.type, ==, MG_JSON_NODE_INTEGER);
    g_assert_cmpint(root.end - root.start, ==, 3);
    g_assert_true(mg_json_nodes_parse("Infinity", &root, &nodes, NULL));
    g_assert_null(nodes);
    g_assert_cmpstr(root.word, ==, "inf");
}

static void test_strings(void)
{
    static const struct {
        const gchar *json;
        const gchar *kept;
        const gchar *replaced;
    } cases[] = {
        {"\"\"", "", ""},
        {"\"a\\n\\u00e9\\ud83d\\ude00\\/\"", "a\né😀/", "a\né😀/"},
        {"\"\\u0000\"", "\xc0\x80", "\xef\xbf\xbd"},
        {"\"\\ud800\"", "\xed\xa0\x80", "\xef\xbf\xbd"},
        {"\"\\udc00\\ud800\"", "\xed\xb0\x80\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GArray) nodes = NULL;
        g_autoptr(GString) kept = g_string_new(NULL);
        g_autoptr(GString) replaced = g_string_new(NULL);
        MgJsonNode root;

        g_assert_true(mg_json_nodes_parse(cases[i].json, &root, &nodes, NULL));
        mg_json_nodes_append_string(kept, &root, FALSE);
        mg_json_nodes_append_string(replaced, &root, TRUE);
        g_assert_cmpstr(kept->str, ==, cases[i].kept);
        g_assert_cmpstr(replaced->str, ==, cases[i].replaced);
    }
}

static void test_errors(void)
{
    static const gchar *const cases[] = {"",         " ",    "[",   "[1",       "{\"a\"",
                                         "{\"a\":}", "[1,]", "1 2", "\"a",      "\"\\x\"",
                                         "tru",      "01",   "-",   "\"\xff\"", "[}"};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) nodes = NULL;
        MgJsonNode root;

        g_assert_false(mg_json_nodes_parse(cases[i], &root, &nodes, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_null(nodes);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json-nodes/tree", test_tree);
    g_test_add_func("/json-nodes/scalar", test_scalar);
    g_test_add_func("/json-nodes/strings", test_strings);
    g_test_add_func("/json-nodes/errors", test_errors);
    return g_test_run();
}
