/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/header_check.h"

#include "document/tree.h"

#include <string.h>

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *headers;   /* NAME=TEXT; … */
    const gchar *complaint; /* NULL: none */
} cases[] = {
    {"none", "{}", "", NULL},
    {"two", "{\"List-Id\": \"<a.example>\", \"X-Ä\": 1}", "List-Id=<a.example>;", "is no name"},
    {"any-text", "{\"Organization\": \"Grüße\\tx\"}", "Organization=Grüße\tx;", NULL},
    {"null-takes-away", "{\"X-A\": null}", "", NULL},
    {"no-object", "[]", "", "found a list, wanted an object of header names"},
    {"empty-name", "{\"\": \"x\"}", "", "is no name"},
    {"blank-in-name", "{\"X A\": \"x\"}", "", "is no name"},
    {"colon-in-name", "{\"X:\": \"x\"}", "", "is no name"},
    {"break-in-name", "{\"X\\r\\nBcc\": \"x\"}", "", "'X\\x0d\\x0aBcc' is no name"},
    {"own", "{\"subject\": \"x\"}", "", "is a header that the program"},
    {"own-family", "{\"CONTENT-Language\": \"x\"}", "", "is a header that the program"},
    {"reply-to", "{\"reply-TO\": \"x\"}", "", "is what key 'reply_to' is for"},
    {"twice", "{\"X-A\": \"x\", \"x-a\": \"y\"}", "X-A=x;", "is given twice"},
    {"number", "{\"Priority\": 5}", "", "has a value that is no string"},
    {"break-in-value", "{\"X-A\": \"x\\nBcc: y\"}", "", "has a value with a line break"},
    {"cr-in-value", "{\"X-A\": \"x\\ry\"}", "", "has a value with a line break"},
    {"nul-in-value", "{\"X-A\": \"x\\u0000y\"}", "", "has a value with a line break"},
    {"nul-first-in-value", "{\"X-A\": \"\\u0000y\"}", "", "has a value with a line break"},
    {"empty-value", "{\"X-A\": \" \"}", "", "has an empty value"},
};

static gchar *join(const MgPairs *headers)
{
    GString *joined = g_string_new(NULL);

    for (guint i = 0; i < mg_pairs_count(headers); i++)
        g_string_append_printf(joined, "%s=%s;", mg_pairs_name(headers, i),
                               mg_pairs_text(headers, i));
    return g_string_free(joined, FALSE);
}

static void test_cases(void)
{
    const MgKnownKey *key = mg_known_keys_find("headers");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgComplaints) complaints = mg_complaints_new("f");
        g_autoptr(MgTree) tree =
            mg_tree_read(MG_DIALECT_JSON, cases[i].text, strlen(cases[i].text), complaints);
        g_autoptr(MgPairs) headers = mg_pairs_new();
        g_autoptr(MgProblems) problems = mg_problems_new();
        g_autofree gchar *joined = NULL;

        g_test_message("%s", cases[i].name);
        mg_header_check(tree->root, key, headers, problems);
        joined = join(headers);
        g_assert_cmpstr(joined, ==, cases[i].headers);
        g_assert_cmpuint(problems->errors->len, ==, cases[i].complaint == NULL ? 0 : 1);
        if (cases[i].complaint != NULL)
            g_assert_nonnull(strstr(problems->errors->pdata[0], cases[i].complaint));
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/header-check/cases", test_cases);
    return g_test_run();
}
