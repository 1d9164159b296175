/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/problems.h"

#include "base/error.h"
#include "document/tree.h"

#include <string.h>

static void test_settle(void)
{
    g_autoptr(MgProblems) problems = mg_problems_new();
    g_autoptr(GError) error = NULL;
    const MgNode value = {.filename = "f", .line = 2, .column = 7};

    mg_problems_warning(problems, &value, "a.b", "beware of %d", 1);
    g_assert_true(mg_problems_report(problems, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(problems->warnings->pdata[0], ==, "f:2:7: key 'a.b': beware of 1");

    mg_problems_error(problems, &value, "a\033[2J", "wrong: %s", "x");
    mg_problems_error(problems, &value, "c", "too");
    g_assert_false(mg_problems_report(problems, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_cmpstr(error->message, ==, "f:2:7: key 'a\\x1b[2J': wrong: x\nf:2:7: key 'c': too");
}

static const struct {
    const gchar *json;
    MgKeyKind kind;
    const gchar *found; /* behind the key */
} cases[] = {
    {"\"25x\"", MG_KEY_PORT, "found \"25x\" (a string), wanted an integer from 1 to 65535: why"},
    {"-12.50", MG_KEY_PORT, "found -12.50 (a number), wanted"},
    {"7", MG_KEY_TEXT, "found 7 (an integer), wanted a string"},
    {"true", MG_KEY_TEXT, "found true (a boolean), wanted"},
    {"null", MG_KEY_TEXT, "found null, wanted"},
    {"[\"x\"]", MG_KEY_TEXT, "found a list, wanted"},
    {"{\"x\": 1}", MG_KEY_TEXT, "found an object, wanted"},
    {"\"a\\u0000\\u001b\"", MG_KEY_TEXT, "found \"a\\x00\\x1b\" (a string), wanted"},
    {"\"hush\"", MG_KEY_SECRET, "found (hidden) (a string), wanted"},
    {"47114711", MG_KEY_SECRET, "found (hidden) (an integer), wanted"},
    {"\"hush\"", MG_KEY_OBJECT, "found (hidden) (a string), wanted an object"},
};

static void test_unfit(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgProblems) problems = mg_problems_new();
        g_autoptr(MgComplaints) complaints = mg_complaints_new("f");
        g_autoptr(MgTree) tree =
            mg_tree_read(MG_DIALECT_JSON, cases[i].json, strlen(cases[i].json), complaints);
        const MgKnownKey key = {.path = "k", .kind = cases[i].kind};
        g_autofree gchar *wanted = g_strconcat("f:1:1: key 'k': ", cases[i].found, NULL);

        mg_problems_unfit(problems, tree->root, &key, "why");
        g_test_message("%s", (const gchar *)problems->errors->pdata[0]);
        g_assert_true(g_str_has_prefix(problems->errors->pdata[0], wanted));
        g_assert_true(g_str_has_suffix(problems->errors->pdata[0], ": why"));
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/problems/settle", test_settle);
    g_test_add_func("/problems/unfit", test_unfit);
    return g_test_run();
}
