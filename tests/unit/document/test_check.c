/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/check.h"

#include "../formats/yaml_case.h"

typedef struct {
    gboolean flag;
    gchar *text;
} Target;

static void read_list(gpointer target, const MgNode *value, const gchar *what,
                      MgComplaints *complaints)
{
    mg_check_list(value, what, complaints);
}

static const MgCheckField fields[] = {
    {"text", mg_check_read_text, G_STRUCT_OFFSET(Target, text), ""},
    {"flag", mg_check_read_boolean, G_STRUCT_OFFSET(Target, flag), "; write true"},
    {"list", read_list, 0},
    {NULL},
};

static const struct {
    const gchar *yaml;
    const gchar *complaints;
    const gchar *text;
    gboolean flag;
} cases[] = {
    {"{text: a, flag: true, list: [b]}", "", "a", TRUE},
    {"{text: 5, flag: True}", "", "5", TRUE},
    {"{text: 1.50, flag: FALSE}", "", "1.50", FALSE},
    {"{text: true, flag: false}", "", "true", FALSE},
    {"{text: '', flag: false}", "", "", FALSE},
    {"{text: null, flag: false}", "F:1:8: 'text' must be a text, but is left empty", NULL, FALSE},
    {"{text: {}, flag: []}",
     "F:1:8: 'text' must be a text, but is a mapping\n"
     "F:1:18: 'flag' must be true or false, without quotes, but is a list",
     NULL, FALSE},
    {"{text: a, flag: 'true'}",
     "F:1:17: 'flag' must be true or false, without quotes, but is 'true'", "a", FALSE},
    {"{text: a, flag: true, list: b}",
     "F:1:29: 'list' must be a list (\"[a, b]\", or lines that begin with \"- \"), but is 'b'", "a",
     TRUE},
    {"{}", "F:1:1: a thing has no 'text'\nF:1:1: a thing has no 'flag'; write true", NULL, FALSE},
    {"{text: a, flag: true, flagg: b, txet: c, other: d, \"\\e[2J\": e}",
     "F:1:23: unknown key 'flagg' in a thing; did you mean 'flag'?\n"
     "F:1:33: unknown key 'txet' in a thing; did you mean 'text'?\n"
     "F:1:42: unknown key 'other' in a thing; known are: text, flag, list\n"
     "F:1:52: unknown key '\\x1b[2J' in a thing; known are: text, flag, list",
     "a", TRUE},
    {"a", "F:1:1: a thing must be a mapping (lines of the form \"key: value\"), but is 'a'", NULL,
     FALSE},
    {"{text: *none, flag: true}",
     "F:1:8: the alias 'none' has no anchor before it; an asterisk that begins a text needs "
     "quotes: \"*\"",
     NULL, TRUE},
};

static void test_fields(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        YamlCase yaml = yaml_case_read(cases[i].yaml);
        Target target = {FALSE, NULL};

        g_test_message("%s", cases[i].yaml);
        mg_check_fields(yaml.tree->root, "a thing", fields, &target, yaml.complaints);
        yaml_case_assert_complaints(&yaml, cases[i].complaints);
        g_assert_cmpstr(target.text, ==, cases[i].text);
        g_assert_cmpint(target.flag, ==, cases[i].flag);
        g_free(target.text);
        yaml_case_clear(&yaml);
    }
}

static void test_long_key(void)
{
    g_autofree gchar *key = g_strnfill(1000, 'x');
    g_autofree gchar *text = g_strdup_printf("{text: a, flag: true, \"%s\": b}", key);
    YamlCase yaml = yaml_case_read(text);
    Target target = {FALSE, NULL};
    g_autofree gchar *complaints = NULL;

    mg_check_fields(yaml.tree->root, "a thing", fields, &target, yaml.complaints);
    complaints = yaml_case_complaints(&yaml);
    g_assert_true(g_str_has_suffix(complaints, "x…' in a thing; known are: text, flag, list"));
    g_free(target.text);
    yaml_case_clear(&yaml);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check/fields", test_fields);
    g_test_add_func("/check/long-key", test_long_key);
    return g_test_run();
}
