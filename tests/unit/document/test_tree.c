/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/tree.h"

#include "../formats/yaml_case.h"

static void print(GString *out, const MgNode *node)
{
    switch (node->kind) {
    case MG_NODE_NOTHING:
        g_string_append(out, "nothing");
        return;
    case MG_NODE_BROKEN:
        g_string_append(out, "broken");
        return;
    case MG_NODE_TEXT:
        g_string_append_printf(out, node->is_plain ? "%s" : "\"%s\"", node->text);
        return;
    case MG_NODE_LIST:
    case MG_NODE_MAP:
        break;
    }
    g_string_append_c(out, node->kind == MG_NODE_LIST ? '[' : '{');
    for (guint i = 0; i < mg_node_count(node); i++) {
        g_string_append(out, i > 0 ? ", " : "");
        if (node->kind == MG_NODE_MAP)
            g_string_append_printf(out, "%s: ", mg_node_key(node, i)->text);
        print(out, mg_node_value(node, i));
    }
    g_string_append_c(out, node->kind == MG_NODE_LIST ? ']' : '}');
}

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *tree; /* NULL: none */
    const gchar *complaints;
} cases[] = {
    {"scalars", "a: x\nb: 'x'\nc: \"\\u00e4\"\nd: ~\ne:\nf: null\ng: 'null'\nh: yes\ni: 1.50\n",
     "{a: x, b: \"x\", c: \"ä\", d: nothing, e: nothing, f: nothing, g: \"null\", h: yes, i: 1.50}",
     ""},
    {"block texts", "a: |\n  x\n   y\n\nb: >-\n  x\n  y\n", "{a: \"x\n y\n\", b: \"x y\"}", ""},
    {"tags", "a: !!str ~\nb: ! true\nc: !!map {}\nd: !!seq []\n",
     "{a: \"~\", b: \"true\", c: {}, d: []}", ""},
    {"BOM and CRLF",
     "\xef\xbb\xbf"
     "a: b\r\nc: d\r\n",
     "{a: b, c: d}", ""},
    {"aliases", "a: &x [1, 2]\nb: *x\nc: [*x, *x]\n", "{a: [1, 2], b: [1, 2], c: [[1, 2], [1, 2]]}",
     ""},
    {"an anchor again", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "{a: 1, b: 1, c: 2, d: 2}", ""},
    {"merge", "a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3, m: 4}\n",
     "{a: {k: 1, l: 2}, b: {l: 3, m: 4, k: 1}}", ""},
    {"merge of several", "a: &x {k: 1}\nb: &y {k: 2, l: 2}\nc: {<<: [*x, *y]}\n",
     "{a: {k: 1}, b: {k: 2, l: 2}, c: {k: 1, l: 2}}", ""},
    {"merge of a merge", "a: &x {k: 1}\nb: &y {<<: *x, l: 2}\nc: {<<: *y, m: 3}\n",
     "{a: {k: 1}, b: {l: 2, k: 1}, c: {m: 3, l: 2, k: 1}}", ""},
    {"a quoted << is a key", "a: {'<<': {b: c}}\n", "{a: {<<: {b: c}}}", ""},
    {"no merge of a text", "a: b\n<<: [x, {c: d}]\n", "{a: b, c: d}",
     "F:2:1: '<<' merges a mapping or a list of mappings only"},
    {"a key twice", "a: 1\nb: 2\na: 3\n", "{a: 1, b: 2}",
     "F:3:1: the key 'a' stands here a second time (first in line 1)"},
    {"no text as key", "? [a]\n: 1\n? {b: c}\n: 2\nd: 3\n~: 4\n", "{d: 3}",
     "F:1:3: a key must be a text\nF:3:3: a key must be a text; text with braces needs quotes\n"
     "F:6:1: a key must be a text"},
    {"an alias without anchor", "a: *x\n", "{a: broken}",
     "F:1:4: the alias 'x' has no anchor before it; an asterisk that begins a text needs quotes: "
     "\"*\""},
    {"a cycle", "a: &x\n  b: [*x]\n", "{a: {b: [broken]}}",
     "F:2:7: the alias 'x' stands inside the value that it names"},
    {"an unknown tag", "a: !foo b\n", "{a: b}", "F:1:9: the tag '!foo' means nothing here"},
    {"blocks indented too little", "a:\n  b: |\n  c: d\ne:\n  - >\n\n  f\n  - g\n",
     "{a: {b: \"c: d\n\"}, e: [\"\nf - g\n\"]}",
     "F:3:1: a text below its key must be indented deeper than the key\n"
     "F:6:1: a text below its key must be indented deeper than the key"},
    {"blocks indented enough",
     "a:\n  b: |\n   c\n  d: |1\n    e\n  f: >\n\n\n    g\n     h\ni:\n- |\n x\n",
     "{a: {b: \"c\n\", d: \" e\n\", f: \"\n\ng\n h\n\"}, i: [\"x\n\"]}", ""},
    {"a root block", "|\n x\n", "\"x\n\"", ""},
    {"empty", "", NULL, "F:1:1: the file is empty"},
    {"comments only", "# nothing\n", NULL, "F:1:1: the file is empty"},
    {"two documents", "a: 1\n---\nb: 2\n", NULL,
     "F:2:1: a second document begins here; the file may hold one only"},
    {"two documents by dots", "a: 1\n...\nb: 2\n", NULL,
     "F:3:1: a second document begins here; the file may hold one only"},
    {"not UTF-8", "ä: 1\nb: \xe4\n", NULL,
     "F:2:4: the byte 0xe4 here is not UTF-8; save the file as UTF-8"},
    {"a control character", "ä: \x01\n", NULL,
     "F:1:4: the control character 0x01 cannot stand in YAML"},
    {"an escaped NUL", "a: \"\\0\"\n", NULL,
     "F:1:4: the text holds a NUL character or broken UTF-8"},
    {"no asterisk without quotes", "a: {b: *}\n", NULL,
     "F:1:9: invalid alias detected; an asterisk that begins a text needs quotes: \"*\""},
    {"a tab", "a:\n\t- b\n", NULL,
     "F:2:1: tab character may not be used as indentation; YAML wants spaces for indentation, no "
     "tabs"},
    {"a tab between keys", "a:\n ? b:\t ? c\n", NULL,
     "F:2:6: cannot use tab for indentation of block entry; YAML wants spaces for "
     "indentation, no tabs"},
    {"an open bracket", "a: [b\n", NULL,
     "F:2:1: flow sequence without a closing bracket; a bracket or brace that was opened before is "
     "never closed"},
    {"an unknown version", "%YAML 3.0\n---\na: b\n", NULL, "F:1:1: this cannot be read as YAML"},
};

static void test_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        YamlCase yaml = yaml_case_read(cases[i].text);
        g_autoptr(GString) tree = g_string_new(NULL);
        g_test_message("%s", cases[i].name);
        yaml_case_assert_complaints(&yaml, cases[i].complaints);
        if (yaml.tree->root != NULL)
            print(tree, yaml.tree->root);
        g_assert_cmpstr(yaml.tree->root != NULL ? tree->str : NULL, ==, cases[i].tree);
        yaml_case_clear(&yaml);
    }
}

static void test_nul(void)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("F");
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_YAML, "a: \0b", 5, complaints);
    YamlCase yaml = {complaints, tree};

    g_assert_null(tree->root);
    yaml_case_assert_complaints(&yaml, "F:1:4: the control character 0x00 cannot stand in YAML");
}

static void assert_refused(const gchar *text, const gchar *part)
{
    YamlCase yaml = yaml_case_read(text);
    g_autofree gchar *complaints = yaml_case_complaints(&yaml);

    g_assert_null(yaml.tree->root);
    if (strstr(complaints, part) == NULL)
        g_error("'%s' is not in: %s", part, complaints);
    yaml_case_clear(&yaml);
}

static void test_depth(void)
{
    g_autofree gchar *brackets = g_strnfill(100000, '[');
    g_autoptr(GString) chain = g_string_new("a0: &a0 [x]\n");

    assert_refused(brackets, "F:1:33: values are nested deeper than 32 levels");
    for (guint i = 1; i < 40; i++)
        g_string_append_printf(chain, "a%u: &a%u [*a%u]\n", i, i, i - 1);
    assert_refused(chain->str, "aliases nest values deeper than 32 levels");
}

/* Written out this would be 10^20 values. */
static void test_billion_laughs(void)
{
    g_autoptr(GString) bomb = g_string_new("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    g_autoptr(GString) merges = g_string_new("a0: &a0 {x: [y]}\n");

    for (guint i = 1; i < 20; i++) {
        g_string_append_printf(bomb, "a%u: &a%u [", i, i);
        for (guint k = 0; k < 10; k++)
            g_string_append_printf(bomb, "%s*a%u", k > 0 ? ", " : "", i - 1);
        g_string_append(bomb, "]\n");
    }
    assert_refused(bomb->str, "more than 100000 values, aliases counted as often as they are used");
    for (guint i = 1; i < 3000; i++)
        g_string_append_printf(merges, "a%u: &a%u {<<: *a%u, k%u: *a%u}\n", i, i, i - 1, i, i - 1);
    assert_refused(merges->str, "");
}

static void test_places(void)
{
    YamlCase yaml = yaml_case_read("ä: [ö,\n  *x]\nempty:\n");
    const MgNode *list = mg_node_lookup(yaml.tree->root, "ä");
    const MgNode *empty = mg_node_lookup(yaml.tree->root, "empty");

    g_assert_cmpuint(mg_node_value(list, 0)->line, ==, 1);
    g_assert_cmpuint(mg_node_value(list, 0)->column, ==, 5);
    g_assert_cmpuint(empty->line, ==, 3);
    g_assert_cmpuint(empty->column, ==, 1);
    g_assert_null(mg_node_lookup(yaml.tree->root, "none"));
    yaml_case_clear(&yaml);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tree/cases", test_cases);
    g_test_add_func("/tree/nul", test_nul);
    g_test_add_func("/tree/depth", test_depth);
    g_test_add_func("/tree/billion-laughs", test_billion_laughs);
    g_test_add_func("/tree/places", test_places);
    return g_test_run();
}
