/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/node.h"

static MgNode text_node(const gchar *text, gsize length, gboolean is_plain)
{
    return (MgNode){.kind = MG_NODE_TEXT,
                    .filename = "F",
                    .text = (gchar *)text,
                    .length = length,
                    .is_plain = is_plain};
}

static void test_types(void)
{
    static const struct {
        const gchar *text;
        gsize length;
        gboolean is_plain;
        const gchar *type_name;
        gboolean is_c_string;
    } cases[] = {
        {"a", 1, FALSE, "a string", TRUE},     {"a\0b", 3, FALSE, "a string", FALSE},
        {"true", 4, FALSE, "a string", TRUE},  {"12", 2, FALSE, "a string", TRUE},
        {"true", 4, TRUE, "a boolean", FALSE}, {"false", 5, TRUE, "a boolean", FALSE},
        {"-12", 3, TRUE, "an integer", FALSE}, {"1.5", 3, TRUE, "a number", FALSE},
        {"1E5", 3, TRUE, "a number", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        MgNode node = text_node(cases[i].text, cases[i].length, cases[i].is_plain);

        g_assert_cmpstr(mg_node_type_name(&node), ==, cases[i].type_name);
        g_assert_cmpint(mg_node_is_c_string(&node), ==, cases[i].is_c_string);
        g_assert_cmpint(mg_node_is_string(&node), ==, !cases[i].is_plain);
    }
    g_assert_cmpstr(mg_node_type_name(&(MgNode){.kind = MG_NODE_NOTHING}), ==, "null");
    g_assert_cmpstr(mg_node_type_name(&(MgNode){.kind = MG_NODE_MAP}), ==, "an object");
    g_assert_cmpstr(mg_node_type_name(&(MgNode){.kind = MG_NODE_LIST}), ==, "a list");
}

static void test_keys(void)
{
    MgNode key = text_node("a", 1, FALSE);
    MgNode with_nul = text_node("a\0", 2, FALSE);
    MgNode value = text_node("1", 1, TRUE);
    MgNode other = text_node("2", 1, TRUE);
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    MgNode map = {.kind = MG_NODE_MAP, .keys = keys, .values = values};

    g_ptr_array_add(keys, &with_nul);
    g_ptr_array_add(values, &other);
    g_assert_null(mg_node_lookup(&map, "a"));
    g_ptr_array_add(keys, &key);
    g_ptr_array_add(values, &value);
    g_assert_true(mg_node_lookup(&map, "a") == &value);
    g_assert_false(mg_node_equal(&key, &with_nul));
    g_assert_true(mg_node_hash(&key) == mg_node_hash(&(MgNode){.text = (gchar *)"a", .length = 1}));
}

static void test_place(void)
{
    MgNode node = text_node("a", 1, FALSE);
    g_autofree gchar *unknown = mg_node_place(&node);
    g_autofree gchar *known = NULL;

    node.line = 3;
    node.column = 7;
    known = mg_node_place(&node);
    g_assert_cmpstr(unknown, ==, "F:1:1");
    g_assert_cmpstr(known, ==, "F:3:7");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/node/types", test_types);
    g_test_add_func("/node/keys", test_keys);
    g_test_add_func("/node/place", test_place);
    return g_test_run();
}
