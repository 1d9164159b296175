/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_tables.h"

#include "yaml_case.h"

static GHashTable *read_titles(const gchar *text, const gchar *complaints)
{
    GHashTable *titles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    YamlCase yaml = yaml_case_read(text);

    mg_yaml_tables_read_titles(&titles, yaml.tree->root, "'titles'", yaml.complaints);
    yaml_case_assert_complaints(&yaml, complaints);
    yaml_case_clear(&yaml);
    return titles;
}

static const struct {
    const gchar *columns;
    const gchar *expected; /* NULL: refused */
    const gchar *complaints;
} cases[] = {
    {"[source.asn, source.ip]", "source.asn=asn|source.ip=source.ip|", ""},
    {"[source.asn: number, extra.system_desc]", "source.asn=number|extra.system_desc=sysdesc|", ""},
    {"[extra.other, extra.odd key;]", "extra.other=extra.other|extra.odd key;=extra.odd key;|", ""},
    {"- source.asn\n- classification.identifier: malware\n",
     "source.asn=asn|classification.identifier=malware|", ""},
    {"[source.asn, source.asn: again]", "source.asn=asn|source.asn=again|", ""},
    {"[source.asn, [source.ip, [source.port: '']]]",
     "source.asn=asn|source.ip=source.ip|source.port=|", ""},
    {"source.asn", NULL, "F:1:1: 'T' must be a list of columns, such as [source.asn, source.ip]"},
    {"source.asn: asn", NULL,
     "F:1:1: 'T' must be a list of columns, since their order counts: write \"- field: title\" "
     "instead of \"field: title\""},
    {"[]", NULL, "F:1:1: 'T' needs one to 1000 columns"},
    {"[source.asn, source.asn]", NULL,
     "F:1:14: the column 'source.asn' stands twice in this table"},
    {"[\"source\\\";--\", {\"a b\": c}, extra., '']", NULL,
     "F:1:2: 'source\";--' is no event field; write a field such as source.ip, or extra.KEY for a "
     "key of extra\n"
     "F:1:18: 'a b' is no event field; write a field such as source.ip, or extra.KEY for a key of "
     "extra\n"
     "F:1:37: '' is no event field; write a field such as source.ip, or extra.KEY for a key of "
     "extra"},
    {"[source.ip, extra, {extra.certbund: x}]", NULL,
     "F:1:13: 'extra' holds the directives of all recipients; write extra.KEY for one of the other "
     "keys of extra\nF:1:21: 'extra.certbund' holds the directives of all recipients; write extra.KEY "
     "for one of the other keys of extra"},
    {"[{a: b, c: d}]", NULL,
     "F:1:2: a column is one pair \"field: title\", but here are 2; each needs a line of its own "
     "that begins with \"- \""},
    {"[source.asn:asn]", NULL,
     "F:1:2: 'source.asn:asn' is no event field; is a space missing after the colon?"},
    {"[~]", NULL, "F:1:2: a column must be a text, but is left empty"},
    {"[a: ]", NULL, "F:1:2: a column's title must be a text, but is left empty"},
    {"[a: [b]]", NULL, "F:1:5: a column's title must be a text, but is a list"},
};

static gchar *print(const MgTable *table)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < table->n_columns; i++)
        g_string_append_printf(text, "%s=%s|", table->columns[i].field, table->columns[i].title);
    return g_string_free(text, FALSE);
}

static void test_columns(void)
{
    g_autoptr(GHashTable) titles = read_titles("{source.asn: asn, extra.system_desc: sysdesc}", "");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        YamlCase yaml = yaml_case_read(cases[i].columns);
        MgTable *table = mg_yaml_tables_read_columns(yaml.tree->root, "T", titles, yaml.complaints);
        g_autofree gchar *found = table != NULL ? print(table) : NULL;

        g_test_message("%s", cases[i].columns);
        yaml_case_assert_complaints(&yaml, cases[i].complaints);
        g_assert_cmpstr(found, ==, cases[i].expected);
        mg_table_free(table);
        yaml_case_clear(&yaml);
    }
}

static void test_too_many(void)
{
    g_autoptr(GHashTable) titles = read_titles("{a: b}", "");
    g_autoptr(GString) text = g_string_new("[");
    YamlCase yaml;

    for (guint i = 0; i < 2000; i++)
        g_string_append_printf(text, "a%u, ", i);
    g_string_append_c(text, ']');
    yaml = yaml_case_read(text->str);
    g_assert_null(mg_yaml_tables_read_columns(yaml.tree->root, "T", titles, yaml.complaints));
    yaml_case_assert_complaints(&yaml, "F:1:1: 'T' needs one to 1000 columns");
    yaml_case_clear(&yaml);
}

static void test_tables(void)
{
    g_autoptr(GHashTable) titles = read_titles("{source.asn: asn}", "");
    g_autoptr(GHashTable) tables = NULL;
    YamlCase yaml = yaml_case_read("a: &common [source.asn, source.ip]\nb: *common\n"
                                   "c: [*common, extra.x]\nd: x\n");
    g_autofree gchar *found = NULL;

    tables = mg_yaml_tables_read(yaml.tree->root, titles, yaml.complaints);
    yaml_case_assert_complaints(
        &yaml, "F:4:4: 'd' must be a list of columns, such as [source.asn, source.ip]");
    g_assert_cmpuint(g_hash_table_size(tables), ==, 3);
    found = print(g_hash_table_lookup(tables, "c"));
    g_assert_cmpstr(found, ==, "source.asn=asn|source.ip=source.ip|extra.x=extra.x|");
    yaml_case_clear(&yaml);
}

static void test_no_tables(void)
{
    g_autoptr(GHashTable) titles = read_titles("{a: b}", "");
    g_autoptr(GHashTable) tables = NULL;
    YamlCase yaml = yaml_case_read("{}");

    tables = mg_yaml_tables_read(yaml.tree->root, titles, yaml.complaints);
    yaml_case_assert_complaints(&yaml, "F:1:1: 'tables' is empty: this format would never answer");
    yaml_case_clear(&yaml);
}

static void test_title_mistakes(void)
{
    g_autoptr(GHashTable) list = read_titles(
        "[a]", "F:1:1: 'titles' must be a mapping (lines of the form \"key: value\"), but is a "
               "list");
    g_autoptr(GHashTable) titles = read_titles(
        "{a b: c, d: ~, e: [f]}", "F:1:2: 'a b' is no event field; write a field such as "
                                  "source.ip, or extra.KEY for a key of "
                                  "extra\n"
                                  "F:1:13: the title of 'd' must be a text, but is left empty\n"
                                  "F:1:19: the title of 'e' must be a text, but is a list");

    g_assert_cmpuint(g_hash_table_size(list) + g_hash_table_size(titles), ==, 0);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-tables/columns", test_columns);
    g_test_add_func("/yaml-tables/too-many", test_too_many);
    g_test_add_func("/yaml-tables/tables", test_tables);
    g_test_add_func("/yaml-tables/no-tables", test_no_tables);
    g_test_add_func("/yaml-tables/title-mistakes", test_title_mistakes);
    return g_test_run();
}
